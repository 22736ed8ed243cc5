"""Writes the relay's connectors.yaml and relay.yaml."""

import json

RELAY = """\
hostname: relay.example.net
data: ../data
admin: {{ listen: "127.0.0.1:{admin}" }}
tls:
  trust: {trust}
dns:
  servers: ["127.0.0.1:{dns}"]
  dnssec: {dnssec}
"""


def entry(**keys):
    """One element of a YAML list; each value stands in flow style, of which JSON is a part."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in keys.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def with_keys(text, section, **keys):
    """relay.yaml with more keys at the head of one of its sections."""
    lines = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in keys.items())
    return text.replace(f"\n{section}:\n", f"\n{section}:\n{lines}")


def smart_host(port):
    return [f"[127.0.0.1]:{port}"]


def connectors(receive, send, domains):
    """The text of connectors.yaml from lists of entries."""
    lists = {"receiveConnectors": receive, "sendConnectors": send, "domains": domains}
    return "\n".join(f"{name}:\n" + "".join(entries) for name, entries in lists.items())


def relay(admin_port, dns_port, trust, trust_anchor=None):
    """Without a trust anchor for DNSSEC nothing is validated."""
    dnssec = "off" if trust_anchor is None else f"require\n  trustAnchor: {json.dumps(str(trust_anchor))}"
    return RELAY.format(admin=admin_port, dns=dns_port, dnssec=dnssec, trust=json.dumps(str(trust)))

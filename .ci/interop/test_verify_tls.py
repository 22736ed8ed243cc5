"""Partners with good and bad certificates, with and without TLSA records in a signed zone: what `relay verify-tls` and
Postfix's posttls-finger say of each, and what becomes of mail when a certificate is swapped under way."""

import hashlib
import json
import os
import subprocess

from loopback import free_port
from signed_dns import SignedDns
from stage import DAVE, GUESTS, OnOwnStage, Stage

# Each partner by what it presents. All are one Postfix with a port for each.
PRESENTED = ("good", "expired", "stranger", "selfsigned", "none")


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, check=True, timeout=60, capture_output=True).stdout


def key_of(certificate):
    """The SHA-256 of the public key, in hexadecimal, as a TLSA record 3 1 1 has it."""
    public = openssl("x509", "-in", certificate, "-pubkey", "-noout")
    return hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", given=public)).hexdigest()


def tlsa(host, port, digest):
    return f"_{port}._tcp.{host}. TLSA 3 1 1 {digest}"


class Partners(OnOwnStage):
    def test_verify_tls_and_posttls_finger_agree(self):
        self.stage = stage = Stage()
        ports = {name: free_port() for name in PRESENTED}
        chains = self.chains(stage.authority)
        stage.partner.services = {
            ports[name]: {"smtpd_tls_chain_files": chains[name]} if name in chains else {"smtpd_tls_security_level": "none"}
            for name in PRESENTED
        }
        hosts = {name: f"mx.{name}.example" for name in PRESENTED}
        dns = SignedDns(stage.folder / "dns")
        self.addCleanup(dns.stop)
        records = [f"{host}. A 127.0.0.1" for host in hosts.values()]
        # The stranger's certificate is the published one, the good partner's is not: DANE alone turns both verdicts.
        records += [f"{name}.dane.example. A 127.0.0.1" for name in ("stranger", "good")]
        records += [
            tlsa("stranger.dane.example", ports["stranger"], key_of(chains["stranger"])),
            tlsa("good.dane.example", ports["good"], "66" * 32),
        ]
        dns.start(*records)
        stage.use_dns(dns)
        stage.start_partner()
        self.addCleanup(stage.partner.stop)
        stage.more_connectors = [
            {
                "name": name,
                "addressSpaces": [f"{name}.example"],
                "smartHosts": [f"{hosts[name]}:{ports[name]}"],
                "requireTls": True,
                "tlsAuthLevel": "DomainValidation",
            }
            for name in PRESENTED
        ] + [
            {
                "name": f"{name}-dane",
                "addressSpaces": [f"{name}.dane.example"],
                "smartHosts": [f"{name}.dane.example:{ports[name]}"],
            }
            for name in ("stranger", "good")
        ]
        stage.configure_relay()

        expected = {"good": "met", "expired": "expired", "stranger": "name-mismatch", "selfsigned": "untrusted"}
        for name in PRESENTED:
            with self.subTest(name):
                ours = self.verify(stage, f"{name}.example")
                theirs = self.finger(stage, "secure", ports[name], hosts[name])
                self.assertEqual(ours["verdict"] == "met", theirs)
                result = ours["hosts"][0]["demands"][0]["result"]
                self.assertEqual(expected.get(name, "not-offered"), result)
        for name in ("stranger", "good"):
            with self.subTest(f"{name} by DANE"):
                ours = self.verify(stage, f"{name}.dane.example")
                published = key_of(chains["stranger"]) if name == "stranger" else "66" * 32
                fingerprint = ":".join(published[i : i + 2] for i in range(0, 64, 2)).upper()
                theirs = self.finger(stage, "fingerprint", ports[name], fingerprint)
                self.assertEqual(ours["verdict"] == "met", theirs)
                self.assertEqual("met" if name == "stranger" else "tlsa-mismatch", ours["hosts"][0]["demands"][0]["result"])
        self.assertEqual([], stage.partner.envelopes())

    @staticmethod
    def chains(authority):
        return {
            "good": authority.issue("mx.good.example"),
            "expired": authority.issue_expired("mx.expired.example"),
            "stranger": authority.issue("mx.elsewhere.example"),
            "selfsigned": authority.self_sign("mx.selfsigned.example"),
        }

    @staticmethod
    def verify(stage, domain):
        done = stage.relay.run("verify-tls", domain, "--json")
        report = json.loads(done.stdout)
        if done.returncode != (0 if report["verdict"] == "met" else 1):
            raise AssertionError(f"status {done.returncode}\n{done.stdout}{done.stderr}")
        return report

    @staticmethod
    def finger(stage, level, port, match):
        """Whether Postfix's own probe verifies the host."""
        done = subprocess.run(
            ["posttls-finger", "-l", level, "-d", "sha256", "-F", stage.authority.certificate, "-t", "10", "-T", "10",
             f"[127.0.0.1]:{port}", match],
            env={**os.environ, "MAIL_CONFIG": str(stage.partner.folder / "etc")},
            stdin=subprocess.DEVNULL, timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        return "Verified TLS connection established" in done.stdout + done.stderr

    def test_a_certificate_that_is_swapped_under_way_gets_nothing_until_the_record_follows(self):
        stage = Stage(strangers_root=True)
        stage.elsewhere["smartHosts"] = [f"mx.bank.example:{stage.partner.port}"]
        dns = SignedDns(stage.folder / "dns")
        self.addCleanup(dns.stop)
        address = "mx.bank.example. A 127.0.0.1"
        dns.start(address, tlsa("mx.bank.example", stage.partner.port, key_of(stage.certificate)))
        stage.use_dns(dns)
        self.stage = stage.start()
        self.addCleanup(stage.stop)
        self.origin, self.relay, self.partner = stage.origin, stage.relay, stage.partner
        early = [self.submit(guest, sender=DAVE) for guest in GUESTS[:5]]
        for sent, guest in zip(early, GUESTS):
            self.partner.await_letter(sent, guest)
        heard_before = len(self.partner.envelopes())

        # Another key, from the same authority and for the same name.
        other = stage.authority.issue("mx.bank.example")
        stage.restart_partner(smtpd_tls_chain_files=other)
        late = [self.submit(guest, sender=DAVE) for guest in GUESTS[5:10]]
        [labels] = self.relay.await_tls_failures("elsewhere")
        self.assertEqual(("dane", "tlsa-mismatch"), (labels["demand"], labels["reason"]))
        self.assertEqual(heard_before, len(self.partner.envelopes()))

        dns.start(address, tlsa("mx.bank.example", self.partner.port, key_of(other)))
        for sent, guest in zip(late, GUESTS[5:]):
            self.partner.await_letter(sent, guest, seconds=60)
        self.relay.await_log("verified=dane")
        self.assertEqual(0, self.relay.metrics().total("relay_delivered_messages_total", tls="none"))

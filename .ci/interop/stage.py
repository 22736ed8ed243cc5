"""The three participants on loopback, wired together: origin (Postfix), relay (the product), partner (Postfix).

    carol@sender.example --> origin --relayhost--> relay --bank-------> partner: bank.example, TLS demanded
                                ^                    |-----elsewhere--> partner: open.example, no demand
                                |                    |                  partner: clinic.example, TLS demanded by a floor
                                `-------back---------'     DSNs to sender.example
"""

import contextlib
import itertools
import pathlib
import tempfile
import unittest

import configuration
import letter
from authority import Authority
from configuration import entry, smart_host
from loopback import free_port
from postfix import Postfix
from relay import Relay

CAROL = "carol@sender.example"
DAVE = "dave@sender.example"
ERIN = "erin@sender.example"
ZOE = "zoë@sender.example"
ALICE = "alice@bank.example"
JUERGEN = "jürgen@bank.example"
BOB = "bob@open.example"
STAFF = [f"user{number:02}@bank.example" for number in range(20)]
GUESTS = [f"user{number:02}@open.example" for number in range(20)]
FAY = "fay@clinic.example"

SENDERS = [CAROL, DAVE, ERIN, ZOE]
RECIPIENTS = [ALICE, JUERGEN, BOB, *STAFF, *GUESTS, FAY]

SOON = {"delays": ["2s", "3s"], "expireAfter": "2d", "delayWarningAfter": "4h"}
LATER = {"delays": ["1h"], "expireAfter": "2d", "delayWarningAfter": "4h"}

TLS_OFF = {"smtpd_tls_security_level": "none"}


class Stage:
    """Options, all of them dicts of keys that are added or replaced: `origin` and `partner` (main.cf), `internal`,
    `bank`, `elsewhere` (connectors). `strangers_root`: the relay trusts an authority that is not the partner's."""

    open_stages = set()  # for the runner, so that an interrupted run leaves no process behind

    def __init__(self, origin=(), partner=(), internal=(), bank=(), elsewhere=(), strangers_root=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stage-"))
        self.folder.chmod(0o755)  # Postfix's own user passes through
        self.origin_settings = dict(origin)
        self.partner_settings = dict(partner)
        self.internal, self.bank, self.elsewhere = dict(internal), dict(bank), dict(elsewhere)
        self.authority = Authority(self.folder / "authority")
        self.certificate = self.authority.issue("mx.bank.example")
        strangers = Authority(self.folder / "strangers", "Strangers CA")
        self.trust = (strangers if strangers_root else self.authority).certificate
        self.origin = Postfix("origin.example", self.folder / "origin", SENDERS)
        self.partner = Postfix("mx.bank.example", self.folder / "partner", RECIPIENTS)
        self.relay = Relay(self.folder / "relay")
        self.dns = None
        self.more_connectors = []
        self.exits = contextlib.ExitStack()

    def use_dns(self, dns):
        """A name server that the relay asks; before `start`."""
        self.dns = dns

    # --- start and stop

    def start(self):
        self.open_stages.add(self)
        try:
            # Each stop is registered before its start: a start that fails half-way leaves something to stop, too.
            self.exits.callback(self.partner.stop)
            self.start_partner()
            self.exits.callback(self.origin.stop)
            self._start_origin()
            self.configure_relay()
            self.exits.callback(self.relay.stop)
            self.relay.start()
        except BaseException:
            print(self.last_lines(), flush=True)
            self.stop()
            raise
        return self

    def stop(self):
        """Stops what was started, each also where another would not stop."""
        self.open_stages.discard(self)
        self.exits.close()

    def start_partner(self, **settings):
        self.partner.start(**self._partner_settings(settings))

    def restart_partner(self, **settings):
        """With its settings of the beginning, and these on top; the way to switch its TLS on and off."""
        self.partner.restart(**self._partner_settings(settings))

    def partner_tls_on(self):
        self.restart_partner(smtpd_tls_security_level="may")

    def _partner_settings(self, settings):
        return {
            "smtpd_tls_chain_files": self.certificate,
            "smtpd_tls_security_level": "may",
            "smtpd_tls_received_header": "yes",
            # Writes every command it hears to its log: the proof of what was not sent.
            "debug_peer_list": "127.0.0.1",
            "debug_peer_level": "1",
            **self.partner_settings,
            **settings,
        }

    def _start_origin(self):
        settings = {
            "relayhost": f"[127.0.0.1]:{self.relay.port}",
            "smtp_tls_security_level": "none",
            "smtpd_tls_security_level": "none",
            **self.origin_settings,
        }
        self.origin.start(**settings)

    # --- the relay's configuration

    def configure_relay(self):
        # Else the DNS server is a port where nobody answers: most tests need no look-up, and none leaves the machine.
        port = free_port() if self.dns is None else self.dns.port
        anchor = None if self.dns is None else self.dns.anchor
        text = configuration.relay(self.relay.admin_port, port, self.trust, anchor)
        (self.relay.conf / "relay.yaml").write_text(self.machine(text))
        self.write_connectors()

    def machine(self, text):
        """relay.yaml, from what every stage needs of it."""
        return text

    def write_connectors(self):
        """From `internal`, `bank` and `elsewhere` as they are now."""
        send = [self._bank(), self._elsewhere(), self._back(), *(entry(**keys) for keys in self.more_connectors)]
        floor = entry(domain="*.clinic.example", requireTls=True)
        text = configuration.connectors(self.receive(), send, [floor])
        self.connectors_file.write_text(text)

    @property
    def connectors_file(self):
        return self.relay.conf / "connectors.yaml"

    def receive(self):
        """The entries of the receive connectors."""
        return [self._internal()]

    def _internal(self):
        keys = {
            "name": "internal",
            "bindings": [f"127.0.0.1:{self.relay.port}"],
            "remoteIpRanges": ["127.0.0.0/8"],
        }
        return entry(**{**keys, **self.internal})

    def _bank(self):
        keys = {
            "name": "bank",
            "addressSpaces": ["SMTP:bank.example;1", "*.bank.example;5"],
            "smartHosts": smart_host(self.partner.port),
            "requireTls": True,
            "retry": SOON,
        }
        return entry(**{**keys, **self.bank})

    def _elsewhere(self):
        keys = {
            "name": "elsewhere",
            "addressSpaces": ["*"],
            "smartHosts": smart_host(self.partner.port),
            "retry": SOON,
        }
        return entry(**{**keys, **self.elsewhere})

    def _back(self):
        return entry(
            name="back", addressSpaces=["sender.example"], smartHosts=smart_host(self.origin.port), retry=SOON
        )

    # --- the report of a failure

    def last_lines(self, count=60):
        logs = {"origin": self.origin.log(), "relay": self.relay.log(), "partner": self.partner.events()}
        return "\n".join(
            f"--- the last lines of the {name}'s log\n" + "\n".join(log.splitlines()[-count:])
            for name, log in logs.items()
        )


class StageTest(unittest.TestCase):
    """What the tests of both kinds below share."""

    stage = None

    def submit(self, *recipients, sender=CAROL):
        """Sends a letter from the origin."""
        sent = letter.plain()
        self.stage.origin.sendmail(sent, *recipients, sender=sender)
        return sent

    def assert_one_copy(self, letters, recipients):
        """Every recipient has every letter, and when nobody has anything left to do, none of them twice."""
        for sent, recipient in itertools.product(letters, recipients):
            self.stage.partner.await_letter(sent, recipient, seconds=60)
        self.stage.relay.await_empty_queue()
        self.stage.partner.await_empty_queue()
        for sent, recipient in itertools.product(letters, recipients):
            self.assertEqual(1, len(self.stage.partner.copies(sent, recipient)), f"copies for {recipient}")

    def assert_nothing_said_of(self, *addresses):
        """The relay has talked to the partner, but in no connection has it said these addresses."""
        partner = self.stage.partner
        self.assertTrue(partner.heard(), "the partner has heard nothing at all")
        said = [line for line in partner.envelopes() if any(address in line for address in addresses)]
        self.assertEqual([], said)
        for address in addresses:
            self.assertEqual([], partner.mailbox(address) if address in RECIPIENTS else [])


class OnOneStage(StageTest):
    """Tests that do not disturb each other: one stage for the class, made with `options`."""

    options = {}

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(**cls.options).start()
        cls.addClassCleanup(cls.stage.stop)
        cls.origin, cls.relay, cls.partner = cls.stage.origin, cls.stage.relay, cls.stage.partner


class OnOwnStage(StageTest):
    """Tests that switch or kill participants: each calls `set_stage` for a stage of its own."""

    def set_stage(self, **options):
        self.stage = Stage(**options).start()
        self.addCleanup(self.stage.stop)
        self.origin, self.relay, self.partner = self.stage.origin, self.stage.relay, self.stage.partner

"""The participants of one fault: clients with a book, the relay, and partners that book what they are handed.

    Load --> relay --bank-------> Sink `bank`: bank.example, TLS demanded by the connector
                  |-elsewhere---> Sink `open`: every other domain, clinic.example with TLS demanded by a floor
                  `-back--------> Sink `home`: sender.example, where notices arrive
"""

import contextlib
import os
import pathlib
import tempfile
import time
import unittest

import configuration
from authority import Authority
from book import Book
from configuration import entry, smart_host
from loopback import await_that, free_port, http_get
from relay import Relay
from sink import Sink

CAROL = "carol@sender.example"
ALICE = "alice@bank.example"
BOB = "bob@open.example"
FAY = "fay@clinic.example"
DEMANDED = ("bank.example", "clinic.example")

# What the clients send: to each kind of domain, and to two at once.
CHOICES = [[ALICE], [BOB], [FAY], [BOB, ALICE]]

SOON = {"delays": ["1s"], "expireAfter": "2d", "delayWarningAfter": "4h"}

# Starts sooner and compiles less: the relay lives for seconds here, on few processors.
SHORT_LIVED = "-XX:TieredStopAtLevel=1"

table = []


def setting(name, value):
    """A number from the environment, for longer runs than CI's."""
    return int(os.environ.get(name, value))


class Field:
    """`connectors` are keys that replace those of a connector, by its name: `bank`, `elsewhere`, `back`. `machine` is what
    relay.yaml has beside what every field needs."""

    open_stages = set()  # for the runner, so that an interrupted run leaves no process behind

    def __init__(self, dns_port=None, more_connectors=(), machine="", **connectors):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fault-"))
        self.folder.chmod(0o755)
        self.connectors = connectors
        self.more_connectors = list(more_connectors)
        self.machine = machine
        self.dns_port = dns_port or free_port()
        self.book = Book()
        self.authority = Authority(self.folder / "authority")
        self.certificate = self.authority.issue("mx.bank.example")
        self.bank, self.open, self.home = (Sink(self.book, self.certificate) for _ in range(3))
        self.sinks = [self.bank, self.open, self.home]
        self.relay = Relay(self.folder / "relay")
        self.relay.environment["RELAY_JAVA_OPTIONS"] = SHORT_LIVED
        self.data = self.folder / "relay" / "data"
        self.exits = contextlib.ExitStack()

    # --- start and stop

    def start(self):
        """Everything but the relay."""
        self.open_stages.add(self)
        self.exits.callback(self.stop_relay)
        for sink in self.sinks:
            self.exits.callback(sink.down)
            sink.up()
        self.configure(self.relay)

    def stop(self):
        self.open_stages.discard(self)
        self.exits.close()

    def start_relay(self):
        self.book.begin_life()
        self.relay.start()

    def stop_relay(self):
        self.relay.stop()

    # --- the relay's configuration

    def configure(self, relay):
        """Writes for `relay` the files that lead to these partners."""
        text = configuration.relay(relay.admin_port, self.dns_port, self.authority.certificate)
        (relay.conf / "relay.yaml").write_text(text + self.machine)
        self.write_connectors(relay)

    def write_connectors(self, relay=None):
        """All at once, so that a relay that reads meanwhile sees the old or the new file."""
        relay = relay or self.relay
        send = [
            self._connector("bank", ["bank.example"], self.bank, requireTls=True),
            self._connector("elsewhere", ["*"], self.open),
            self._connector("back", ["sender.example"], self.home),
            *self.more_connectors,
        ]
        floor = entry(domain="*.clinic.example", requireTls=True)
        text = configuration.connectors([self._internal(relay)], send, [floor])
        fresh = relay.conf / "connectors.fresh"
        fresh.write_text(text)
        os.replace(fresh, relay.conf / "connectors.yaml")

    def _internal(self, relay):
        return entry(
            name="internal",
            bindings=[f"127.0.0.1:{relay.port}"],
            remoteIpRanges=["127.0.0.0/8"],
            maxConnectionsPerSource=5000,
        )

    def _connector(self, name, spaces, sink, **keys):
        own = {"name": name, "addressSpaces": spaces, "smartHosts": smart_host(sink.port), "retry": SOON, **keys}
        return entry(**{**own, **self.connectors.get(name, {})})

    # --- the report of a failure

    def last_lines(self, count=60):
        return "--- the last lines of the relay's log\n" + "\n".join(self.relay.log().splitlines()[-count:])


class FaultTest(unittest.TestCase):
    stage = None

    def set_field(self, **options):
        self.began = time.monotonic()
        self.stage = self.field = Field(**options)
        self.addCleanup(self.field.stop)
        self.field.start()
        self.relay, self.book = self.field.relay, self.field.book

    def ready(self):
        return http_get(self.relay.admin_port, "/ready")[0]

    def await_ready(self, status, seconds=30):
        await_that(f"/ready answers {status}", lambda: self.ready() == status, seconds)

    def await_delivered(self, seconds=60):
        """Everything acknowledged has arrived, and the relay knows it."""
        await_that("everything acknowledged arrives", lambda: not self.book.missing(), seconds)
        self.relay.await_empty_queue()

    def close_account(self, name, explained=frozenset()):
        """Prints the fault's line, and holds its figures against what was promised. `explained` are the numbers of
        messages that may come twice."""
        account = self.book.account()
        line = f"{name}: {account} ({time.monotonic() - self.began:.0f} s)"
        table.append(line)
        print(line, flush=True)
        self.assertGreater(account.acknowledged, 0)
        self.assertEqual(set(), self.book.missing(), "lost")
        self.assertEqual([], self.book.damaged(), "not as they were sent")
        in_clear = [copy for domain in DEMANDED for copy in self.book.copies_of(domain) if not copy.encrypted]
        self.assertEqual([], in_clear, "in clear, though TLS is demanded")
        twice = [letter for letter in self.book.unexplained_duplicates() if letter[0] not in explained]
        self.assertEqual([], twice, "twice, and neither a crash nor a cut explains it")
        return account

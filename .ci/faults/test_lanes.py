"""A thousand partners over real sockets, of whom one accepts connections and says nothing: nobody else waits for it."""

import statistics
import threading
import time

from configuration import entry
from field import SOON, FaultTest
from load import Session, send
from loopback import await_that
from sink import Sink

LANES = 1000
PER_MESSAGE = 100
BACKLOG = 200
STALLED = "user@p0.example"
OTHERS = [f"user@p{number}.example" for number in range(1, LANES)]


class Lanes(FaultTest):
    def test_a_stalled_partner_of_a_thousand_delays_nobody(self):
        self.set_field(more_connectors=())
        self.partners = Partners(self.book, self.field.certificate, "0.0.0.0")
        self.field.exits.callback(self.partners.down)
        self.partners.up()
        self.field.more_connectors = [self.connector(number) for number in range(LANES)]
        self.field.write_connectors()
        self.field.start_relay()
        self.send_to_others()  # the relay is cold
        well = self.send_to_others()
        self.partners.stall()
        self.send([[STALLED]] * BACKLOG)
        await_that("the stalled partner has connections", lambda: self.partners.held)
        stalled = self.send_to_others()
        self.assertTrue(self.partners.held, "nothing was stalled meanwhile")
        self.assertEqual([], self.book.copies_of("p0.example"))
        self.partners.recover()
        self.await_delivered()
        ratio = statistics.median(stalled) / statistics.median(well)
        self.close_account(
            f"{LANES} partners, one of them stalled: {figures(stalled)}; all well: {figures(well)}; ratio {ratio:.2f}"
        )
        self.assertEqual(BACKLOG, len(self.book.copies_of("p0.example")))

    def connector(self, number):
        host = f"[{address(number)}]:{self.partners.port}"
        return entry(name=f"p{number}", addressSpaces=[f"p{number}.example"], smartHosts=[host], retry=SOON)

    def send_to_others(self):
        """One message for each; how long each took, in seconds, in order."""
        sent = self.send(OTHERS[start : start + PER_MESSAGE] for start in range(0, len(OTHERS), PER_MESSAGE))
        letters = {(number, each): at for number, (recipients, at) in sent.items() for each in recipients}
        await_that("everybody else has their mail", lambda: letters.keys() <= self.partners.arrived.keys(), 60)
        return sorted(self.partners.arrived[letter] - at for letter, at in letters.items())

    def send(self, choices):
        """A message for each of `choices`: to whom, and when it was acknowledged, by its number."""
        sent = {}
        with Session(self.relay.port) as session:
            for recipients in choices:
                number = self.book.next_number()
                self.assertTrue(send(self.book, session, number, recipients), self.book.refusals)
                sent[number] = (recipients, time.monotonic())
        return sent


class Partners(Sink):
    """All of them, each at an address of its own; the one of number 0 can stall."""

    def __init__(self, *place):
        super().__init__(*place)
        self.tls = False
        self.arrived = {}
        self.held = set()
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.take, self.book.take = self.book.take, self._note

    def stall(self):
        self.goes_on.clear()

    def recover(self):
        self.goes_on.set()

    def _note(self, *mail):
        copies = self.take(*mail)
        self.arrived.update((copy.letter, time.monotonic()) for copy in copies)
        return copies

    def _serve(self, connection):
        if connection.getsockname()[0] == address(0):
            self.held.add(connection)
            self.goes_on.wait()
            self.held.discard(connection)
        super()._serve(connection)


def address(number):
    return f"127.1.{number // 250}.{number % 250 + 1}"


def figures(seconds):
    return f"median {statistics.median(seconds):.2f} s, 99 % {seconds[len(seconds) * 99 // 100]:.2f} s, last {seconds[-1]:.2f} s"

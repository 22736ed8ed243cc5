"""kill -9 at random moments of a run: of starting, taking in, delivering, checkpointing, stopping."""

import random
import signal
import threading

from field import CHOICES, FaultTest, setting
from load import Load

KILLS = setting("FAULT_KILLS", 50)
FLIP_SECONDS = 0.7


class Kills(FaultTest):
    alone = True  # beside others a life is too short for much mail

    def test_kills_at_random_moments_lose_nothing(self):
        self.set_field()
        with Flipping(self.field.bank, self.field.open), Load(self.book, self.relay.port, CHOICES):
            for number in range(KILLS):
                self.live_and_die(number)
        self.field.start_relay()
        self.await_delivered(seconds=120)
        account = self.close_account(f"kill -9, {KILLS} times")
        self.assertLess(account.duplicated, account.delivered / 2)

    def live_and_die(self, number):
        self.book.begin_life()
        self.relay.spawn()
        if number % 5 == 0:
            # Somewhere in the start.
            threading.Event().wait(random.uniform(0.1, 1.2))
        else:
            self.await_ready(200)
            threading.Event().wait(random.uniform(0.0, 0.8))
        if number % 5 == 1:
            # Somewhere in an orderly end.
            self.relay.signal(signal.SIGTERM)
            threading.Event().wait(random.uniform(0.0, 0.3))
        self.relay.kill()


class Flipping:
    """Partners that offer TLS, then none, then TLS again; and hang up at each change, so that it is soon noticed."""

    def __init__(self, *sinks):
        self.sinks = sinks
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._flip, daemon=True)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self._set(True)

    def _flip(self):
        offered = True
        while not self.ended.wait(FLIP_SECONDS):
            offered = not offered
            self._set(offered)

    def _set(self, offered):
        for sink in self.sinks:
            sink.tls = offered
            sink.hang_up()

"""The relay's process may open no more files."""

import contextlib
import os
import resource
import socket

from field import CHOICES, FaultTest
from load import Load
from loopback import await_that

MORE = 12
IDLERS = 60


class Handles(FaultTest):
    def test_without_file_handles_mail_waits_and_nothing_is_lost(self):
        self.set_field()
        self.field.start_relay()
        with Load(self.book, self.relay.port, CHOICES):
            self.await_acknowledged(50)
            before = self.limit_handles()
            with contextlib.ExitStack() as idlers:
                for _ in range(IDLERS):
                    idlers.enter_context(socket.create_connection(("127.0.0.1", self.relay.port), timeout=10))
                await_that("every handle is in use", lambda: self.handles() >= before + MORE - 1)
                # Partners hang up, so that new connections to them are needed, too.
                self.field.bank.hang_up()
                self.field.open.hang_up()
                self.assertIsNone(self.relay.process.poll(), "the relay has ended")
                await_that("a refusal or a fault is told", lambda: self.tells_of_it(), 15)
            self.await_acknowledged(len(self.book.acknowledged) + 50)
            self.await_ready(200)
        self.lift_limit()
        self.await_delivered()
        self.close_account("file handles exhausted")

    def await_acknowledged(self, count):
        await_that(f"{count} letters are acknowledged", lambda: len(self.book.acknowledged) >= count, 60)

    def handles(self):
        return len(os.listdir(f"/proc/{self.relay.process.pid}/fd"))

    def limit_handles(self):
        self.usual = resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE)
        now = self.handles()
        # The limit is on the highest number, and numbers below it may be free.
        resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE, (now + MORE, self.usual[1]))
        return now

    def lift_limit(self):
        resource.prlimit(self.relay.process.pid, resource.RLIMIT_NOFILE, self.usual)

    def tells_of_it(self):
        return "Too many open files" in self.relay.log() or "too many" in self.relay.log()

"""Clients that hand the relay numbered messages, and book which of them it has acknowledged with 250."""

import itertools
import random
import socket
import threading
import time

from book import compose

TIMEOUT_SECONDS = 15
PAUSE_SECONDS = 0.05
PER_CONNECTION = 20


class Hangup(Exception):
    """The relay has closed, or is about to."""


class Load:
    """`clients` threads, together at most `rate` messages a second, each for the next of `choices`, which are lists
    of recipients; every `large_every`th is larger than what the relay keeps in memory."""

    def __init__(self, book, port, choices, clients=3, rate=90, large_every=40, size=2000):
        self.book = book
        self.port = port
        self.choices = itertools.cycle(choices)
        self.pause = clients / rate
        self.large_every = large_every
        self.size = size
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(2 * TIMEOUT_SECONDS)

    def _run(self):
        while not self.ended.is_set():
            try:
                with Session(self.port) as session:
                    self._use(session)
            except (OSError, Hangup):
                self.ended.wait(PAUSE_SECONDS)

    def _use(self, session):
        for _ in range(PER_CONNECTION):
            if self.ended.wait(self.pause * random.random() * 2):
                return
            with self.lock:
                recipients = next(self.choices)
            number = self.book.next_number()
            size = 400_000 if number % self.large_every == 0 else self.size
            send(self.book, session, number, recipients, size)


def send(book, session, number, recipients, size=2000):
    """One message. True, and booked, when the relay has said 250 to it."""
    reply = session.transaction("carol@sender.example", recipients, compose(number, size))
    if reply.startswith("250 "):
        book.acknowledge(number, recipients)
    else:
        book.refuse(reply)
    if reply.startswith("421 "):
        raise Hangup(reply)
    return reply.startswith("250 ")


def send_each(book, port, choices, size=2000):
    """One message for each of `choices`, all acknowledged; returns their numbers."""
    numbers = []
    with Session(port) as session:
        for recipients in choices:
            numbers.append(book.next_number())
            if not send(book, session, numbers[-1], recipients, size):
                raise AssertionError(f"refused: {book.refusals[-1]}")
    return numbers


class Session:
    """One connection of a client. Every wait is bounded."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        try:
            self._expect("220")
            self.socket.sendall(b"EHLO client.example\r\n")
            self._expect("250")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def transaction(self, sender, recipients, content):
        """The reply to the end of the content, or the first one that was not what it should be."""
        envelope = "".join(f"RCPT TO:<{recipient}>\r\n" for recipient in recipients)
        self.socket.sendall(f"MAIL FROM:<{sender}>\r\n{envelope}DATA\r\n".encode())
        replies = [self._reply() for _ in range(len(recipients) + 2)]
        if not replies[-1].startswith("354"):
            return next(reply for reply in replies if not reply.startswith("250"))
        self.socket.sendall(content + b".\r\n")
        return self._reply()

    def _expect(self, code):
        reply = self._reply()
        if not reply.startswith(code):
            raise Hangup(reply)

    def _reply(self):
        while True:
            line = self.lines.readline().decode()
            if not line.endswith("\r\n"):
                raise Hangup("no reply")
            if line[3] == " ":
                return line


def await_refusal(book, seconds=30):
    """The first reply that was not 250, from now on."""
    before = len(book.refusals)
    deadline = time.monotonic() + seconds
    while len(book.refusals) == before:
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds} s no message was refused")
        time.sleep(PAUSE_SECONDS)
    return book.refusals[before]

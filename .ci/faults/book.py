"""Who was promised what, and who got what: the two sides of the account that every fault ends with."""

import collections
import dataclasses
import hashlib
import random
import re
import threading

NUMBER = re.compile(rb"^X-Number: (\d+)\r?$", re.MULTILINE)
DIGEST = re.compile(rb"^X-Digest: (\w+)\r?$", re.MULTILINE)
ACTION = re.compile(rb"^Action: (\w+)\r?$", re.MULTILINE)


@dataclasses.dataclass
class Copy:
    """One message as a partner has taken it. `life` is which life of the relay's process it came from; `answered`
    whether the partner could still say that it has it."""

    number: int
    recipient: str
    encrypted: bool
    intact: bool
    life: int
    answered: bool = False

    @property
    def letter(self):
        return self.number, self.recipient


class Notice(collections.namedtuple("Notice", "number action recipient")):
    """A notice the relay has sent: for which message, `delayed` or `failed`, to whom."""


class Account(collections.namedtuple("Account", "acknowledged delivered duplicated lost")):
    """In letters, which are a message for one recipient. `delivered` counts each once, `duplicated` the copies beyond
    that, `lost` those acknowledged that nobody got."""

    def __str__(self):
        return ", ".join(f"{name} {value}" for name, value in self._asdict().items())


class Book:
    """Written by the clients and the partners of one test. Any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.life = 0
        self.acknowledged = set()
        self.refusals = []
        self.copies = []
        self.notices = []
        self.last_number = 0

    def next_number(self):
        with self.lock:
            self.last_number += 1
            return self.last_number

    def acknowledge(self, number, recipients):
        with self.lock:
            self.acknowledged.update((number, recipient) for recipient in recipients)

    def refuse(self, reply):
        with self.lock:
            self.refusals.append(reply)

    def take(self, content, sender, recipients, encrypted):
        """Books what a partner was handed, its lines ending in CR LF, and returns its copies."""
        number = int(NUMBER.search(content)[1])
        with self.lock:
            if sender:
                intact = is_intact(content)
                copies = [Copy(number, each, encrypted, intact, self.life) for each in recipients]
                self.copies += copies
                return copies
            action = ACTION.search(content)[1].decode()
            self.notices += [Notice(number, action, each) for each in recipients]
            return []

    def begin_life(self):
        with self.lock:
            self.life += 1

    # --- the account

    def missing(self):
        """The letters that were acknowledged and have not arrived."""
        with self.lock:
            return self.acknowledged - {copy.letter for copy in self.copies}

    def account(self):
        missing = self.missing()
        with self.lock:
            letters = collections.Counter(copy.letter for copy in self.copies)
            return Account(len(self.acknowledged), len(letters), letters.total() - len(letters), len(missing))

    def copies_of(self, domain):
        with self.lock:
            return [copy for copy in self.copies if copy.recipient.endswith("@" + domain)]

    def damaged(self):
        with self.lock:
            return [copy for copy in self.copies if not copy.intact]

    def unexplained_duplicates(self):
        """Letters of which the same process of the relay has brought another copy although it was told of the first:
        neither a crash nor a cut after the final dot explains these."""
        told, unexplained = set(), []
        with self.lock:
            for copy in self.copies:
                if (copy.letter, copy.life) in told:
                    unexplained.append(copy.letter)
                if copy.answered:
                    told.add((copy.letter, copy.life))
        return unexplained


def compose(number, size):
    """A message of about `size` bytes, whose body is known by its number and checked by a digest in its header."""
    words = random.Random(number).randbytes(size // 2).hex().encode()
    body = b"".join(words[start : start + 76] + b"\r\n" for start in range(0, len(words), 76))
    header = f"From: carol@sender.example\r\nSubject: Fault\r\nX-Number: {number}\r\nX-Digest: {digest(body)}\r\n"
    return header.encode() + b"\r\n" + body


def is_intact(content):
    stated = DIGEST.search(content)
    return stated is not None and stated[1].decode() == digest(content.partition(b"\r\n\r\n")[2])


def digest(body):
    return hashlib.sha256(body).hexdigest()

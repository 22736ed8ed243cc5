"""A line to a real Postfix that stalls, is half-closed or reset at each moment of the dialogue."""

import itertools

from book import Copy, is_intact, NUMBER
from configuration import entry, smart_host
from field import SOON, FaultTest, setting
from load import send_each
from loopback import await_that
from postfix import Postfix
from proxy import Proxy

STALL_SECONDS = setting("FAULT_STALL_SECONDS", 4)
IN_CLEAR = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot")
DEMANDED = ("connect", "EHLO", "STARTTLS", "handshake", "encrypted")
FAULTS = ("reset", "close", "stall")
LETTERS = 3

# Two sizes of content: one that fits into a packet, and one that a line breaks in the middle of.
SIZES = (1_500, 300_000)


class Partners(FaultTest):
    def test_a_line_that_breaks_anywhere_loses_nothing(self):
        lines = [(moment, fault, False) for moment, fault in itertools.product(IN_CLEAR, FAULTS)]
        lines += [(moment, fault, True) for moment, fault in itertools.product(DEMANDED, FAULTS)]
        self.set_lines(lines)
        self.field.start_relay()
        for size in SIZES:
            send_each(self.book, self.relay.port, [[address] for address in self.addresses] * LETTERS, size)
        await_that("everything acknowledged arrives", self.read_mailboxes, 60 + STALL_SECONDS)
        self.relay.await_empty_queue()
        self.read_mailboxes()
        self.assert_each_fault_has_struck()
        self.assert_nothing_in_clear_where_tls_is_demanded()
        self.assertEqual(self.cut_after_dot(), self.twice())
        self.close_account(f"partner: {len(lines)} broken lines")

    def set_lines(self, lines):
        self.addresses = {f"user@{name(line)}.example": line for line in lines}
        self.proxies = {}
        more = []
        self.set_field(more_connectors=more)
        self.postfix = Postfix("mx.partner.example", self.field.folder / "postfix", self.addresses)
        self.field.exits.callback(self.postfix.stop)
        self.postfix.start(smtpd_tls_chain_files=self.field.certificate, smtpd_tls_security_level="may")
        self.plain = Postfix("mx.plain.example", self.field.folder / "plain", self.addresses)
        self.field.exits.callback(self.plain.stop)
        self.plain.start(smtpd_tls_security_level="none")
        for address, (moment, fault, demanded) in self.addresses.items():
            partner = self.postfix if demanded else self.plain
            proxy = Proxy(partner.port, moment, fault, STALL_SECONDS)
            self.field.exits.callback(proxy.stop)
            self.proxies[address] = proxy
            more.append(self.connector(address, proxy, demanded))
        self.field.more_connectors = more
        self.field.write_connectors()

    @staticmethod
    def connector(address, proxy, demanded):
        domain = address.partition("@")[2]
        return entry(
            name=domain.replace(".", "-"),
            addressSpaces=[domain],
            smartHosts=smart_host(proxy.port),
            requireTls=demanded,
            retry=SOON,
        )

    def read_mailboxes(self):
        """Books what Postfix has delivered; true when nothing is missing."""
        copies = []
        for postfix, address in itertools.product((self.postfix, self.plain), self.addresses):
            for message in postfix.mailbox(address):
                content = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                number = int(NUMBER.search(content)[1])
                encrypted = postfix is self.postfix
                copies.append(Copy(number, address, encrypted, is_intact(content), 1))
        self.book.copies = copies
        return not self.book.missing()

    def twice(self):
        """The lines on which a letter was delivered again."""
        letters = [copy.letter for copy in self.book.copies]
        return {self.addresses[letter[1]] for letter in letters if letters.count(letter) > 1}

    def cut_after_dot(self):
        return {line for line in self.addresses.values() if line[0] == "dot" and line[1] != "stall"}

    def assert_each_fault_has_struck(self):
        idle = [self.addresses[address] for address, proxy in self.proxies.items() if not proxy.struck]
        self.assertEqual([], idle)

    def assert_nothing_in_clear_where_tls_is_demanded(self):
        for address, proxy in self.proxies.items():
            if self.addresses[address][2]:
                self.assertEqual(set(), {"MAIL", "RCPT", "DATA"} & set(proxy.said_in_clear), address)


def name(line):
    moment, fault, demanded = line
    return f"{moment}-{fault}-{'tls' if demanded else 'clear'}".lower()

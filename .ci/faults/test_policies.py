"""The host of a partner's MTA-STS policy dies and comes back, its DNS with it, while the partner's own TLS fails."""

import time

from book import Book
from configuration import entry
from field import SOON, FaultTest
from load import Load
from loopback import await_that, free_port
from nameserver import A, MX, TXT, NameServer
from policy_host import PolicyHost
from sink import Sink

DOMAIN = "partner.example"
USER = f"user@{DOMAIN}"
# By MX, mail goes to port 25: at addresses of the loopback that nobody else has. The host that the policy does not list
# comes first.
UNLISTED, LISTED = f"mx1.{DOMAIN}", f"mx2.{DOMAIN}"
HOSTS = {UNLISTED: "127.66.1.1", LISTED: "127.66.1.2"}
POLICY_ADDRESS = "127.66.1.3"
RECORD = (f"_mta-sts.{DOMAIN}", TXT)
FAULT_SECONDS = 3


class Policies(FaultTest):
    def test_a_kept_policy_holds_while_its_host_is_dead_and_a_new_one_once_it_is_back(self):
        self.set_partner()
        self.field.start_relay()
        with Load(self.book, self.relay.port, [[USER]], rate=40):
            self.await_arrival()
            self.assertGreater(self.host.asked, 0)
            self.host.down()
            del self.names.records[RECORD]
            self.await_arrival()
            self.without_tls()
            self.relay.stop()
            self.listed.tls = False
            self.field.start_relay()
            self.await_blame()
            self.listed.tls = True
            self.await_arrival()
            self.assertEqual([], self.unlisted.book.copies, "handed to a host that the policy does not list")
            self.policy_changes()
        self.await_delivered()
        self.assertEqual([], [copy for copy in self.book.copies_of(DOMAIN) if not copy.encrypted], "in clear")
        self.assertEqual([], self.book.notices)
        self.close_account("MTA-STS hosts dying")

    def set_partner(self):
        port = free_port()
        self.names = NameServer(
            port,
            {
                (DOMAIN, MX): [(10, UNLISTED), (20, LISTED)],
                RECORD: ["v=STSv1; id=1;"],
                (f"mta-sts.{DOMAIN}", A): [POLICY_ADDRESS],
                **{(name, A): [address] for name, address in HOSTS.items()},
            },
        )
        by_mx = entry(name="internet", addressSpaces=[DOMAIN], retry=SOON)
        self.set_field(dns_port=port, more_connectors=[by_mx])
        self.host = PolicyHost(self.field.authority, DOMAIN, POLICY_ADDRESS, [LISTED])
        self.unlisted, self.listed = (
            Sink(book, self.field.authority.issue(name), HOSTS[name], 25)
            for name, book in ((UNLISTED, Book()), (LISTED, self.book))
        )
        for part in (self.names, self.host, self.unlisted, self.listed):
            self.field.exits.callback(part.down)
            part.up()

    def without_tls(self):
        """The listed host has no TLS for a while: mail waits for it, and goes nowhere else."""
        self.listed.tls = False
        self.listed.hang_up()
        self.await_blame()
        before = len(self.book.copies_of(DOMAIN))
        time.sleep(FAULT_SECONDS)
        self.assertEqual(before, len(self.book.copies_of(DOMAIN)), "taken without TLS")
        self.listed.tls = True
        self.await_arrival()

    def policy_changes(self):
        """The policy's host is back and lists the other host, which is now the one that gets mail."""
        self.host.mx = [UNLISTED]
        self.names.records[RECORD] = ["v=STSv1; id=2;"]
        self.unlisted.book = self.book
        self.host.up()
        self.relay.must_run("sts", "refresh", DOMAIN)
        self.listed.down()
        self.await_arrival()
        self.listed.up()

    def await_blame(self):
        await_that("the queue's reason names the policy", self.policy_is_blamed, 40)

    def policy_is_blamed(self):
        return f"mta-sts {DOMAIN}" in self.relay.must_run("queue", "list")

    def await_arrival(self):
        """Fresh mail arrives."""
        before = len(self.book.copies_of(DOMAIN))
        await_that("mail arrives", lambda: len(self.book.copies_of(DOMAIN)) > before + 10, 40)

"""DNS that fails, falls silent, lies and comes back, and hosts of a partner that die in turn."""

import time

from configuration import entry
from field import SOON, FaultTest
from load import Load
from loopback import await_that, free_port
from nameserver import A, MX, NameServer
from sink import Sink

# By MX, mail goes to port 25: at addresses of the loopback that nobody else has.
HOSTS = {"mx1.partner.example": "127.66.0.1", "mx2.partner.example": "127.66.0.2"}
SMART_HOSTS = {"out1.filter.example": "127.66.0.3", "out2.filter.example": "127.66.0.4"}
USER = "user@partner.example"
OTHER = "user@filtered.example"
FAULT_SECONDS = 2


class Names(FaultTest):
    def test_mail_waits_for_names_and_hosts_and_all_of_it_arrives(self):
        self.set_partner()
        self.field.start_relay()
        with Load(self.book, self.relay.port, [[USER], [OTHER]], rate=40):
            self.await_arrival()
            for mode in ("servfail", "silent", "refused", "wrong id"):
                self.names.mode = mode
                time.sleep(FAULT_SECONDS)
                self.names.mode = "answer"
                self.await_arrival()
            self.names.mode = "truncated"
            self.await_arrival()
            self.names.mode = "answer"
            self.names.down()
            time.sleep(FAULT_SECONDS)
            self.names.up()
            self.await_arrival()
            self.hosts_die_in_turn()
        self.await_delivered()
        self.assertEqual([], self.book.notices)
        self.assertGreater(self.names.asked, 20)
        self.close_account("DNS and hosts dying")

    def set_partner(self):
        port = free_port()
        self.names = NameServer(
            port,
            {
                ("partner.example", MX): [(10, "mx1.partner.example"), (20, "mx2.partner.example")],
                **{(name, A): [address] for name, address in (HOSTS | SMART_HOSTS).items()},
            },
        )
        smart_port = free_port()
        by_mx = entry(name="internet", addressSpaces=["partner.example"], retry=SOON)
        by_name = entry(
            name="filter",
            addressSpaces=["filtered.example"],
            smartHosts=[f"{name}:{smart_port}" for name in SMART_HOSTS],
            retry=SOON,
        )
        self.set_field(dns_port=port, more_connectors=[by_mx, by_name])
        places = [(address, 25) for address in HOSTS.values()]
        places += [(address, smart_port) for address in SMART_HOSTS.values()]
        self.sinks = [Sink(self.book, self.field.certificate, *place) for place in places]
        for part in (self.names, *self.sinks):
            self.field.exits.callback(part.down)
            part.up()

    def hosts_die_in_turn(self):
        first_mx, second_mx, first_smart, second_smart = self.sinks
        first_mx.down()
        first_smart.down()
        self.await_arrival()
        second_mx.down()
        second_smart.down()
        time.sleep(FAULT_SECONDS)
        first_mx.up()
        first_smart.up()
        self.await_arrival()
        second_mx.up()
        second_smart.up()

    def await_arrival(self):
        """Fresh mail of both kinds arrives."""
        for domain in ("partner.example", "filtered.example"):
            before = len(self.book.copies_of(domain))
            await_that(
                f"mail for {domain} arrives", lambda: len(self.book.copies_of(domain)) > before + 10, 40
            )

"""The guide for 3 a.m.: every command in it exists, and says what it says there.

With RELAY_WRITE_3AM=1 docs/3am.md is written anew, from what its commands say."""

import calendar
import json
import os
import re
import time

from loopback import await_that, free_port, http_get
from nameserver import A, NameServer
from night import PAGE, Night, constant
from prometheus import Prometheus
from stage import ALICE, OnOwnStage, Stage

MX = "mx.bank.example"

# Enough failures for the alert, and then a wait that nothing but `queue retry` ends.
DELAYS = {"delays": ["4s"] * 7 + ["1h"], "expireAfter": "2d", "delayWarningAfter": "4h"}


class TheGuide(OnOwnStage):
    long = True

    def test_has_commands_that_exist_and_what_they_say(self):
        self.set_scene()
        night = Night(
            self.relay,
            {
                "evening": self.evening,
                "the certificate expires": self.breaks,
                "some tries later": self.waits,
                "the partner repairs it": self.repaired,
                "the mail leaves": self.leaves,
            },
            {"25": self.partner.port, "9090": self.prometheus.port, "8025": self.relay.admin_port},
        )
        night.begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
        time.sleep(1)
        if os.environ.get("RELAY_WRITE_3AM"):
            PAGE.write_text(night.write(PAGE.read_text()))
            return
        commands = []
        for command, said, says in night.play(PAGE.read_text()):
            with self.subTest(command):
                self.assertEqual(constant(said), constant(says))
            commands.append(re.sub(r" -.*", "", command))
        for needed in ("queue list", "queue show", "verify-tls bank.example", "queue retry", "track"):
            self.assertIn(f"./relay {needed}", commands)

    def set_scene(self):
        self.stage = stage = Stage(
            bank={
                "addressSpaces": ["bank.example"],
                "tlsAuthLevel": "DomainValidation",
                "retry": DELAYS,
            }
        )
        stage.bank["smartHosts"] = [f"{MX}:{stage.partner.port}"]
        names = NameServer(free_port(), {(MX, A): ["127.0.0.1"]})
        self.addCleanup(names.down)
        names.up()
        names.port, names.anchor = names.place[1], None
        stage.use_dns(names)
        stage.start()
        self.addCleanup(stage.stop)
        self.origin, self.relay, self.partner = stage.origin, stage.relay, stage.partner
        self.prometheus = Prometheus(stage.folder / "prometheus", self.relay.admin_port)
        self.addCleanup(self.prometheus.stop)
        self.prometheus.start()

    # --- the scenes

    def evening(self):
        self.partner.await_letter(self.submit(ALICE), ALICE)
        self.prometheus.await_scrape()
        self.assertEqual({}, self.prometheus.firing())

    def breaks(self):
        self.stage.restart_partner(smtpd_tls_chain_files=self.stage.authority.issue_expired(MX))
        self.waiting = [self.submit(ALICE), self.submit(ALICE)]
        await_that("the alert fires", lambda: "RelayPartnerTlsFails" in self.prometheus.firing(), 60)

    def waits(self):
        await_that("the next try is far away", lambda: self.minutes_to_next_try() > 30, 60)

    def repaired(self):
        self.stage.restart_partner(smtpd_tls_chain_files=self.stage.authority.issue(MX))

    def leaves(self):
        for letter in self.waiting:
            self.partner.await_letter(letter, ALICE)
        self.relay.await_empty_queue()
        await_that("all is tracked", lambda: self.relay.must_run("track", "--event", "SEND").count("\n") == 3)

    def minutes_to_next_try(self):
        _, text = http_get(self.relay.admin_port, "/api/v1/queues")
        [queue] = json.loads(text)["queues"]
        return (epoch(queue["retryAt"]) - time.time()) / 60 if "retryAt" in queue else 0


def epoch(stamp):
    return calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))

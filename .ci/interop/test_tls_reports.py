"""TLS reports (RFC 8460) of a day in which sessions succeeded and failed: to a collector over HTTPS, and by mail to Postfix."""

import datetime
import email
import gzip
import json
import re
import time

from clock import WallClock
from collector import Collector
from loopback import await_that, free_port
from nameserver import A, TXT
from policy_host import PolicyHost
from stage import ALICE, BOB, LATER, OnOwnStage, Stage
from test_mta_sts import Names

PARTNER = "mx.bank.example"  # has an MTA-STS policy
OPEN = "mx.open.example"  # has none
POLICY_ADDRESS = "127.67.0.2"
CONTACT = "tls-reports@relay.example.net"
HOUR = 3600
# Within four hours of the day's end every report is due.
LATEST_HOURS = 4
# The relay looks once a minute for what is due.
TICK_SECONDS = 90

# RFC 8460, section 4.3.
RESULTS = {
    "starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
    "validation-failure", "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error",
    "sts-policy-invalid", "sts-webpki-invalid",
}  # fmt: skip


class Reporting(Stage):
    def machine(self, text):
        return text + f'tlsReports: {{ contact: "{CONTACT}", organization: "Relay Example" }}\n'


class TheReportsOfADay(OnOwnStage):
    long = True

    def test_tell_what_happened_over_https_and_by_mail_and_nothing_of_themselves(self):
        self.set_partners()
        self.happenings()
        connected = self.sessions()
        self.end_day()
        await_that("the collector has a report", lambda: self.collector.reports, TICK_SECONDS)
        [(path, kind, report)] = self.collector.reports
        self.assertEqual(("/v1/tlsrpt", "application/tlsrpt+gzip"), (path, kind))
        [about_bank] = self.assert_report(report)
        self.assert_about_bank(about_bank, connected)
        self.assert_about_open(self.report_by_mail())
        self.assert_no_report_about_reports()

    # --- the day

    def set_partners(self):
        self.stage = Reporting(bank={"retry": LATER, "requireTls": False}, partner={"debug_peer_list": ""})
        self.origin, self.relay, self.partner = self.stage.origin, self.stage.relay, self.stage.partner
        self.stage.bank["smartHosts"] = [f"{PARTNER}:{self.partner.port}"]
        # A port of its own, so that the log tells whose sessions are whose.
        self.open_port = free_port()
        self.partner.services = {self.open_port: {"syslog_name": "postfix/open", "smtpd_tls_security_level": "none"}}
        self.stage.elsewhere["smartHosts"] = [f"{OPEN}:{self.open_port}"]
        self.collector = Collector(self.stage.authority)
        wish = "v=TLSRPTv1; rua="
        names = Names(
            free_port(),
            {
                (PARTNER, A): ["127.0.0.1"],
                (OPEN, A): ["127.0.0.1"],
                (f"_mta-sts.{PARTNER}", TXT): ["v=STSv1; id=1;"],
                (f"mta-sts.{PARTNER}", A): [POLICY_ADDRESS],
                (f"_smtp._tls.{PARTNER}", TXT): [wish + self.collector.uri],
                (f"_smtp._tls.{OPEN}", TXT): [wish + f"mailto:{ALICE}"],
            },
        )
        host = PolicyHost(self.stage.authority, PARTNER, POLICY_ADDRESS, [PARTNER])
        for part in (names, host, self.collector):
            part.up()
            self.addCleanup(part.down)
        self.stage.use_dns(names)
        self.clock = WallClock(self.stage.folder)
        self.relay.environment |= self.clock.environment
        # The next midday: not the last, when the certificates of this run were not valid yet.
        self.midday = (HOUR * 12 - time.time()) % (24 * HOUR)
        self.clock.jump(int(self.midday))
        self.stage.start()
        self.addCleanup(self.stage.stop)

    def happenings(self):
        """The partner is good, then shows a wrong name, then has no TLS, then is good again."""
        self.partner.await_letter(self.submit(ALICE), ALICE)
        self.partner_is(smtpd_tls_chain_files=self.stage.authority.issue("mx.other.example"))
        waiting = self.submit(ALICE)
        self.await_failure("name-mismatch")
        self.partner_is(smtpd_tls_security_level="none")
        self.relay.must_run("queue", "retry")
        self.await_failure("not-offered")
        self.partner_is()
        self.relay.must_run("queue", "retry")
        self.partner.await_letter(waiting, ALICE)
        self.partner.await_letter(self.submit(BOB), BOB)
        self.relay.await_empty_queue()

    def partner_is(self, **settings):
        """Between sessions: Postfix says nothing of one that it is stopped in."""
        self.await_end_of_sessions()
        self.stage.restart_partner(**settings)

    def await_failure(self, reason):
        name = "relay_tls_failures_total"
        await_that(f"{name} has {reason}", lambda: self.relay.metrics().total(name, connector="bank", reason=reason))

    def sessions(self):
        """How many sessions the partner had, by its log: with mail, with TLS and no mail, with neither."""
        self.await_end_of_sessions()
        seen = re.findall(r"postfix/smtpd\[\d+\]: disconnect from \S+ (.*)", self.partner.log())
        mail = sum(" mail=" in each for each in seen)
        tls = sum("starttls=1" in each and " mail=" not in each for each in seen)
        return mail, tls, sum("ehlo=" in each for each in seen) - mail - tls

    def await_end_of_sessions(self):
        await_that("the partner's sessions have ended", lambda: self.log_has("disconnect") == self.log_has("connect"), 60)

    def log_has(self, what):
        return len(re.findall(rf"postfix/smtpd\[\d+\]: {what} from ", self.partner.log()))

    def end_day(self):
        day = datetime.datetime.fromtimestamp(time.time() + self.midday, datetime.timezone.utc)
        self.day = day.date()
        self.clock.jump(int(self.midday) + (12 + LATEST_HOURS + 1) * HOUR)

    # --- the reports

    def assert_report(self, report):
        """What section 4.4 wants of any report; returns its policies."""
        self.assertEqual("Relay Example", report["organization-name"])
        self.assertEqual(CONTACT, report["contact-info"])
        self.assertRegex(report["report-id"], r"^\S+$")
        begin, end = f"{self.day}T00:00:00Z", f"{self.day}T23:59:59Z"
        self.assertEqual({"start-datetime": begin, "end-datetime": end}, report["date-range"])
        for entry in report["policies"]:
            self.assertIn(entry["policy"]["policy-type"], ("sts", "tlsa", "no-policy-found"))
            self.assertTrue(entry["policy"]["policy-domain"])
            failures = entry.get("failure-details", [])
            for failure in failures:
                self.assertIn(failure["result-type"], RESULTS)
                self.assertGreater(failure["failed-session-count"], 0)
                self.assertEqual("127.0.0.1", failure["receiving-ip"])
                self.assertEqual(entry["policy"]["policy-domain"], failure["receiving-mx-hostname"])
            counted = entry["summary"]["total-failure-session-count"]
            self.assertEqual(sum(failure["failed-session-count"] for failure in failures), counted)
        return report["policies"]

    def assert_about_bank(self, entry, connected):
        with_mail, with_tls, with_neither = connected
        policy = entry["policy"]
        self.assertEqual(("sts", PARTNER, [PARTNER]), (policy["policy-type"], policy["policy-domain"], policy["mx-host"]))
        wanted = ["version: STSv1", "mode: enforce", f"mx: {PARTNER}", "max_age: 86400"]
        self.assertEqual(wanted, policy["policy-string"])
        failed = {each["result-type"]: each["failed-session-count"] for each in entry["failure-details"]}
        self.assertEqual({"certificate-host-mismatch", "starttls-not-supported"}, set(failed))
        self.assertGreater(with_mail, 1)
        self.assertEqual(with_mail, entry["summary"]["total-successful-session-count"])
        self.assertEqual(with_tls, failed["certificate-host-mismatch"])
        self.assertEqual(with_neither, failed["starttls-not-supported"])

    def report_by_mail(self):
        """From the message to the one who wants it, in the form of section 5.3."""
        of_reports = lambda: [message for message in self.partner.mailbox(ALICE) if b"report-type=tlsrpt" in message]  # noqa: E731
        await_that("the report arrives by mail", of_reports)
        message = email.message_from_bytes(of_reports()[0])
        self.assertEqual(("multipart/report", "tlsrpt"), (message.get_content_type(), message.get_param("report-type")))
        self.assertEqual((OPEN, "relay.example.net"), (message["TLS-Report-Domain"], message["TLS-Report-Submitter"]))
        subject = re.sub(r"\s+", " ", message["Subject"])
        self.assertRegex(subject, rf"^Report Domain: {OPEN} Submitter: relay\.example\.net Report-ID: <\S+@\S+>$")
        self.assertIn(CONTACT, message["From"])
        text, attached = message.get_payload()
        self.assertEqual(("text/plain", "application/tlsrpt+gzip"), (text.get_content_type(), attached.get_content_type()))
        self.assertRegex(attached.get_filename(), rf"^relay\.example\.net!{OPEN}!\d+!\d+!\S+\.json\.gz$")
        return json.loads(gzip.decompress(attached.get_payload(decode=True)))

    def assert_about_open(self, report):
        """One session, without TLS because there was none, and no policy that would mind."""
        [entry] = self.assert_report(report)
        self.assertEqual({"policy-type": "no-policy-found", "policy-domain": OPEN}, entry["policy"])
        self.assertEqual(0, entry["summary"]["total-successful-session-count"])
        [failure] = entry["failure-details"]
        self.assertEqual(("starttls-not-supported", 1), (failure["result-type"], failure["failed-session-count"]))

    def assert_no_report_about_reports(self):
        """The report came by mail to the partner that has a policy; of its day the session of another letter alone is counted."""
        self.partner.await_letter(self.submit(BOB), BOB)
        self.relay.await_empty_queue()
        self.relay.stop()
        kept = self.relay.conf.parent / "data" / "tls-reports"
        [counted] = [json.loads(file.read_text()) for file in kept.iterdir()]
        self.assertEqual([OPEN], [row["domain"] for row in counted])
        self.assertEqual(1, len(self.collector.reports))

"""A partner whose TLS is off or wrong: what demands TLS waits, what does not goes on, and nothing leaks."""

import email
import json

from loopback import await_that
from postfix import received_fields
from stage import (
    ALICE, BOB, CAROL, DAVE, ERIN, FAY, GUESTS, LATER, STAFF, TLS_OFF, OnOneStage, OnOwnStage
)

ENVELOPE_IN_CLEAR = "by mx.bank.example (Postfix) with ESMTP id"


def objects(value):
    """Every object of a JSON value, at any depth."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from objects(inner)


class MailThatDemandsTlsWhenThereIsNone(OnOwnStage):
    def test_waits_for_the_connectors_sake_and_nothing_of_its_envelope_is_said(self):
        self.set_stage(partner=TLS_OFF)
        self.submit(ALICE, sender=CAROL)
        self.relay.await_tls_failures("bank", count=2)
        self.relay.await_queued("bank")
        self.assert_nothing_said_of(CAROL, ALICE)

    def test_waits_for_the_floors_sake_though_the_connector_demands_nothing(self):
        self.set_stage(partner=TLS_OFF)
        self.submit(FAY, sender=ERIN)
        self.relay.await_tls_failures("elsewhere", count=2)
        self.relay.await_queued("elsewhere")
        self.assert_nothing_said_of(ERIN, FAY)


class WhileThePartnersTlsIsOff(OnOneStage):
    options = {"partner": TLS_OFF}

    def setUp(self):
        self.submit(ALICE, sender=CAROL)
        self.relay.await_tls_failures("bank")

    def test_the_failure_is_counted_with_its_demand_and_its_reason(self):
        for labels in self.relay.await_tls_failures("bank"):
            self.assertTrue(labels["demand"] and labels["reason"], labels)

    def test_mail_to_a_domain_without_demand_is_delivered_in_clear_and_counted_as_such(self):
        sent = self.submit(BOB, sender=DAVE)
        by_partner = received_fields(self.partner.await_letter(sent, BOB))[0]
        self.assertIn(ENVELOPE_IN_CLEAR, by_partner)
        self.assertNotIn("TLS", by_partner)
        await_that("relay_delivered_messages_total counts it with tls=none", self.delivered_in_clear)

    def delivered_in_clear(self):
        return self.relay.metrics().total("relay_delivered_messages_total", connector="elsewhere", tls="none") >= 1

    def test_the_listing_of_the_queue_names_the_reason(self):
        self.assertRegex(self.relay.must_run("queue", "list"), r"(?s)\bbank\b.*STARTTLS")

    def test_the_listing_of_the_queue_in_json_names_the_reason(self):
        listing = self.relay.must_list("queue", "list")
        of_bank = [json.dumps(entry) for entry in objects(listing) if "bank" in entry.values()]
        self.assertTrue(any("STARTTLS" in entry for entry in of_bank), listing)

    def test_a_queue_shows_its_messages_with_sender_and_recipients(self):
        shown = self.relay.must_run("queue", "show", "bank")
        self.assertIn(CAROL, shown)
        self.assertIn(ALICE, shown)


class WhenThePartnersTlsIsBack(OnOwnStage):
    def test_waiting_mail_is_delivered_over_tls_at_its_next_attempt(self):
        self.set_stage(partner=TLS_OFF)
        sent = self.submit(ALICE)
        self.relay.await_tls_failures("bank")
        self.stage.partner_tls_on()
        self.assert_arrives_over_tls(sent, ALICE)

    def test_the_administrator_need_not_wait_for_the_next_attempt(self):
        self.set_stage(partner=TLS_OFF, bank={"retry": LATER})
        sent = self.submit(ALICE)
        self.relay.await_tls_failures("bank")
        self.stage.partner_tls_on()
        self.relay.must_run("queue", "retry")
        self.assert_arrives_over_tls(sent, ALICE)

    def test_of_many_recipients_each_had_one_copy_in_its_own_time(self):
        self.set_stage(partner=TLS_OFF)
        sent = self.submit(*STAFF, *GUESTS)
        for guest in GUESTS:
            self.partner.await_letter(sent, guest)
        self.relay.await_tls_failures("bank")
        self.assert_nothing_said_of(*STAFF)
        self.stage.partner_tls_on()
        for member in STAFF:
            self.assert_arrives_over_tls(sent, member)
        self.assert_one_copy([sent], STAFF + GUESTS)

    def assert_arrives_over_tls(self, sent, recipient):
        by_partner = received_fields(self.partner.await_letter(sent, recipient))[0]
        self.assertIn("using TLSv1.3 with cipher TLS_", by_partner)


class OnTlsFailure(OnOwnStage):
    def test_bounce_tells_the_sender_and_still_says_nothing_to_the_partner(self):
        self.set_stage(partner=TLS_OFF, bank={"onTlsFailure": "bounce"})
        self.submit(ALICE)
        notice = email.message_from_bytes(self.origin.await_message(CAROL))
        self.assertEqual("multipart/report", notice.get_content_type())
        self.assert_nothing_said_of(CAROL, ALICE)

    def test_hold_keeps_the_mail_until_the_administrator_resumes_it(self):
        self.set_stage(partner=TLS_OFF, bank={"onTlsFailure": "hold"})
        sent = self.submit(ALICE)
        self.relay.await_queued("bank", status="Held")
        self.stage.partner_tls_on()
        self.relay.must_run("queue", "resume", "--connector", "bank")
        self.partner.await_letter(sent, ALICE)


class CertificatesOfThePartner(OnOwnStage):
    def test_domain_validation_passes_a_certificate_of_the_right_name(self):
        self.set_stage(bank={"tlsAuthLevel": "DomainValidation", "tlsDomain": ["mx.bank.example"]})
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)

    def test_domain_validation_lets_mail_wait_before_a_certificate_of_another_name(self):
        self.set_stage(bank={"tlsAuthLevel": "DomainValidation", "tlsDomain": ["mx.other.example"]})
        self.assert_waits_after_the_handshake()
        self.assertIn("mx.other.example", self.relay.must_run("queue", "list"))

    def test_certificate_validation_lets_mail_wait_before_an_authority_that_is_not_trusted(self):
        self.set_stage(bank={"tlsAuthLevel": "CertificateValidation"}, strangers_root=True)
        self.assert_waits_after_the_handshake()

    def test_certificate_validation_passes_any_name_of_a_trusted_authority(self):
        self.set_stage(bank={"tlsAuthLevel": "CertificateValidation"})
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)

    def test_encryption_only_passes_a_certificate_that_nobody_vouches_for(self):
        self.set_stage(bank={"tlsAuthLevel": "EncryptionOnly"}, strangers_root=True)
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)

    def assert_waits_after_the_handshake(self):
        self.submit(ALICE)
        self.relay.await_tls_failures("bank")
        self.relay.await_queued("bank")
        self.assertIn("STARTTLS", self.partner.heard())
        self.assert_nothing_said_of(CAROL, ALICE)

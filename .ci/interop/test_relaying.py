"""Mail that nothing stands in the way of: what arrives is what was sent."""

import email

import letter
from postfix import received_fields
from stage import ALICE, BOB, CAROL, DAVE, JUERGEN, ZOE, OnOneStage

DOTS = b".\n..\n.begins with a dot\n...\nin the middle . of a line\n\n.\nthe last line\n.\n"
EIGHT_BIT = "Zürich, naïve façade, Ελληνικά, 日本語\n".encode() + bytes(range(0xA0, 0x100)) + b"\n"
LINES = b"\n\n  leading spaces\ttabs\t\ntrailing spaces   \n" + b"x" * 990 + b"\nFrom the start\n\n\n\n"


class MailArrives(OnOneStage):
    def assert_arrives_unchanged(self, sent):
        self.origin.sendmail(sent, ALICE, sender=CAROL)
        message = self.partner.await_letter(sent, ALICE, seconds=60)
        _, _, body = message.partition(b"\n\n")
        self.assertEqual(len(sent.body), len(body), "length of the body")
        self.assertTrue(sent.body == body, "the body differs")
        self.assertTrue(message.endswith(sent.content), "a field of the header differs")

    def test_lines_that_begin_with_dots_arrive_as_they_were_sent(self):
        self.assert_arrives_unchanged(letter.plain(DOTS))

    def test_eight_bit_text_arrives_as_it_was_sent(self):
        self.assert_arrives_unchanged(letter.plain(EIGHT_BIT, encoding="8bit"))

    def test_blank_lines_long_lines_and_spaces_arrive_as_they_were_sent(self):
        self.assert_arrives_unchanged(letter.plain(LINES))

    def test_an_attachment_of_5_mib_arrives_as_it_was_sent(self):
        self.assert_arrives_unchanged(letter.with_attachment(5 * 1024 * 1024))

    def test_an_empty_body_arrives_empty(self):
        self.assert_arrives_unchanged(letter.plain(b""))

    def test_a_mime_mail_with_international_addresses_passes(self):
        sent = letter.international(ZOE, JUERGEN)
        self.origin.sendmail(sent, JUERGEN, sender=ZOE)
        message = self.partner.await_letter(sent, JUERGEN)
        self.assertTrue(message.endswith(sent.content), "the message differs")
        international = [line for line in self.partner.envelopes() if "SMTPUTF8" in line]
        self.assertEqual(1, len(international), self.partner.envelopes())

    def test_one_copy_goes_to_each_of_several_recipients(self):
        sent = self.submit(ALICE, BOB)
        for address in (ALICE, BOB):
            self.partner.await_letter(sent, address)


class EachHopLeavesItsReceivedField(OnOneStage):
    def received(self):
        sent = self.submit(ALICE)
        return received_fields(self.partner.await_letter(sent, ALICE))

    def test_the_partners_proves_tls_between_the_relay_and_the_partner(self):
        by_partner = self.received()[0]
        self.assertIn("by mx.bank.example (Postfix) with ESMTPS", by_partner)
        self.assertIn("using TLSv1.3 with cipher TLS_", by_partner)

    def test_the_relays_says_esmtp_where_the_origin_spoke_in_clear(self):
        by_relay = self.received()[1]
        self.assertRegex(by_relay, r"\bby relay\.example\.net\b.* with ESMTP\b")
        self.assertNotIn("TLS", by_relay)

    def test_there_is_one_field_for_each_hop(self):
        self.assertEqual(3, len(self.received()))


class FromAnOriginThatUsesStartTls(OnOneStage):
    options = {"origin": {"smtp_tls_security_level": "encrypt"}}

    def test_the_relays_received_field_says_esmtps_with_version_and_cipher(self):
        sent = self.submit(ALICE)
        by_relay = received_fields(self.partner.await_letter(sent, ALICE))[1]
        self.assertRegex(by_relay, r"\bby relay\.example\.net\b.* with ESMTPS\b")
        self.assertRegex(by_relay, r"\(.*TLSv1\.3.*TLS_\w+.*\)")

    def test_a_large_attachment_passes_over_tls_on_both_sides(self):
        sent = letter.with_attachment(1024 * 1024)
        self.origin.sendmail(sent, ALICE, sender=CAROL)
        self.assertTrue(self.partner.await_letter(sent, ALICE).endswith(sent.content), "the message differs")


class ARecipientThatThePartnerRefuses(OnOneStage):
    def test_gives_the_sender_a_delivery_status_notification(self):
        self.submit("nobody.here@bank.example", sender=CAROL)
        notice = email.message_from_bytes(self.origin.await_message(CAROL))
        self.assertEqual("multipart/report", notice.get_content_type())
        self.assertEqual("delivery-status", notice.get_param("report-type"))
        self.assertEqual("<>", notice["Return-Path"])
        self.assert_says_unknown_user(notice)

    def assert_says_unknown_user(self, notice):
        (status,) = [part for part in notice.walk() if part.get_content_type() == "message/delivery-status"]
        of_message, of_recipient = status.get_payload()[:2]
        self.assertRegex(of_message["Reporting-MTA"], r"^dns; ?relay\.example\.net$")
        self.assertRegex(of_recipient["Final-Recipient"], r"(?i)^rfc822; ?nobody\.here@bank\.example$")
        self.assertEqual("failed", of_recipient["Action"].lower())
        self.assertEqual("5.1.1", of_recipient["Status"])
        self.assertIn("550 5.1.1", of_recipient["Diagnostic-Code"])

    def test_does_not_keep_the_mail_from_the_others(self):
        sent = self.submit("nobody.else@bank.example", ALICE, sender=DAVE)
        self.partner.await_letter(sent, ALICE)
        self.origin.await_message(DAVE)

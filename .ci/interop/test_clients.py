"""Who may hand the relay mail, and how."""

import letter
from loopback import Client
from stage import ALICE, BOB, CAROL, OnOneStage


class AClientOutsideTheRemoteRanges(OnOneStage):
    options = {"internal": {"remoteIpRanges": ["127.0.0.1"]}}

    def test_is_told_554_and_cut_off(self):
        with Client(self.relay.port, source="127.0.0.2") as stranger:
            self.assertRegex(stranger.reply(), r"^554 5\.7\.1 ")
            self.assertEqual("", stranger.reply())

    def test_does_not_keep_the_others_from_being_served(self):
        with Client(self.relay.port, source="127.0.0.2") as stranger:
            sent = self.submit(ALICE)
            self.partner.await_letter(sent, ALICE)
            self.assertRegex(stranger.reply(), r"^554 5\.7\.1 ")


class AReceiveConnectorThatRequiresTls(OnOneStage):
    options = {"internal": {"requireTls": True}, "origin": {"smtp_tls_security_level": "encrypt"}}

    def test_refuses_mail_in_clear(self):
        with Client(self.relay.port) as client:
            client.reply()
            self.assertIn("STARTTLS", client.say("EHLO client.example"))
            self.assertRegex(client.say("MAIL FROM:<carol@sender.example>"), r"^530 5\.7\.0 ")

    def test_takes_mail_over_tls(self):
        sent = self.submit(BOB)
        self.partner.await_letter(sent, BOB)


class ASizeLimit(OnOneStage):
    options = {"internal": {"maxMessageSize": "100KiB"}}

    def test_makes_the_origin_return_what_is_larger_to_its_sender(self):
        self.origin.sendmail(letter.with_attachment(200 * 1024), BOB, sender=CAROL)
        self.assertIn(b"\nStatus: 5.3.4\n", self.origin.await_message(CAROL))

"""swaks as the client: what people hand mail in with when they try a relay out."""

from door import NAME, PASSWORD, USER, AtTheDoor, run_tool
from letter import plain
from loopback import Client
from postfix import received_fields
from stage import ALICE, BOB, CAROL

# The exit statuses of swaks.
OK, NO_RECIPIENT, NO_LOGIN, NO_XCLIENT = 0, 24, 28, 33
LOGIN = ["--auth-user", USER, "--auth-password", PASSWORD]
BIG_OCTETS = 8 * 1024 * 1024

# A host that may speak for others, one that may not, and the client that they name.
PROXY, STRANGER = "127.0.0.3", "127.0.0.4"
NAMED = ["--xclient-addr", "127.9.8.7", "--xclient-name", "printer.client.example", "--xclient-helo", "printer.local"]


class AtSwaks(AtTheDoor):
    """Runs it."""

    def deliver(self, port, *options, letter=None, recipients=ALICE):
        sent = letter or plain()
        file = self.stage.folder / "letter"
        file.write_bytes(sent.content.rstrip(b"\n"))
        said, status = self.swaks(port, recipients, *options, "--data", f"@{file}")
        self.assertEqual(OK, status, said)
        self.assertRegex(said, r"250 2\.0\.0 queued as ")
        message = self.partner.await_letter(sent, ALICE, seconds=60)
        self.assertTrue(message.endswith(sent.content), "the message differs")
        return message

    def swaks(self, port, recipients, *options):
        envelope = ["--from", CAROL, "--to", recipients, "--ehlo", "client.example"]
        return run_tool("swaks", "--server", "127.0.0.1", "--port", str(port), *envelope, *options)


class Swaks(AtSwaks):
    def test_logs_in_over_starttls_by_each_mechanism_it_knows(self):
        for mechanism in ("PLAIN", "LOGIN"):
            with self.subTest(mechanism):
                message = self.deliver(self.stage.submission_port, "--tls", "--auth", mechanism, *LOGIN)
                self.assertIn(b"with ESMTPSA", message)

    def test_logs_in_over_implicit_tls(self):
        message = self.deliver(self.stage.wrapped_port, "--tls-on-connect", "--auth", "PLAIN", *LOGIN)
        self.assertIn(b"with ESMTPSA", message)

    def test_finds_the_certificate_to_be_of_the_name_it_asked_for(self):
        trust = ["--tls-verify", "--tls-ca-path", str(self.stage.authority.certificate), "--tls-sni", NAME]
        self.deliver(self.relay.port, "--tls", *trust)

    def test_hands_in_mail_in_clear_where_nothing_demands_tls(self):
        self.assertNotIn(b"TLSv", self.deliver(self.relay.port).split(b"by relay.example.net")[1].split(b"\n\n")[0])

    def test_sends_envelope_and_data_in_one_go(self):
        self.deliver(self.relay.port, "--pipeline")
        self.deliver(self.relay.port, "--pipeline", "--tls")

    def test_sends_8_mib_over_tls_and_they_arrive_as_they_were_sent(self):
        line = bytes(range(0x20, 0x7F)) + b"\n"
        sent = plain(line * (BIG_OCTETS // len(line)))
        self.deliver(self.relay.port, "--tls", letter=sent)

    def test_is_told_that_a_password_is_wrong(self):
        said = self.refused(NO_LOGIN, "--tls", "--auth", "LOGIN", "--auth-user", USER, "--auth-password", "wrong")
        self.assertIn("535 5.7.8 ", said)
        self.assertNotIn("MAIL FROM", said)

    def test_is_offered_no_login_in_clear(self):
        said = self.refused(NO_LOGIN, "--auth", "PLAIN", *LOGIN)
        self.assertNotIn("AUTH", said.split("Host did not advertise")[0])

    def test_is_told_to_log_in_first(self):
        self.assertIn("530 5.7.0 ", self.swaks(self.stage.submission_port, BOB, "--tls")[0])

    def test_is_told_which_recipient_is_refused_and_the_others_get_their_mail(self):
        said, status = self.swaks(self.relay.port, "bob@open..example")
        self.assertEqual(NO_RECIPIENT, status, said)
        self.assertIn("501 5.1.3 ", said)
        self.deliver(self.relay.port, recipients=f"bob@open..example,{ALICE}")

    def refused(self, status, *options):
        said, was = self.swaks(self.stage.submission_port, BOB, *options)
        self.assertEqual(status, was, said)
        return said


class SwaksThatSpeaksForAClient(AtSwaks):
    """XCLIENT, by a client that others have written (docs/adr/0009)."""

    options = {"internal": {"xclient": {"from": [PROXY]}}}

    def test_hands_the_client_on_where_it_is_listed(self):
        for tls in ([], ["--tls"]):
            with self.subTest(tls=tls):
                message = self.deliver(self.relay.port, "--local-interface", PROXY, *tls, *NAMED)
                by_relay = received_fields(message)[1]
                self.assertIn("from printer.local (printer.client.example [127.9.8.7])", by_relay)
                self.assertIn("with ESMTPS" if tls else "with ESMTP ", by_relay)

    def test_is_cut_off_when_it_names_a_client_that_may_not_come_itself(self):
        said, status = self.speak_for(PROXY, "ADDR=192.0.2.7")
        self.assertEqual(NO_XCLIENT, status, said)
        self.assertIn("554 5.7.1 ", said)
        self.assertNotIn("MAIL FROM", said)

    def test_is_offered_nothing_where_it_is_not_listed_and_stays_who_it_is(self):
        said, status = self.speak_for(STRANGER, "ADDR=127.9.8.7")
        self.assertEqual(NO_XCLIENT, status, said)
        self.assertNotIn("-> XCLIENT", said)
        # swaks sends none where none is offered.
        with Client(self.relay.port, source=STRANGER) as client:
            client.reply()
            client.say("EHLO client.example")
            self.assertRegex(client.say("XCLIENT ADDR=127.9.8.7"), r"^550 5\.7\.0 ")
        message = self.deliver(self.relay.port, "--local-interface", STRANGER, "--xclient-optional", *NAMED)
        self.assertIn(f"[{STRANGER}]", received_fields(message)[1])

    def speak_for(self, host, attributes):
        return self.swaks(self.relay.port, BOB, "--local-interface", host, "--xclient-no-verify", "--xclient", attributes)

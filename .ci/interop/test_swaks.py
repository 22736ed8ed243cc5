"""swaks as the client: what people hand mail in with when they try a relay out."""

from door import NAME, PASSWORD, USER, AtTheDoor, run_tool
from letter import plain
from stage import ALICE, BOB, CAROL

# The exit statuses of swaks.
OK, NO_RECIPIENT, NO_LOGIN = 0, 24, 28
LOGIN = ["--auth-user", USER, "--auth-password", PASSWORD]
BIG_OCTETS = 8 * 1024 * 1024


class Swaks(AtTheDoor):
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

    # --- running it

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

    def refused(self, status, *options):
        said, was = self.swaks(self.stage.submission_port, BOB, *options)
        self.assertEqual(status, was, said)
        return said

    def swaks(self, port, recipients, *options):
        envelope = ["--from", CAROL, "--to", recipients, "--ehlo", "client.example"]
        return run_tool("swaks", "--server", "127.0.0.1", "--port", str(port), *envelope, *options)

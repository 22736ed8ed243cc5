"""The listener's TLS as `openssl s_client`, and a client that does what openssl does not, see it."""

import re
import socket
import ssl
import struct

from door import NAME, OTHER_NAME, AtTheDoor, run_tool
from loopback import Client

ANY_SUITE = ["-cipher", "ALL:@SECLEVEL=0"]  # else the client itself may refuse an old version
HYBRID, HYBRID_NUMBER = "X25519MLKEM768", 0x11EC
# What a ServerHello has for its random where it only asks for another key share (RFC 8446, section 4.1.3).
RETRY = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")
INJECTED = b"EHLO injected.example\r\nMAIL FROM:<injected@sender.example>\r\nRCPT TO:<alice@bank.example>\r\n"


class SClient(AtTheDoor):
    def test_is_refused_tls_1_0_and_1_1_by_the_alert_for_it(self):
        for version in ("-tls1", "-tls1_1"):
            for door in self.doors():
                with self.subTest(version=version, door=door):
                    self.assertIn("alert protocol version", self.ask(*door, version, *ANY_SUITE))

    def test_is_served_tls_1_2_and_1_3_with_forward_secrecy(self):
        for version, suite in (("-tls1_2", r"TLSv1\.2, Cipher is ECDHE-ECDSA-"), ("-tls1_3", r"TLSv1\.3, Cipher is TLS_AES_")):
            for door in self.doors():
                with self.subTest(version=version, door=door):
                    said = self.ask(*door, version)
                    self.assertRegex(said, "New, " + suite)
                    self.assertRegex(said, r"Server Temp Key: X25519|Negotiated TLS1\.3 group: |Peer Temp Key: ")

    def test_is_refused_suites_without_forward_secrecy(self):
        for suite in ("AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "aNULL:eNULL"):
            with self.subTest(suite):
                said = self.ask(*self.wrapped(), "-tls1_2", "-cipher", suite + ":@SECLEVEL=0")
                self.assertIn("alert handshake failure", said)

    def test_gets_the_certificate_of_the_name_it_asks_for_and_else_the_first(self):
        wanted = {NAME: NAME, OTHER_NAME: OTHER_NAME, OTHER_NAME.upper(): OTHER_NAME, "nobody.example": NAME}
        for asked, shown in wanted.items():
            for door in self.doors():
                with self.subTest(asked=asked, door=door):
                    self.assertRegex(self.ask(*door, "-servername", asked), rf"(?m)^subject=CN ?= ?{shown}$")
        self.assertRegex(self.ask(*self.wrapped(), "-noservername"), rf"(?m)^subject=CN ?= ?{NAME}$")

    def test_trusts_the_chain_and_the_name(self):
        trust = ["-CAfile", self.stage.authority.certificate, "-verify_return_error"]
        self.assertIn("Verify return code: 0 (ok)", self.ask(*self.wrapped(), *trust, "-verify_hostname", NAME))
        self.assertIn("verify error", self.ask(*self.wrapped(), *trust, "-verify_hostname", "nobody.example"))

    def test_resumes_a_session_by_ticket(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                kept = self.stage.folder / f"session{version}"
                self.assertIn("New, TLSv1", self.ask(*self.starttls(), version, "-sess_out", kept))
                self.assertIn("Reused, TLSv1", self.ask(*self.starttls(), version, "-sess_in", kept))

    def test_agrees_on_a_group_that_a_quantum_computer_does_not_break(self):
        groups, _ = run_tool("openssl", "list", "-tls-groups")
        if HYBRID in groups:
            self.assertIn(HYBRID, self.ask(*self.wrapped(), "-tls1_3", "-groups", HYBRID))
        # An older openssl does not know it; whoever names this group alone is asked for a key share of it.
        self.assertEqual(HYBRID_NUMBER, group_asked_for(self.stage.wrapped_port, HYBRID_NUMBER))

    # --- running it

    def doors(self):
        return [self.starttls(), self.wrapped()]

    def starttls(self):
        return ["-starttls", "smtp", "-connect", f"127.0.0.1:{self.relay.port}"]

    def wrapped(self):
        return ["-connect", f"127.0.0.1:{self.stage.wrapped_port}"]

    @staticmethod
    def ask(*options):
        """A session in which QUIT is all that is said. A reply has to come first: it brings the tickets of TLS 1.3."""
        return run_tool("openssl", "s_client", "-crlf", "-ign_eof", *map(str, options), said=b"QUIT\n")[0]


class WordsInClearBehindStartTls(AtTheDoor):
    """RFC 3207, section 4.2: what came in clear does not pass for what comes over TLS."""

    def test_are_forgotten_when_they_come_in_the_same_packet(self):
        with Client(self.relay.port) as client:
            client.reply()
            client.say("EHLO client.example")
            client.socket.sendall(b"STARTTLS\r\n" + INJECTED)
            self.assertRegex(client.reply(), "^220 ")
            with wrap(client.socket) as secured:
                secured.sendall(b"RCPT TO:<bob@open.example>\r\n")
                lines = secured.makefile("rb")
                self.assertRegex(lines.readline().decode(), "^503 ", "an injected MAIL counts")
                secured.sendall(b"NOOP\r\n")
                self.assertRegex(lines.readline().decode(), "^250 2.0.0 ")
                secured.sendall(b"QUIT\r\n")
                self.assertRegex(lines.readline().decode(), "^221 ", "an answer too many")

    def test_end_the_connection_when_they_come_where_the_handshake_should(self):
        with Client(self.relay.port) as client:
            client.reply()
            client.say("EHLO client.example")
            self.assertRegex(client.say("STARTTLS"), "^220 ")
            client.socket.sendall(INJECTED)
            answer = client.lines.read()
            self.assertNotRegex(answer, rb"(?m)^\d\d\d[ -]")


def wrap(connection):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=NAME)


def group_asked_for(port, group):
    """The number of the group that the server wants a key share of, when a client knows `group` alone and sends none."""
    versions = extension(43, b"\x02\x03\x04")
    groups = extension(10, struct.pack("!HH", 2, group))
    signatures = extension(13, struct.pack("!HHH", 4, 0x0403, 0x0804))
    shares = extension(51, b"\0\0")
    extensions = versions + groups + signatures + shares
    suites, compression = b"\0\x02\x13\x01", b"\x01\0"
    body = b"\x03\x03" + bytes(32) + b"\0" + suites + compression + struct.pack("!H", len(extensions)) + extensions
    hello = b"\x01" + struct.pack("!I", len(body))[1:] + body
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"\x16\x03\x01" + struct.pack("!H", len(hello)) + hello)
        lines = connection.makefile("rb")
        kind, _, length = struct.unpack("!BHH", lines.read(5))
        answer = lines.read(length)
    if kind != 22 or answer[6:38] != RETRY:
        raise AssertionError(f"no request for another key share, but record {kind}: {answer.hex()}")
    wanted = re.search(b"\0\x33\0\x02(..)", answer[38:], re.DOTALL)
    return struct.unpack("!H", wanted[1])[0]


def extension(number, data):
    return struct.pack("!HH", number, len(data)) + data

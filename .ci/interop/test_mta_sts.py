"""A partner's MTA-STS policy: fetched over HTTPS, kept across a restart without its host, and held to."""

import http.server
import ssl
import threading

from loopback import await_that, free_port
from nameserver import A, TXT, NameServer
from stage import ALICE, CAROL, SOON, OnOwnStage, Stage

PARTNER = "mx.bank.example"
POLICY_PLACE = ("127.67.0.1", 443)
POLICY = f"version: STSv1\r\nmode: enforce\r\nmx: {PARTNER}\r\nmax_age: 86400\r\n"


class PolicyHost:
    """Serves the policy of `PARTNER` over HTTPS, with a certificate of its name from `authority`."""

    def __init__(self, authority):
        self.chain = authority.issue(f"mta-sts.{PARTNER}")

    def up(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        self.server = http.server.ThreadingHTTPServer(POLICY_PLACE, Answers)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = POLICY.encode() if self.path == "/.well-known/mta-sts.txt" else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Names(NameServer):
    """What a stage wants of its DNS: a port, and no anchor for DNSSEC."""

    anchor = None

    @property
    def port(self):
        return self.place[1]


class APolicyThatIsEnforced(OnOwnStage):
    def test_outlives_a_restart_without_its_host_and_keeps_mail_from_a_wrong_certificate(self):
        self.set_partner_with_policy()
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)
        await_that("the log names the policy", lambda: "mta-sts mx.bank.example" in self.relay.log())
        self.assertIn("enforce", self.relay.must_run("sts", "list", PARTNER))

        self.host.down()
        self.relay.stop()
        self.stage.restart_partner(smtpd_tls_chain_files=self.stage.authority.issue("mx.other.example"))
        self.relay.start()
        waiting = self.submit(ALICE, sender=CAROL)
        await_that("the queue's reason names the policy", self.policy_is_blamed)
        self.assertEqual([], self.partner.copies(waiting, ALICE))

        self.stage.restart_partner()
        self.partner.await_letter(waiting, ALICE)

    def policy_is_blamed(self):
        return "mta-sts mx.bank.example" in self.relay.must_run("queue", "list")

    def set_partner_with_policy(self):
        """The connector demands nothing; the smart host's policy does (RFC 8461, section 3.4)."""
        self.stage = Stage(bank={"retry": SOON, "requireTls": False})
        self.origin, self.relay, self.partner = self.stage.origin, self.stage.relay, self.stage.partner
        self.stage.bank["smartHosts"] = [f"{PARTNER}:{self.partner.port}"]
        names = Names(
            free_port(),
            {
                (PARTNER, A): ["127.0.0.1"],
                (f"_mta-sts.{PARTNER}", TXT): ["v=STSv1; id=1;"],
                (f"mta-sts.{PARTNER}", A): [POLICY_PLACE[0]],
            },
        )
        self.host = PolicyHost(self.stage.authority)
        for part in (names, self.host):
            part.up()
            self.addCleanup(part.down)
        self.stage.use_dns(names)
        self.stage.start()
        self.addCleanup(self.stage.stop)

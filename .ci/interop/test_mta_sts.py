"""A partner's MTA-STS policy: fetched over HTTPS, kept across a restart without its host, and held to."""

from loopback import await_that, free_port
from nameserver import A, TXT, NameServer
from policy_host import PolicyHost
from stage import ALICE, CAROL, SOON, OnOwnStage, Stage

PARTNER = "mx.bank.example"
POLICY_ADDRESS = "127.67.0.1"


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
        self.relay.await_log("mta-sts mx.bank.example")
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
                (f"mta-sts.{PARTNER}", A): [POLICY_ADDRESS],
            },
        )
        self.host = PolicyHost(self.stage.authority, PARTNER, POLICY_ADDRESS, [PARTNER])
        for part in (names, self.host):
            part.up()
            self.addCleanup(part.down)
        self.stage.use_dns(names)
        self.stage.start()
        self.addCleanup(self.stage.stop)

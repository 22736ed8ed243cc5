"""A partner that publishes TLSA records in a signed zone, and a connector that demands nothing by itself."""

import hashlib
import subprocess

from loopback import await_that
from postfix import received_fields
from signed_dns import SignedDns
from stage import BOB, DAVE, TLS_OFF, OnOwnStage, Stage

HOST = "mx.bank.example"
ADDRESS = f"{HOST}. A 127.0.0.1"


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, check=True, timeout=60, capture_output=True).stdout


def key_of(certificate):
    """The public key, as TLSA records with selector 1 mean it."""
    return openssl("pkey", "-pubin", "-outform", "DER", given=openssl("x509", "-in", certificate, "-pubkey", "-noout"))


class Dane(OnOwnStage):
    def set_signed_stage(self, records, **options):
        stage = Stage(elsewhere={}, strangers_root=True, **options)
        self.dns = SignedDns(stage.folder / "dns")
        self.addCleanup(self.dns.stop)
        stage.elsewhere["smartHosts"] = [f"{HOST}:{stage.partner.port}"]
        self.owner = f"_{stage.partner.port}._tcp.{HOST}."
        self.host_key = hashlib.sha256(key_of(stage.certificate)).hexdigest()
        self.dns.start(ADDRESS, *records(self, stage))
        stage.use_dns(self.dns)
        self.stage = stage.start()
        self.addCleanup(self.stage.stop)
        self.origin, self.relay, self.partner = stage.origin, stage.relay, stage.partner

    def right(self, _):
        return [f"{self.owner} TLSA 3 1 1 {self.host_key}"]

    def wrong(self, _):
        return [f"{self.owner} TLSA 3 1 1 {'66' * 32}"]

    def issuer(self, stage):
        # The partner does not send its authority's certificate, so the record holds it whole.
        return [f"{self.owner} TLSA 2 0 0 {openssl('x509', '-in', stage.authority.certificate, '-outform', 'DER').hex()}"]

    def assert_delivered_by_dane(self, sent):
        self.assertIn("using TLSv1.3", received_fields(self.partner.await_letter(sent, BOB))[0])
        await_that("the log names the proof", lambda: "verified=dane" in self.relay.log())

    def test_a_certificate_that_no_authority_vouches_for_is_good_when_its_owner_publishes_it(self):
        self.set_signed_stage(Dane.right)
        self.assert_delivered_by_dane(self.submit(BOB, sender=DAVE))

    def test_an_authority_that_is_published_whole_vouches_for_the_host(self):
        self.set_signed_stage(Dane.issuer)
        self.assert_delivered_by_dane(self.submit(BOB, sender=DAVE))

    def test_another_certificate_than_the_published_one_gets_nothing_until_the_record_is_right(self):
        self.set_signed_stage(Dane.wrong)
        sent = self.submit(BOB, sender=DAVE)
        [labels] = self.relay.await_tls_failures("elsewhere")
        self.assertEqual(("dane", "tlsa-mismatch"), (labels["demand"], labels["reason"]))
        self.assert_nothing_said_of(DAVE, BOB)
        self.dns.publish(ADDRESS, *self.right(None))
        self.assert_delivered_by_dane(sent)

    def test_a_partner_that_publishes_records_and_loses_its_tls_gets_nothing_in_clear(self):
        self.set_signed_stage(Dane.right, partner=TLS_OFF)
        sent = self.submit(BOB, sender=DAVE)
        self.relay.await_tls_failures("elsewhere")
        self.assert_nothing_said_of(DAVE, BOB)
        self.stage.partner_tls_on()
        self.assert_delivered_by_dane(sent)

    def test_when_the_name_server_dies_mail_waits_until_it_is_back(self):
        self.set_signed_stage(Dane.right)
        self.dns.stop()
        sent = self.submit(BOB, sender=DAVE)
        self.relay.await_queued("elsewhere")
        self.dns.start(ADDRESS, *self.right(None))
        self.assert_delivered_by_dane(sent)

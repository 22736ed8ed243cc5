"""The message tracking log: what an auditor is shown, beside what openssl says of the same certificate."""

import json
import subprocess

from loopback import await_that
from stage import ALICE, BOB, CAROL, OnOneStage


class TheProofOfADelivery(OnOneStage):
    options = {"bank": {"tlsAuthLevel": "DomainValidation", "tlsDomain": ["mx.bank.example"]}}

    def test_names_protocol_cipher_demand_and_the_partners_certificate(self):
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)
        await_that("the delivery is in the log", lambda: self.deliveries("bank.example"))
        # Of the time before the log began nothing is known, and a proof of it would say so.
        begin = self.records()[0]["time"]
        proof = self.relay.must_run("track", "--proof", "--domain", "bank.example", "--start", begin)
        self.assertIn("record         complete", proof)
        self.assertRegex(proof, r"tls +TLSv1\.3 TLS_[A-Z0-9_]+")
        self.assertRegex(proof, r"demanded +name mx\.bank\.example \(connector bank\), met by mx\.bank\.example")
        self.assertIn(f"sha256       {self.fingerprint()}", proof)
        self.assertIn("in clear       0 deliveries", proof)

    def test_is_about_that_partner_alone(self):
        sent = self.submit(ALICE, BOB)
        self.partner.await_letter(sent, BOB)
        await_that("the delivery is in the log", lambda: self.deliveries("open.example"))
        proof = self.relay.must_run("track", "--proof", "--domain", "open.example", "--format", "csv")
        self.assertIn(BOB, proof)
        self.assertNotIn(ALICE, proof)

    def test_the_log_has_a_messages_whole_way(self):
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)
        await_that("the delivery is in the log", lambda: self.deliveries("bank.example"))
        first = self.deliveries("bank.example")[0]
        way = self.records("--id", first["id"])
        self.assertEqual({"RECEIVE", "SEND"}, {record["event"] for record in way})
        self.assertEqual({CAROL}, {record["sender"] for record in way})

    def records(self, *arguments):
        return [json.loads(line) for line in self.relay.must_run("track", "--json", *arguments).splitlines()]

    def deliveries(self, domain):
        return self.records("--event", "SEND", "--domain", domain)

    def fingerprint(self):
        command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", self.stage.certificate]
        said = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout
        return said.strip().partition("=")[2]

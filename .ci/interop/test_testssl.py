"""What testssl.sh finds at the listener. TESTSSL=all has it look for everything it knows at both doors, which takes minutes."""

import json
import os
import threading

from door import NAME, AtTheDoor, run_tool

SECONDS = 600
SERIOUS = ("MEDIUM", "HIGH", "CRITICAL", "FATAL")

# Protocols, suites and renegotiation at one door; forward secrecy, groups, Heartbleed and CCS injection at the other. Both
# are served by the same TLS, and each of these takes its time. The certificate and resumption are test_s_client's.
STARTTLS = ["-p", "-s", "-R"]
IMPLICIT = ["-p", "-f", "-B", "-I"]
EVERYTHING = ["-p", "-s", "-f", "-S", "-P", "-U"]

# WARN is what could not be looked at. Both of these are about openssl as Debian ships it: it has no GOST, and testssl.sh
# 3.0 cannot read from OpenSSL 3 whether a session was resumed by its id.
EXCUSED = {"engine_problem", "sessionresumption_ID"}

NEWEST = {"TLS1_2": "offered", "TLS1_3": "offered with final"}
OLD = {"SSLv2": "not offered", "SSLv3": "not offered", "TLS1": "not offered", "TLS1_1": "not offered"}


class TestSsl(AtTheDoor):
    long = True

    def test_finds_nothing_above_low_at_either_door(self):
        found = {}
        all_of_it = os.environ.get("TESTSSL") == "all"
        scans = {
            "STARTTLS": (self.relay.port, ["--starttls", "smtp"], EVERYTHING if all_of_it else STARTTLS),
            "implicit TLS": (self.stage.wrapped_port, [], EVERYTHING if all_of_it else IMPLICIT),
        }
        threads = [
            threading.Thread(target=lambda door=door, scan=scan: found.update({door: self.scan(door, *scan)}))
            for door, scan in scans.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS + 60)
        for door in scans:
            with self.subTest(door):
                self.assertIn(door, found, "no finding at all")
                self.assert_harmless(door, found[door])

    def scan(self, door, port, mode, sections):
        file = self.stage.folder / f"testssl {door}.json"
        trust = ["--add-ca", str(self.stage.authority.certificate)]
        quiet = ["--quiet", "--color", "0", "--warnings", "off", "--jsonfile", str(file)]
        said, _ = run_tool(
            "testssl", *quiet, *trust, "--ip", "127.0.0.1", *mode, *sections, f"{NAME}:{port}", seconds=SECONDS
        )
        if not file.exists():
            raise AssertionError(f"testssl has written no findings\n{said}")
        return json.loads(file.read_text())

    def assert_harmless(self, door, findings):
        told = [f"{each['severity']} {each['id']}: {each['finding']}" for each in findings]
        print(f"       testssl, {door}: {len(told)} findings; LOW: {[t for t in told if t.startswith('LOW')]}", flush=True)
        self.assertEqual([], [line for line in told if line.split()[0] in SERIOUS])
        blind = [each for each in findings if each["severity"] == "WARN" and each["id"] not in EXCUSED]
        self.assertEqual([], blind, "could not be looked at")
        by_id = {each["id"]: each["finding"] for each in findings}
        for name, finding in {**NEWEST, **OLD}.items():
            self.assertEqual(finding, by_id.get(name), name)

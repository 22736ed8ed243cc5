"""An authoritative name server, Knot, with a root zone of its own that it signs with DNSSEC."""

import subprocess

from loopback import await_that, free_port

CONFIGURATION = """
server:
  rundir: "{folder}"
  listen: 127.0.0.1@{port}
database:
  storage: "{folder}"
log:
  - target: "{folder}/log"
    any: info
policy:
  - id: one-key
    algorithm: ecdsap256sha256
    single-type-signing: on
zone:
  - domain: .
    storage: "{folder}"
    file: root.zone
    dnssec-signing: on
    dnssec-policy: one-key
    zonefile-sync: -1
    zonefile-load: difference-no-serial
    journal-content: all
"""

ZONE = """\
$TTL 1
. SOA ns. admin. 1 3600 600 86400 1
. NS ns.
ns. A 127.0.0.1
"""


class SignedDns:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.port = free_port()
        self.configuration = folder / "knot.conf"
        self.anchor = folder / "root.ds"
        self.process = None

    def start(self, *records):
        self.configuration.write_text(CONFIGURATION.format(folder=self.folder, port=self.port))
        self._write(records)
        self.process = subprocess.Popen(
            ["knotd", "-c", self.configuration], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        await_that("the zone is signed", self._is_signed, seconds=30)
        keys = subprocess.run(
            ["keymgr", "-c", self.configuration, ".", "ds"], check=True, timeout=60, capture_output=True, text=True
        )
        sha_256 = [line for line in keys.stdout.splitlines() if line.split()[4] == "2"]
        self.anchor.write_text("\n".join(sha_256) + "\n")

    def publish(self, *records):
        """These records, and none of those of before. Lifetimes are one second."""
        before = self._log().count("zone file parsed")
        self._write(records)
        subprocess.run(
            ["knotc", "-c", self.configuration, "zone-reload", "."], check=True, timeout=60, capture_output=True
        )
        await_that("the zone is read again", lambda: self._log().count("zone file parsed") > before)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)

    def _write(self, records):
        (self.folder / "root.zone").write_text(ZONE + "".join(record + "\n" for record in records))

    def _is_signed(self):
        return "DNSSEC, successfully signed" in self._log()

    def _log(self):
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

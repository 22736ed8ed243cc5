"""An authoritative name server, NSD, with a root zone of its own that is signed with DNSSEC."""

import socket
import subprocess

from loopback import await_that, free_port

CONFIGURATION = """
server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  server-count: 1
  database: ""
  pidfile: ""
  zonelistfile: "{folder}/zone.list"
  xfrdfile: ""
  xfrdir: "{folder}"
  zonesdir: "{folder}"
  logfile: "{folder}/log"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: root.signed
"""

ZONE = """\
$TTL 1
. SOA ns. admin. {serial} 3600 600 86400 1
. NS ns.
ns. A 127.0.0.1
"""

# A question for the SOA record of the root.
QUESTION = bytes.fromhex("000100000001000000000000" "00" "0006" "0001")


class SignedDns:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.port = free_port()
        self.anchor = folder / "root.ds"
        self.process = None
        self.serial = 0
        self.key = self._run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", ".").strip()
        self.anchor.write_text(self._run("ldns-key2ds", "-n", "-2", f"{self.key}.key"))

    def start(self, *records):
        """These records and none of those of before. Lifetimes are one second."""
        self.stop()
        self.serial += 1
        zone = ZONE.format(serial=self.serial) + "".join(record + "\n" for record in records)
        (self.folder / "root.zone").write_text(zone)
        self._run("ldns-signzone", "-f", "root.signed", "root.zone", self.key)
        configuration = self.folder / "nsd.conf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, port=self.port))
        self.process = subprocess.Popen(["nsd", "-d", "-c", configuration], stdin=subprocess.DEVNULL)
        await_that("the name server answers", self._answers)

    def stop(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            try:
                client.connect(("127.0.0.1", self.port))
                client.send(QUESTION)
                return len(client.recv(4096)) > len(QUESTION)
            except OSError:
                return False

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.folder, timeout=60, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{command[0]}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

"""A private Postfix: own configuration, queue, data, mailboxes and log in one folder, one loopback port."""

import email
import os
import pwd
import re
import shutil
import subprocess
import time

from loopback import await_that, free_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = {host}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtpd_relay_restrictions = reject_unauth_destination

mydestination =
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local mail here
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
notify_classes =
biff = no

queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
"""

# No service is chrooted: Debian's chroot would need copies of /etc.
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup     unix  n - n 60 1 pickup
cleanup    unix  n - n - 0 cleanup
qmgr       unix  n - n 300 1 qmgr
tlsmgr     unix  - - n 1000? 1 tlsmgr
rewrite    unix  - - n - - trivial-rewrite
bounce     unix  - - n - 0 bounce
defer      unix  - - n - 0 bounce
trace      unix  - - n - 0 bounce
verify     unix  - - n - 1 verify
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n - - proxymap
proxywrite unix  - - n - 1 proxymap
smtp       unix  - - n - - smtp
relay      unix  - - n - - smtp
showq      unix  n - n - - showq
error      unix  - - n - - error
retry      unix  - - n - - error
virtual    unix  - n n - - virtual
anvil      unix  - - n - 1 anvil
scache     unix  - - n - 1 scache
tlsproxy   unix  - - n - 0 tlsproxy
postlog    unix-dgram n - n - 1 postlogd
"""

# The folders of a queue, with the modes and groups that `postfix check` would give them.
QUEUE_FOLDERS = dict.fromkeys(
    "active bounce corrupt defer deferred flush hold incoming private saved trace".split(), (0o700, "root")
)
QUEUE_FOLDERS |= {"public": (0o710, "postdrop"), "maildrop": (0o730, "postdrop")}

# What smtpd writes about each line a client says when the client is in debug_peer_list ...
HEARD = re.compile(r"smtpd\[\d+\]: < \S+?\[[\d.]+\]: (.*)")
# ... and what of its other lines is worth reading after a failure.
TELLING = "[<>] |connect|disconnect|lost|timeout|NOQUEUE|\\w+: client=|warning|fatal|panic|\\w+ TLS connection|SSL"
CHATTER = re.compile(rf"smtpd\[\d+\]: (?!{TELLING})")


class Postfix:
    def __init__(self, host, folder, addresses):
        self.host = host
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.log_file = folder / "log"
        # Further ports, each with the settings in which it differs.
        self.services = {}
        self.boxes = {address: f"box{number:02}" for number, address in enumerate(addresses)}

    # --- the process

    def start(self, **settings):
        """Writes the configuration anew, `settings` on top of it, and returns when the port is open."""
        self._make_folders()
        self._write_configuration(settings)
        # Spares this start the check of all that is installed, which takes longer than everything else here.
        (self.folder / "queue" / "quick-start").touch()
        self._command("start")

    def stop(self):
        if self._command("status", check=False) == 0:
            self._command("stop")

    def restart(self, **settings):
        """Not a reload: that leaves for a moment processes that still act on the old settings."""
        self.stop()
        self.start(**settings)

    def _command(self, verb, check=True):
        # A file and not a pipe: the daemons inherit it, and a pipe would not end before they do.
        said = self.folder / "commands"
        with open(said, "ab") as output:
            done = subprocess.run(
                ["postfix", "-c", self._etc, verb], timeout=60, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        if check and done.returncode != 0:
            raise AssertionError(f"postfix {verb} at {self.host}: status {done.returncode}\n{said.read_text()}")
        return done.returncode

    @property
    def _etc(self):
        return self.folder / "etc"

    def _make_folders(self):
        for name in ("etc", "data", "mail", "queue/pid"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", "nobody")
        for name, (mode, group) in QUEUE_FOLDERS.items():
            folder = self.folder / "queue" / name
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
            shutil.chown(folder, "postfix", group)

    def _write_configuration(self, settings):
        nobody = pwd.getpwnam("nobody")
        domains = " ".join(sorted({address.partition("@")[2] for address in self.boxes}))
        main = MAIN.format(
            folder=self.folder, host=self.host, domains=domains, uid=nobody.pw_uid, gid=nobody.pw_gid
        )
        main += "".join(f"{name} = {value}\n" for name, value in settings.items())
        self._write("main.cf", main)
        self._write("master.cf", MASTER.format(port=self.port) + "".join(map(self._service, self.services)))
        self._write("mailboxes", "".join(f"{address} {box}/\n" for address, box in self.boxes.items()))

    def _service(self, port):
        options = "".join(f" -o {name}={value}" for name, value in self.services[port].items())
        return f"127.0.0.1:{port} inet n - n - - smtpd{options}\n"

    def _write(self, name, text):
        (self._etc / name).write_text(text, encoding="utf-8")
        # Each Postfix process waits until the files it reads are two seconds old; these are complete at once.
        os.utime(self._etc / name, (time.time() - 10,) * 2)

    # --- sending

    def sendmail(self, letter, *recipients, sender):
        """Submits `letter`, whose lines end in LF; returns when it is in the queue."""
        command = ["sendmail", "-C", self._etc, "-i", "-f", sender, "--", *recipients]
        done = subprocess.run(command, input=letter.content, timeout=60, capture_output=True)
        if done.returncode != 0:
            raise AssertionError(f"sendmail at {self.host}: {done.stderr.decode()}")

    def await_empty_queue(self, seconds=60):
        def empty():
            listing = subprocess.run(
                ["postqueue", "-c", self._etc, "-j"], timeout=60, capture_output=True, check=True
            )
            return not listing.stdout.strip()

        await_that(f"{self.host} has handed over all its mail", empty, seconds)

    # --- receiving

    def mailbox(self, address):
        """The messages delivered to `address`, as bytes, in no particular order."""
        arrived = self.folder / "mail" / self.boxes[address] / "new"
        return [file.read_bytes() for file in arrived.iterdir()] if arrived.exists() else []

    def copies(self, letter, address):
        return [message for message in self.mailbox(address) if letter.token in message]

    def await_letter(self, letter, address, seconds=30):
        """The first copy of `letter` that is delivered to `address`."""
        return await_that(f"the letter arrives at {address}", lambda: self.copies(letter, address), seconds)[0]

    def await_message(self, address, seconds=30):
        """The first message in the mailbox of `address`."""
        return await_that(f"a message arrives at {address}", lambda: self.mailbox(address), seconds)[0]

    def heard(self):
        """Every line that SMTP clients have said outside of message bodies; needs debug_peer_list."""
        return HEARD.findall(self.log())

    def envelopes(self):
        """Of what was heard, the parts of envelopes."""
        return [line for line in self.heard() if re.match(r"(?i)(mail from|rcpt to|data|bdat)\b", line)]

    def events(self):
        """The log without what debug_peer_list adds, the dialogue excepted."""
        return "\n".join(line for line in self.log().splitlines() if not CHATTER.search(line))

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""


def received_fields(message):
    """The Received fields from the top, each unfolded to one line."""
    fields = email.message_from_bytes(message).get_all("Received", [])
    return [re.sub(r"\s+", " ", field) for field in fields]

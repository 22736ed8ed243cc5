"""A stage whose relay has every kind of door: STARTTLS and implicit TLS, logins, and a certificate for each of two names."""

import subprocess

import configuration
from configuration import entry
from loopback import free_port
from relay import REPOSITORY
from stage import Stage, StageTest

NAME = "relay.example.net"
OTHER_NAME = "mail.example.org"
USER, PASSWORD = "printer", "correct horse"

# A client whose password is wrong waits for its answer.
TOOL_SECONDS = 60


class Door(Stage):
    """Beside `internal`, which takes mail from whoever is near: `submission` (STARTTLS) and `wrapped` (implicit TLS), where
    a client must log in."""

    def __init__(self, **options):
        super().__init__(**options)
        self.submission_port, self.wrapped_port = free_port(), free_port()
        self.users = self.folder / "users"
        self.users.write_text(hash_password(USER, PASSWORD))
        self.users.chmod(0o600)

    def configure_relay(self):
        for name in (NAME, OTHER_NAME):
            self.authority.issue_as_public(name)
        super().configure_relay()

    def machine(self, text):
        """relay.yaml, with the two certificates."""
        first, second = (
            {"certFile": str(self.authority.folder / f"{name}.crt"), "keyFile": str(self.authority.folder / f"{name}.key")}
            for name in (NAME, OTHER_NAME)
        )
        return configuration.with_keys(text, "tls", certificate=first, certificates=[second])

    def receive(self):
        login = {"usersFile": str(self.users), "required": True}
        bindings = {
            "submission": f"127.0.0.1:{self.submission_port}",
            "wrapped": f"implicit-tls://127.0.0.1:{self.wrapped_port}",
        }
        more = [
            entry(name=name, bindings=[binding], remoteIpRanges=["127.0.0.0/8"], authentication=login)
            for name, binding in bindings.items()
        ]
        return super().receive() + more


class AtTheDoor(StageTest):
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.stage = Door(**cls.options).start()
        cls.addClassCleanup(cls.stage.stop)
        cls.relay, cls.partner = cls.stage.relay, cls.stage.partner


def hash_password(user, password):
    command = ["./relay", "hash-password", "--iterations", "4096", user]
    done = subprocess.run(command, cwd=REPOSITORY, input=password, capture_output=True, text=True, timeout=TOOL_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"relay hash-password: status {done.returncode}\n{done.stderr}")
    return done.stdout


def run_tool(*command, said=None, seconds=TOOL_SECONDS):
    """Standard output and error together, and the exit status."""
    done = subprocess.run(
        command,
        input=said,
        stdin=subprocess.DEVNULL if said is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
    )
    return done.stdout.decode(errors="replace"), done.returncode

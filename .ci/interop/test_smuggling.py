"""SMTP smuggling through the relay to a Postfix in its most tolerant setting; the outcome is the table of docs/smuggling.md."""

from configuration import entry
from door import run_tool
from loopback import free_port
from relay import REPOSITORY
from smuggling import GENUINE, attempts, octets
from stage import ALICE, BOB, Stage, StageTest

DOCUMENT = REPOSITORY / "docs" / "smuggling.md"
HEADING = "| end | the relay says | arrives | it repairs, and says | arrives | handed to that Postfix directly |"
TOLERANT = {
    "smtpd_forbid_bare_newline": "no",
    "smtpd_forbid_unauth_pipelining": "no",
    "smtpd_error_sleep_time": "0",
    "smtpd_soft_error_limit": "1000",
    "smtpd_hard_error_limit": "1000",
    "smtpd_forbidden_commands": "",
    "debug_peer_list": "",
}
# Of these it is known that such a Postfix is fooled: else nothing is shown by the rest.
FOOLING = ("LF . LF", "LF . CR LF", "CR LF . LF")


class Repairing(Stage):
    """With a second receive connector, at which a bare LF is repaired."""

    def __init__(self, **options):
        super().__init__(**options)
        self.repairing_port = free_port()

    def receive(self):
        binding = f"127.0.0.1:{self.repairing_port}"
        repairing = entry(name="repairing", bindings=[binding], remoteIpRanges=["127.0.0.0/8"], bareLineFeed="repair")
        return super().receive() + [repairing]


class Smuggling(StageTest):
    @classmethod
    def setUpClass(cls):
        cls.stage = Repairing(partner=TOLERANT).start()
        cls.addClassCleanup(cls.stage.stop)
        cls.relay, cls.partner = cls.stage.relay, cls.stage.partner

    def test_no_second_message_comes_out_that_was_not_taken_as_one(self):
        ports = {"reject": self.relay.port, "repair": self.stage.repairing_port}
        tried = {manner: self.send_all(port) for manner, port in ports.items()}
        direct = attempts()
        for attempt in direct:
            attempt.send(self.partner.port)
        self.relay.await_empty_queue()
        self.partner.await_empty_queue()
        messages = self.partner.mailbox(ALICE) + self.partner.mailbox(BOB)

        rows = []
        for number, attempt in enumerate(direct):
            cells = [attempt.name]
            for manner, sent in tried.items():
                (whole, verdict), (cut, verdict_cut) = (of_one[number] for of_one in sent)
                with self.subTest(f"{attempt.name}, {manner}"):
                    self.assertEqual(verdict, verdict_cut, "another verdict when it comes in pieces")
                    self.assert_told_truly(whole, verdict, messages)
                    self.assert_told_truly(cut, verdict_cut, messages)
                cells += [verdict, count(whole, messages)]
            rows.append("| " + " | ".join([*cells, count(attempt, messages)]) + " |")
        fooled = {attempt.name: attempt.arrived(messages)[1] for attempt in direct}
        self.assertEqual([1] * len(FOOLING), [fooled[name] for name in FOOLING], "this Postfix is not tolerant")
        self.assert_documented(rows)

    @staticmethod
    def send_all(port):
        """Pairs of attempt and verdict: those that went in one write, and those that went in pieces."""
        return [[(attempt, attempt.send(port, cut=cut)) for attempt in attempts()] for cut in (False, True)]

    def assert_told_truly(self, attempt, verdict, messages):
        """As many messages have come out as were taken, and the second by itself only where the first had truly ended and was
        taken."""
        taken = verdict.split(", ").count("taken")
        first, second = attempt.arrived(messages)
        self.assertEqual(taken, first + second, f"the relay says {verdict}, but other messages came out")
        ended = octets(GENUINE) in octets(attempt.end) and attempt.chunked is None
        self.assertEqual(1 if ended and first else 0, second, "a second message has come out")

    def assert_documented(self, rows):
        print("\n".join([HEADING, *rows]), flush=True)
        text = DOCUMENT.read_text()
        written = [line for line in text.splitlines() if line.startswith("| ")]
        seen = [HEADING, *rows]
        version = run_tool("postconf", "-d", "-h", "mail_version")[0].strip()
        if f"Postfix {version}," not in text:
            print(f"{DOCUMENT} is about another Postfix than {version}: its last column is not compared", flush=True)
            seen, written = ([line.rsplit("|", 2)[0] for line in table] for table in (seen, written))
        self.maxDiff = None
        self.assertEqual(written, seen, f"{DOCUMENT} says something else than what has just happened")


def count(attempt, messages):
    first, second = attempt.arrived(messages)
    return {(0, 0): "nothing", (1, 0): "the one", (1, 1): "**both**", (0, 1): "the second"}.get(
        (first, second), f"{first} and {second}"
    )

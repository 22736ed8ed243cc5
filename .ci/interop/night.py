"""docs/3am.md, played: its commands are run at the scenes it names, and what they say is held against it."""

import os
import re
import shlex
import subprocess

from relay import REPOSITORY

PAGE = REPOSITORY / "docs" / "3am.md"

# A scene is set by a comment; a command stands in a block of its own, with what it says below it.
PART = re.compile(r"<!-- scene: (?P<scene>.+?) -->|```console\n\$ (?P<command>.+)\n(?P<said>(?:.*\n)*?)```\n")

# What is another one each night. Digits last, since the others hold some.
VARIABLE = [
    (re.compile(r"\b([0-9a-f]{64}|([0-9A-F]{2}:){31}[0-9A-F]{2})\b"), "DIGEST"),
    (re.compile(r"(?<=queued as )[0-9A-F]+"), "PARTNERSID"),
    (re.compile(r"\b1[0-9A-Z]{10}(/\d+)?\b"), "QUEUEID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ][0-9:.]+Z?"), "TIME"),
    (re.compile(r"\b(\d+(ms|[smhd]) ?)+\b"), "SPAN "),
    (re.compile(r"\d+"), "N"),
    (re.compile(r"-{3,}|  +"), " "),
]


def constant(text):
    """What is the same each night, line by line."""
    for pattern, word in VARIABLE:
        text = pattern.sub(word, text)
    return [line.strip() for line in text.splitlines()]


class Night:
    """`scenes` are functions by their names. `ports` are the real ones of those the page has."""

    def __init__(self, relay, scenes, ports):
        self.relay = relay
        self.scenes = scenes
        self.ports = ports
        self.begin = None

    def play(self, text):
        """Yields each command, what the page says that it says, and what it says."""
        for part in PART.finditer(text):
            if part["scene"]:
                self.scenes[part["scene"]]()
            else:
                yield part["command"], part["said"], self.run(part["command"])

    def write(self, text):
        """The page with what its commands say now."""
        said = [(command, now) for command, _, now in self.play(text)]

        def replaced(part):
            if part["scene"]:
                return part[0]
            command, now = said.pop(0)
            return f"```console\n$ {self.dated(command)}\n{now}```\n"

        return PART.sub(replaced, text)

    def dated(self, command):
        return re.sub(r"(?<=--start )\S+", self.begin, command)

    def run(self, command):
        for written, real in self.ports.items():
            command = command.replace(f":{written}", f":{real}")
        words = shlex.split(self.dated(command))
        if words[0] == "./relay":
            words += ["--conf", str(self.relay.conf)]
        environment = {**os.environ, "COLUMNS": "150"}
        done = subprocess.run(
            words, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, timeout=60, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = done.stdout.replace(f"{self.relay.conf}/", "conf/")
        for written, real in self.ports.items():
            said = said.replace(f":{real}", f":{written}")
        return said if done.returncode == 0 else f"{said}[exit status {done.returncode}]\n"

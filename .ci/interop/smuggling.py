"""Ways to end a message that is not over (SMTP smuggling), and what a server makes of them."""

import re
import socket
import uuid

from loopback import Client
from stage import ALICE, BOB, CAROL

SPELLED = {"CR": b"\r", "LF": b"\n", "NUL": b"\0", "SP": b" ", "TAB": b"\t", "VT": b"\v", "FF": b"\f"}

ENDS = ("CR LF", "LF", "CR", "CR CR LF", "LF CR")
# With characters that some software skips, takes for a line's end, or makes one of.
ODD = (
    "CR LF NUL . CR LF",
    "CR LF . NUL CR LF",
    "CR LF . CR NUL LF",
    "CR NUL LF . CR LF",
    "LF NUL . LF",
    "LF . NUL LF",
    "NUL . NUL",
    "CR LF . SP CR LF",
    "CR LF SP . CR LF",
    "CR LF . TAB CR LF",
    "CR LF .. CR LF",
    "LF .. LF",
    "CR LF .. LF",
    "VT . VT",
    "FF . FF",
    "CR LF . VT",
    "85 . 85",  # NEL
    "C2 85 . C2 85",  # NEL in UTF-8
    "E2 80 A8 . E2 80 A8",  # LINE SEPARATOR
    "8D 8A . 8D 8A",  # CR LF with the eighth bit
    "CR LF AE CR LF",  # the dot with it
    "CR LF EF BC 8E CR LF",  # FULLWIDTH FULL STOP
)
# Where the content has only just begun.
AT_ONCE = (". LF", ". CR", ". CR CR LF", "LF . LF", "LF . CR LF", "CR . CR LF")

GENUINE = "CR LF . CR LF"


def octets(spelled):
    return b"".join(SPELLED.get(word) or (word.encode() if "." in word else bytes.fromhex(word)) for word in spelled.split())


class Attempt:
    """One message with another in it, from the words that would be its envelope on. `at_once`: the end stands where the
    content begins. `chunked`: the content comes by BDAT, cut after these many octets of what stands for the end."""

    def __init__(self, end, at_once=False, chunked=None):
        self.end, self.at_once, self.chunked = end, at_once, chunked
        self.outer, self.inner = (f"{kind}.{uuid.uuid4().hex}" for kind in ("outer", "inner"))
        heading = f"Message-ID: <{self.outer}@sender.example>\r\nSubject: outer\r\n\r\nfirst".encode()
        self.before = b"" if at_once else heading
        smuggled = (
            f"MAIL FROM:<mallory@sender.example>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n"
            f"Message-ID: <{self.inner}@sender.example>\r\nSubject: inner\r\n\r\nsecond\r\n"
        ).encode()
        # Whoever takes the end for none finds the first message's heading behind it.
        self.after = smuggled + (heading + b"\r\n" if at_once else b"")

    @property
    def name(self):
        where = ", at once" if self.at_once else ""
        if self.chunked is None:
            return self.end + where
        cuts = " and ".join(map(str, self.chunked))
        return f"{self.end} in BDAT" + (f", cut after {cuts}" if cuts else "")

    def send(self, port, cut=False):
        """Returns the replies to content. `cut`: each octet of the end goes in a packet of its own."""
        with Client(port) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.reply()
            client.say("EHLO client.example")
            client.say(f"MAIL FROM:<{CAROL}>")
            client.say(f"RCPT TO:<{ALICE}>")
            if self.chunked is None:
                return self._send_data(client, cut)
            return self._send_chunks(client)

    def _send_data(self, client, cut):
        client.say("DATA")
        end = octets(self.end)
        if cut:
            client.socket.sendall(self.before)
            for octet in end:
                client.socket.sendall(bytes([octet]))
            client.socket.sendall(self.after + b".\r\n")
        else:
            client.socket.sendall(self.before + end + self.after + b".\r\n")
        client.socket.sendall(b"QUIT\r\n")
        return verdicts(client)

    def _send_chunks(self, client):
        content = self.before + octets(self.end) + self.after
        places = [0, *(len(self.before) + cut for cut in self.chunked), len(content)]
        chunks = [content[start:stop] for start, stop in zip(places, places[1:])]
        for chunk in chunks[:-1]:
            client.socket.sendall(b"BDAT %d\r\n" % len(chunk) + chunk)
        client.socket.sendall(b"BDAT %d LAST\r\n" % len(chunks[-1]) + chunks[-1] + b"QUIT\r\n")
        return verdicts(client)

    def arrived(self, messages):
        """How many of these messages are the first, with or without what follows it, and how many the second alone."""
        outer, inner = self.outer.encode(), self.inner.encode()
        first = sum(outer in message for message in messages)
        return first, sum(inner in message and outer not in message for message in messages)


def verdicts(client):
    """Of all that the server says until it closes: what it says of whole contents, `taken` or code and status."""
    replies = re.findall(r"(?m)^(\d{3}) (\S+) ?(.*)", client.lines.read().decode(errors="replace"))
    taken = [f"{code} {status}" if code != "250" else "taken" for code, status, text in replies if of_content(code, text)]
    return ", ".join(taken) or "nothing"


def of_content(code, text):
    return "queued as" in text or code in ("451", "452", "521", "550", "552", "554")


def attempts():
    pairs = [Attempt(f"{first} . {second}") for first in ENDS for second in ENDS]
    odd = [Attempt(end) for end in ODD]
    at_once = [Attempt(end, at_once=True) for end in AT_ONCE]
    chunked = [
        Attempt(end, chunked=cuts)
        for end in (GENUINE, "LF . LF", "CR . CR", "LF . CR LF")
        for cuts in ([], *([cut] for cut in range(1, len(octets(end)))))
    ]
    return pairs + odd + at_once + chunked

"""Stands between the relay and a partner, and breaks the line at a chosen moment of the dialogue."""

import re
import socket
import struct
import threading

from loopback import free_port

BUFFER = 65536
TIMEOUT_SECONDS = 120


class Proxy:
    """Its first connection that comes to `moment` meets `fault`; every other one passes.

    Moments: `connect`, a verb the client says (`EHLO`, `STARTTLS`, `MAIL`, ...), `body` (the first part of the content
    is through), `dot` (the partner has answered the content, and the relay has not heard it), `handshake` (the first
    octets of TLS) and `encrypted` (some more of them). Faults: `reset`; `close`, the partner's half of the line ends
    and the relay's is not read any more; `stall`, nothing goes on for `stall_seconds`, then everything.
    """

    def __init__(self, partner_port, moment, fault, stall_seconds=0):
        self.partner_port = partner_port
        self.moment, self.fault = moment, fault
        self.stall_seconds = stall_seconds
        self.port = free_port()
        self.lock = threading.Lock()
        self.struck = False
        self.said_in_clear = []
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=50)
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def claim(self, moment):
        """Whether the fault strikes now; it does so once."""
        with self.lock:
            strikes = moment == self.moment and not self.struck
            self.struck = self.struck or strikes
            return strikes

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=Line(self, connection).run, daemon=True).start()


class Line:
    """One connection through the proxy."""

    def __init__(self, proxy, relay):
        self.proxy = proxy
        self.relay = relay
        self.partner = None
        self.broken = threading.Event()
        self.muted = threading.Event()
        self.swallowed = threading.Event()
        self.in_content = False
        self.octets_of_tls = 0
        self.speaks_tls = False

    def run(self):
        self.relay.settimeout(TIMEOUT_SECONDS)
        try:
            if self._strike("connect"):
                return
            self.partner = socket.create_connection(("127.0.0.1", self.proxy.partner_port), timeout=TIMEOUT_SECONDS)
            threading.Thread(target=self._pass_replies, daemon=True).start()
            self._pass_commands()
        except OSError:
            pass  # one side has gone: so does the other
        finally:
            self._end()

    def _pass_commands(self):
        lines = self.relay.makefile("rb")
        while not self.broken.is_set():
            if self.speaks_tls:
                if self._pass_tls(lines):
                    return
                continue
            line = lines.readline()
            if not line or self._on_line(line):
                return

    def _on_line(self, line):
        """True when the line is broken now."""
        if self.in_content:
            return self._on_content(line)
        verb = re.match(rb"\w*", line)[0].decode().upper()
        self.proxy.said_in_clear.append(verb)
        if self._strike(verb):
            return True
        self.partner.sendall(line)
        self.in_content = verb == "DATA"
        self.speaks_tls = verb == "STARTTLS"
        return False

    def _on_content(self, line):
        if line != b".\r\n":
            self.partner.sendall(line)
            return self._strike("body")
        self.in_content = False
        if self.proxy.moment != "dot" or self.proxy.struck:
            self.partner.sendall(line)
            return False
        self.muted.set()
        self.partner.sendall(line)
        self.swallowed.wait(TIMEOUT_SECONDS)
        return self._strike("dot")

    def _pass_tls(self, lines):
        octets = lines.read1(BUFFER)
        if not octets or self._strike("handshake"):
            return True
        self.octets_of_tls += len(octets)
        if self.octets_of_tls > 2500 and self._strike("encrypted"):
            return True
        self.partner.sendall(octets)
        return False

    def _pass_replies(self):
        try:
            while octets := self.partner.recv(BUFFER):
                if self.muted.is_set():
                    # Replies of before have been heard: the relay waits for them before it says DATA.
                    self.held = octets
                    self.swallowed.set()
                else:
                    self.relay.sendall(octets)
        except OSError:
            pass
        self._shut(self.relay)

    def _strike(self, moment):
        """True when the line is to end."""
        if not self.proxy.claim(moment):
            return False
        match self.proxy.fault:
            case "reset":
                self.relay.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.relay.close()
            case "close":
                self._shut(self.relay)
                self.broken.wait(2)
            case "stall":
                self.broken.wait(self.proxy.stall_seconds)
                self._let_go()
                return False
        return True

    def _let_go(self):
        if self.muted.is_set():
            self.muted.clear()
            self.relay.sendall(self.held)

    def _end(self):
        self.broken.set()
        for side in (self.relay, self.partner):
            if side is not None:
                self._shut(side)
                side.close()

    @staticmethod
    def _shut(side):
        try:
            side.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is shut already

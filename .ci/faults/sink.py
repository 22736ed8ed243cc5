"""A partner that takes every message and books it."""

import contextlib
import re
import socket
import ssl
import threading

from loopback import free_port

IDLE_SECONDS = 120


class Sink:
    """Listens while it is `up`. Whether it offers TLS (`tls`), and what it refuses (`refusals`, a reply for each verb)
    may be changed at any time and holds for new connections."""

    def __init__(self, book, certificate, address="127.0.0.1", port=None):
        self.book = book
        self.place = (address, port or free_port())
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.tls = True
        self.refusals = {}
        self.listener = None
        self.connections = set()
        self.lock = threading.Lock()

    @property
    def port(self):
        return self.place[1]

    def up(self):
        self.listener = socket.create_server(self.place, backlog=200)
        threading.Thread(target=self._listen, args=(self.listener,), daemon=True).start()

    def down(self):
        """Refuses connections and ends those that are open, in the midst of what they do."""
        listener, self.listener = self.listener, None
        if listener is None:
            return
        # Closing alone leaves the port open while another thread waits in accept().
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.hang_up()

    def hang_up(self):
        """Ends the connections that are open."""
        with self.lock:
            for connection in self.connections:
                cut(connection)

    def _listen(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.settimeout(IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.connections.add(connection)
        try:
            Dialogue(self, connection).run()
        except (OSError, ValueError):
            pass  # the relay's end, or ours, was cut
        finally:
            with self.lock:
                self.connections.discard(connection)
            connection.close()


class Dialogue:
    def __init__(self, sink, connection):
        self.sink = sink
        self.offers_tls = sink.tls
        self.refusals = dict(sink.refusals)
        self.encrypted = False
        self.sender = ""
        self.recipients = []
        self._use(connection)

    def _use(self, connection):
        self.connection = connection
        self.lines = connection.makefile("rb")

    def run(self):
        self._say("220 sink.example ESMTP")
        self._listen()

    def _listen(self):
        while line := self.lines.readline():
            verb = re.match(rb"\w*", line)[0].decode().upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb in self.refusals:
                self._say(self.refusals[verb])
            else:
                self._obey(verb, line.decode())

    def _obey(self, verb, line):
        match verb:
            case "EHLO":
                offer = "250-STARTTLS\r\n" if self.offers_tls and not self.encrypted else ""
                self._say(f"250-sink.example\r\n{offer}250-8BITMIME\r\n250 PIPELINING")
            case "STARTTLS":
                self._start_tls()
            case "MAIL":
                self.sender, self.recipients = path(line), []
                self._say("250 ok")
            case "RCPT":
                self.recipients.append(path(line))
                self._say("250 ok")
            case "DATA" if not self.recipients:
                self._say("554 no recipient")
            case "DATA":
                self._take_content()
            case _:
                self._say("250 ok")

    def _start_tls(self):
        if not self.offers_tls:
            self._say("454 not now")
            return
        self._say("220 go on")
        with self.sink.lock:
            self.sink.connections.discard(self.connection)
            secured = self.sink.context.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
            self.sink.connections.add(secured)
        try:
            secured.do_handshake()
            self._use(secured)
            self.encrypted = True
            self._listen()
        finally:
            with self.sink.lock:
                self.sink.connections.discard(secured)
            secured.close()
        raise OSError("the encrypted dialogue is over")

    def _take_content(self):
        self._say("354 go on")
        content = []
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                raise OSError("cut in the midst of the content")
            content.append(line.removeprefix(b"."))
        # Booked before it is acknowledged: what the relay hears of is in the book.
        copies = self.sink.book.take(b"".join(content), self.sender, self.recipients, self.encrypted)
        self._say("250 taken")
        for copy in copies:
            copy.answered = True

    def _say(self, reply):
        self.connection.sendall(reply.encode() + b"\r\n")


def path(line):
    return re.search(r"<(.*?)>", line)[1]


def cut(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)

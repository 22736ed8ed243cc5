"""A DNS server on loopback, over UDP and TCP, that answers from plain data, or fails in a chosen way."""

import ipaddress
import socket
import struct
import threading

A, MX, TXT = 1, 15, 16
TTL_SECONDS = 1
RESPONSE, AUTHORITATIVE, TRUNCATED, RECURSION = 0x8000, 0x0400, 0x0200, 0x0180
SERVFAIL, REFUSED = 2, 5


class NameServer:
    """`records` maps (name, type) to data: addresses for A, (preference, host) for MX, texts for TXT. `mode` may be changed at any
    time: `answer`, `servfail`, `refused`, `silent`, `wrong id`, `truncated` (the answer comes by TCP alone)."""

    def __init__(self, port, records):
        self.place = ("127.0.0.1", port)
        self.records = records
        self.mode = "answer"
        self.asked = 0
        self.sockets = []

    def up(self):
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(self.place)
        streams = socket.create_server(self.place)
        self.sockets = [datagrams, streams]
        threading.Thread(target=self._serve_datagrams, args=(datagrams,), daemon=True).start()
        threading.Thread(target=self._serve_streams, args=(streams,), daemon=True).start()

    def down(self):
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # a socket for datagrams is not connected, and wakes up all the same
            each.close()
        self.sockets = []

    def _serve_datagrams(self, datagrams):
        while True:
            try:
                query, client = datagrams.recvfrom(4096)
                if not query:
                    return
                response = self._respond(query, over_udp=True)
                if response:
                    datagrams.sendto(response, client)
            except OSError:
                return

    def _serve_streams(self, streams):
        while True:
            try:
                connection, _ = streams.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    response = self._respond(connection.recv(4096)[2:], over_udp=False)
                    if response:
                        connection.sendall(struct.pack("!H", len(response)) + response)
                except OSError:
                    pass  # the client has gone

    def _respond(self, query, over_udp):
        self.asked += 1
        number, question, name, kind = parse(query)
        data = self.records.get((name, kind), [])
        match self.mode:
            case "silent":
                return b""
            case "servfail":
                return message(number, SERVFAIL, question)
            case "refused":
                return message(number, REFUSED, question)
            case "wrong id":
                # A lie, too: it leads nowhere that anybody listens.
                return message(number ^ 0x5555, 0, question, [rdata(kind, each) for each in lies(kind)])
            case "truncated" if over_udp:
                return message(number, TRUNCATED, question)
        return message(number, 0, question, [rdata(kind, each) for each in data], kind)


def parse(query):
    """Number, the question's octets, its name in lower case, its type."""
    position, labels = 12, []
    while length := query[position]:
        labels.append(query[position + 1 : position + 1 + length].decode().lower())
        position += 1 + length
    kind = struct.unpack_from("!H", query, position + 1)[0]
    return struct.unpack_from("!H", query)[0], query[12 : position + 5], ".".join(labels), kind


def message(number, flags, question, answers=(), kind=A):
    flags |= RESPONSE | AUTHORITATIVE | RECURSION
    header = struct.pack("!HHHHHH", number, flags, 1, len(answers), 0, 0)
    # Each answer is of the name that was asked for, which stands at octet 12.
    records = (struct.pack("!HHHIH", 0xC00C, kind, 1, TTL_SECONDS, len(data)) + data for data in answers)
    return header + question + b"".join(records)


def rdata(kind, data):
    if kind == A:
        return ipaddress.ip_address(data).packed
    if kind == TXT:
        return bytes([len(data)]) + data.encode()
    preference, host = data
    return struct.pack("!H", preference) + labels(host)


def labels(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def lies(kind):
    return {A: ["127.0.0.99"], MX: [(1, "nobody.example")]}.get(kind, [])

"""Ports, bounded waits and bare SMTP and HTTP on this machine's loopback."""

import http.client
import random
import socket
import time


# Below the ports that the system gives to clients: one of those might have a port while its owner is being restarted, or meet
# itself in it.
ports = range(10_000, 30_000)
given_out = set()


def use_ports(number, parts):
    """From now on this process takes its ports from one of so many parts, counted from 0; other processes have the others."""
    global ports
    size = len(ports) // parts
    ports = ports[number * size : (number + 1) * size]


def free_port():
    """A port that nobody has, and that this run has promised to nobody else."""
    while True:
        port = random.choice(ports)
        if port in given_out:
            continue
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                given_out.add(port)
                return port
            except OSError:
                continue


def await_that(what, probe, seconds=30):
    """The first truthy value of `probe()`; an AssertionError that names `what` when `seconds` pass without one."""
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds} s it did not come true that {what}")
        time.sleep(0.1)


def http_get(port, path):
    """Status and text of a GET; status 0 while nobody listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


class Client:
    """A bare SMTP client: what it does not say is not said, not even QUIT. Every read is bounded."""

    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def reply(self):
        """All lines of one reply; "" when the server has closed."""
        text = ""
        while True:
            line = self.lines.readline().decode()
            text += line
            if line[3:4] != "-":
                return text

    def say(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        return self.reply()

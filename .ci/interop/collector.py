"""A host that takes TLS reports over HTTPS (RFC 8460, section 5.4)."""

import gzip
import http.server
import json
import ssl
import threading

from loopback import free_port


class Collector:
    """`reports` holds each report as it was posted: path, content type, and what is in the JSON."""

    def __init__(self, authority):
        self.port = free_port()
        self.uri = f"https://localhost:{self.port}/v1/tlsrpt"
        self.reports = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.issue("localhost"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), answers_of(self.reports))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def up(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()


def answers_of(reports):
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reports.append((self.path, self.headers["Content-Type"], json.loads(gzip.decompress(body))))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Answers

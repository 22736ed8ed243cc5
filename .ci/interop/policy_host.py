"""The host of an MTA-STS policy (RFC 8461, section 3.3), over HTTPS."""

import http.server
import ssl
import threading


class PolicyHost:
    """Serves the policy of `domain` on port 443 of `address`, with a certificate of its name from `authority`. `mx`,
    which hosts are listed, may be changed at any time."""

    def __init__(self, authority, domain, address, mx):
        self.chain = authority.issue(f"mta-sts.{domain}")
        self.place = (address, 443)
        self.mx = mx
        self.asked = 0
        self.server = None

    def up(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        self.server = http.server.ThreadingHTTPServer(self.place, answers_of(self))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        server, self.server = self.server, None
        if server:
            server.shutdown()
            server.server_close()

    def policy(self):
        self.asked += 1
        listed = "".join(f"mx: {host}\r\n" for host in self.mx)
        return f"version: STSv1\r\nmode: enforce\r\n{listed}max_age: 86400\r\n".encode()


def answers_of(host):
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = host.policy() if self.path == "/.well-known/mta-sts.txt" else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Answers

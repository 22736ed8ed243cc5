"""Messages to send, each with a token by which it is found again."""

import random
import uuid
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, localtime


class Letter:
    """A message as submitted: `content` is all of it, lines ending in LF."""

    def __init__(self, header, body):
        self.token = uuid.uuid4().hex.encode()
        self.header = b"Message-ID: <" + self.token + b"@sender.example>\n" + header
        self.body = body
        self.content = self.header + b"\n" + self.body


def plain(body=b"Good morning.\n", subject="Interop", encoding="7bit"):
    """A text/plain message with exactly these body bytes."""
    header = _heading(subject) + (
        "MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: {encoding}\n"
    )
    return Letter(header.encode(), body)


def with_attachment(size_bytes):
    """A multipart message with `size_bytes` bytes of noise, the same in every run, in base64."""
    message = EmailMessage(policy=default)
    message.set_content("See attached.\n")
    noise = random.Random(size_bytes).randbytes(size_bytes)
    message.add_attachment(noise, maintype="application", subtype="octet-stream", filename="noise.bin")
    header, _, body = message.as_bytes().partition(b"\n\n")
    return Letter(_heading("With an attachment").encode() + header + b"\n", body)


def international(sender, recipient):
    """A multipart message whose header holds UTF-8 as it is (RFC 6532), addresses included."""
    message = EmailMessage(policy=default.clone(utf8=True))
    message["From"] = f"Zoë <{sender}>"
    message["To"] = f"Jürgen <{recipient}>"
    message["Date"] = format_datetime(localtime())
    message["Subject"] = "Grüße aus Zürich"
    message.set_content("Schöne Grüße\n", cte="8bit")
    message.add_alternative("<p>Schöne Grüße</p>\n", subtype="html", cte="8bit")
    header, _, body = message.as_bytes().partition(b"\n\n")
    return Letter(header + b"\n", body)


def _heading(subject):
    return (
        "From: Carol <carol@sender.example>\n"
        "To: undisclosed-recipients:;\n"
        f"Date: {format_datetime(localtime())}\n"
        f"Subject: {subject}\n"
    )

"""A throw-away certificate authority, made with openssl."""

import subprocess

SETTINGS = """
[req]
distinguished_name = name
prompt = no
x509_extensions = {kind}
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:{name}
"""


class Authority:
    def __init__(self, folder, name="Interop CA"):
        folder.mkdir()
        self.folder = folder
        self.key = folder / "ca.key"
        self.certificate = folder / "ca.crt"
        self._request("authority", name, self.key, self.certificate)

    def issue(self, name):
        """One file with the key and the certificate of a server called `name`, as Postfix wants them."""
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.crt"
        self._request("server", name, key, certificate, "-CA", self.certificate, "-CAkey", self.key)
        chain = self.folder / f"{name}.pem"
        chain.write_text(key.read_text() + certificate.read_text())
        return chain

    def _request(self, kind, name, key, certificate, *signer):
        settings = self.folder / "openssl.cnf"
        settings.write_text(SETTINGS.format(kind=kind, name=name))
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-config", settings, "-keyout", key, "-out", certificate]
        command = ["openssl", "req", "-x509", "-days", "2", *curve, *files, *signer]
        subprocess.run(command, check=True, timeout=60, capture_output=True)

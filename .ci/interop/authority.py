"""A throw-away certificate authority, made with openssl."""

import subprocess

SETTINGS = """
[req]
distinguished_name = name
prompt = no
x509_extensions = {kind}
[name]
CN = {name}
[ca]
default_ca = expired
[expired]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = {kind}
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:{name}
[public]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:{name}
crlDistributionPoints = URI:http://crl.example/ca.crl
"""

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


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
        return self._chain(name, key, certificate)

    def issue_as_public(self, name):
        """As `issue`, with what a public authority puts in: it lasts some months, and can be revoked."""
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.crt"
        self._request("public", name, key, certificate, "-CA", self.certificate, "-CAkey", self.key, days=200)
        return self._chain(name, key, certificate)

    def issue_expired(self, name):
        """As `issue`, for a year that is over."""
        key, certificate, request = (self.folder / f"{name}.{kind}" for kind in ("key", "crt", "csr"))
        self._openssl("req", "-new", *CURVE, "-config", self._settings("server", name), "-keyout", key, "-out", request)
        (self.folder / "index").touch()
        dates = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"]
        files = ["-in", request, "-out", certificate, "-cert", self.certificate, "-keyfile", self.key]
        self._openssl("ca", "-batch", "-notext", "-config", self._settings("server", name), *dates, *files)
        return self._chain(name, key, certificate)

    def self_sign(self, name):
        """As `issue`, but nobody vouches for it."""
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.crt"
        self._request("server", name, key, certificate)
        return self._chain(name, key, certificate)

    def _chain(self, name, key, certificate):
        chain = self.folder / f"{name}.pem"
        chain.write_text(key.read_text() + certificate.read_text())
        return chain

    def _request(self, kind, name, key, certificate, *signer, days=2):
        files = ["-config", self._settings(kind, name), "-keyout", key, "-out", certificate]
        self._openssl("req", "-x509", "-days", str(days), *CURVE, *files, *signer)

    def _settings(self, kind, name):
        settings = self.folder / "openssl.cnf"
        settings.write_text(SETTINGS.format(kind=kind, name=name, folder=self.folder))
        return settings

    @staticmethod
    def _openssl(*command):
        subprocess.run(["openssl", *command], check=True, timeout=60, capture_output=True)

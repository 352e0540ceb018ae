"""A loopback HTTPS service that demands a client certificate, and its authority."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from key_effects import turns
from one_source import Handler

PEM = serialization.Encoding.PEM


class Authority:
    """Writes certificates and keys as PEM files into a folder; `ca.pem` is its own."""

    def __init__(self, folder: Path, name: str = "Test authority"):
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        made = self._signed(self._name, self._key, days=30, ca=True)
        self.ca_file.write_bytes(made.public_bytes(PEM))

    def issue(
        self, name: str, *, days: float = 30, password: str | None = None
    ) -> tuple[Path, Path]:
        """`NAME.pem` and `NAME.key`."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert, file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        made = self._signed(_named(name), key, days=days, ca=False)
        cert.write_bytes(made.public_bytes(PEM))
        locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            locked = serialization.BestAvailableEncryption(password.encode())
        kind = serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(PEM, kind, locked))
        return cert, file

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: float, ca: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        local = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
            .add_extension(x509.SubjectAlternativeName(local), False)
            .sign(self._key, hashes.SHA256())
        )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def client_name(request: web.Request) -> str:
    """Who the client's certificate says it is."""
    transport = request.transport
    assert transport is not None
    subject = transport.get_extra_info("peercert")["subject"]
    names: dict[str, str] = dict(pair for each in subject for pair in each)
    return names["commonName"]


@asynccontextmanager
async def demanding(
    authority: Authority, handler: Handler, days: float = 30
) -> AsyncIterator[str]:
    """The URL of a service that takes only clients of this authority."""
    tls = ssl.create_default_context(
        ssl.Purpose.CLIENT_AUTH, cafile=str(authority.ca_file)
    )
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_cert_chain(*authority.issue("localhost", days=days))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await turns()  # what was cut off in a handshake ends in the loop's next turns

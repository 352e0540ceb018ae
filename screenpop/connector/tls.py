"""With which certificates does a source speak TLS?

`ca_file` replaces the system's authorities. A client certificate (mutual TLS) is read
and compared with its key before it is used, so that each mistake has its own sentence;
a renewed file is used for new connections, without a restart.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Annotated, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from pydantic import BaseModel, Field, SecretStr

from screenpop.connector.base import told
from screenpop.connector.expiry import Expiry, ExpiryKind
from screenpop.connector.named_files import FOLLOWED
from screenpop.connector.server_certificate import CertificateWatch, of_https
from screenpop.domain.errors import Unloadable
from screenpop.support.file_stamps import FileStamps, stamps
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

RENEWED_LOOKED_AT_EVERY_S = 60.0
FILE_BYTES_MAX = 1_048_576
PEM = b"-----BEGIN "
EXPIRY = "its client certificate (`client_cert_file`)"
KIND: ExpiryKind = "client_certificate"


class TlsOptions(BaseModel):
    """Keys of a source that speaks TLS."""

    ca_file: Path | None = Field(
        None, description="Certificates to trust instead of the system's (PEM)."
    )
    client_cert_file: Annotated[Path | None, FOLLOWED] = Field(
        None,
        description="Client certificate for a service that asks for one (mutual TLS):"
        " PEM, followed by its intermediate certificates.",
    )
    client_key_file: Annotated[Path | None, FOLLOWED] = Field(
        None,
        description="Its private key (PEM). Default: the key is in `client_cert_file`.",
    )
    client_key_password: SecretStr | None = Field(
        None, description="Password of an encrypted private key."
    )


class _Read(NamedTuple):
    """What the files hold; `ends_us` is when the first certificate of them ends."""

    ends_us: int
    life_us: int
    stamps: FileStamps


class SourceTls:
    """The certificates of one source.

    Raises `Unloadable` for files that cannot be used: the other sources still work.
    """

    def __init__(self, options: TlsOptions, folder: Path, *, source: str, url: str):
        self._source = source
        encrypted = url.startswith("https:")
        self._password = (
            options.client_key_password.get_secret_value().encode()
            if options.client_key_password
            else None
        )
        self._cert = _path(folder, options.client_cert_file)
        self._key = _path(folder, options.client_key_file) or self._cert
        if self._cert is None:
            for name in ("client_key_file", "client_key_password"):
                if getattr(options, name) is not None:
                    raise Unloadable(
                        f"{name}: there is no client_cert_file. Name the certificate"
                        f" there, or remove {name}."
                    )
        elif not encrypted:
            raise Unloadable(
                "client_cert_file: the address begins with http://, and a certificate"
                " is only asked for over TLS. Write https://, or remove the key."
            )
        ca_file = _path(folder, options.ca_file)
        self.context = _trusting(ca_file) if ca_file or self._cert else None
        self._server = CertificateWatch(
            of_https(url, self.context) if encrypted else None, source
        )
        self._read = self._loaded(self._checked()) if self._cert else None
        self._changing: FileStamps | None = None
        self._tasks = TaskOwner(f"certificates of {source}")

    def watch(self) -> None:
        """From now on a renewed certificate is used for new connections.

        And the service's own certificate is looked at, by a connection apart.
        """
        self._server.begin()
        if self._read is not None:
            self._tasks.keep_running(
                self._watched, name=f"certificate of {self._source}"
            )

    async def close(self) -> None:
        await self._server.close()
        await self._tasks.close()

    def expiring(self) -> list[Expiry]:
        read = self._read
        mine = Expiry(EXPIRY, read.ends_us, KIND, read.life_us) if read else None
        return [*filter(None, [mine]), *self._server.expiring()]

    async def look_at_server(self) -> None:
        """Read when the service's certificate ends; raises what a connection does."""
        if self._server.certificate is not None:
            await self._server.certificate.look()

    async def look(self) -> None:
        """Take files that changed and rest since the last look.

        What cannot be used is logged once. The context is changed on the event loop:
        no connection begins meanwhile.
        """
        assert self._read is not None
        now = await asyncio.to_thread(stamps, self._read.stamps)
        if now == self._read.stamps or now != self._changing:
            self._changing = now  # one of the two files may be written after the other
            return
        try:
            self._read = self._loaded(await asyncio.to_thread(self._checked))
        except Unloadable as error:
            self._read = self._read._replace(stamps=now)
            log.error(
                "source %s: the changed client certificate is not used, the one before"
                " is: %s",
                self._source,
                error,
            )
        else:
            log.info("source %s: uses the renewed client certificate", self._source)

    async def _watched(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_LOOKED_AT_EVERY_S)
            await self.look()

    def _checked(self) -> _Read:
        """What the files hold, and that they fit. Raises `Unloadable`."""
        assert self._cert is not None
        assert self._key is not None
        seen = stamps({self._cert, self._key})
        chain = _certificates(self._cert)
        own = self._key == self._cert
        key = _private_key(
            self._key, "client_cert_file" if own else "client_key_file", self._password
        )
        if _public(key.public_key()) != _public(chain[0].public_key()):
            raise Unloadable(
                f"client_key_file: {self._key} is not the key of the first certificate"
                f" in {self._cert} ({_name(chain[0])}). Name the key that the"
                " certificate was requested with; in a chain the client's own"
                " certificate comes first."
            )
        first = min(chain, key=lambda each: each.not_valid_after_utc)
        since_us, ends_us = (
            round(at.timestamp() * 1e6)
            for at in (first.not_valid_before_utc, first.not_valid_after_utc)
        )
        return _Read(ends_us, ends_us - since_us, seen)

    def _loaded(self, read: _Read) -> _Read:
        """Hand the files to the context. Raises `Unloadable`."""
        assert self._cert is not None
        assert self.context is not None
        try:
            self.context.load_cert_chain(self._cert, self._key, self._asked)
        except (OSError, ValueError) as error:
            raise Unloadable(
                f"client_cert_file: {self._cert} cannot be used: {told(error)}. Ask for"
                " one with an RSA key of 2,048 bits or more, or an ECDSA key."
            ) from error
        return read

    def _asked(self) -> bytes:
        """Never from the terminal, as OpenSSL would."""
        return self._password or b""


def _path(folder: Path, file: Path | None) -> Path | None:
    return None if file is None else folder / file


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Unloadable(
            f"ca_file: cannot use {ca_file}: {_reason(error)}. Give a PEM file with the"
            " certificates to trust."
        ) from error


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise Unloadable(
                f"{name}: {path} is larger than {FILE_BYTES_MAX} bytes, so it is not a"
                " certificate or key. Correct the path."
            )
        data = path.read_bytes()
    except OSError as error:
        raise Unloadable(
            f"{name}: cannot read {path}: {_reason(error)}. Correct the path, or let"
            " the service's user read it."
        ) from error
    if PEM not in data:
        raise Unloadable(
            f"{name}: {path} is not a PEM file (it has no line `-----BEGIN …`). Convert"
            " a .p12 or .pfx file with `openssl pkcs12 -in FILE -out FILE.pem`, a"
            " binary .cer or .der with `openssl x509 -inform der -in FILE -out"
            " FILE.pem`."
        )
    return data


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_bytes(path, "client_cert_file"))
    except ValueError as error:
        raise Unloadable(
            f"client_cert_file: {path} holds no certificate that can be read:"
            f" {told(error)}. Name a file with `-----BEGIN CERTIFICATE-----`."
        ) from error


def _private_key(path: Path, name: str, password: bytes | None) -> PrivateKeyTypes:
    data = _bytes(path, name)
    if b"PRIVATE KEY-----" not in data:
        raise Unloadable(
            f"{name}: {path} holds no private key. Name the file of the key under"
            " client_key_file."
        )
    try:
        return serialization.load_pem_private_key(data, password)
    except TypeError as error:
        if password is None:
            raise Unloadable(
                f"{name}: the key in {path} is encrypted. Give its password under"
                " client_key_password, e.g. `${file:PATH}`."
            ) from error
        raise Unloadable(
            f"client_key_password: the key in {path} is not encrypted. Remove"
            " client_key_password."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if password is None:
            raise Unloadable(
                f"{name}: the key in {path} cannot be read: {told(error)}. Create it"
                " again, or ask for it again."
            ) from error
        raise Unloadable(
            f"client_key_password: it does not open the key in {path}. Correct the"
            " password; is there a blank or a line end behind it?"
        ) from error


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()[:80] or "without a name"


def _reason(error: OSError) -> str:
    return (error.strerror or told(error)).lower()

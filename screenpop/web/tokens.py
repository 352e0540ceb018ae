"""Is this session token ours, and what does it say?

Stateless: `v1.PAYLOAD.MAC`, both base64url. The payload is JSON `[session, user,
token_epoch, expires_s]`, the MAC is HMAC-SHA256 under the key in `data_dir`. So any
process with the key verifies it without I/O. What ends a session before its time,
on every node: the user's `token_epoch`, and a log-out, which the store keeps.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import msgspec

from screenpop.domain.agent import User, UserId
from screenpop.domain.errors import ConfigError
from screenpop.support.private import private_folder

TOKEN_CHARS_MAX = 1024


class SessionToken(msgspec.Struct, frozen=True, array_like=True):
    session: str
    user: UserId
    token_epoch: int
    expires_s: int


_decode = msgspec.json.Decoder(SessionToken).decode


class Signer:
    """Makes and checks tokens with one secret key."""

    def __init__(self, key: bytes):
        self._key = key

    def issue(self, user: User, expires_s: int) -> tuple[str, SessionToken]:
        session = SessionToken(
            session=secrets.token_urlsafe(16),
            user=user.username,
            token_epoch=user.token_epoch,
            expires_s=expires_s,
        )
        payload = urlsafe_b64encode(msgspec.json.encode(session)).rstrip(b"=")
        mac = urlsafe_b64encode(self._mac(b"session", payload)).rstrip(b"=")
        return f"v1.{payload.decode()}.{mac.decode()}", session

    def read(self, token: str, now_s: float) -> SessionToken | None:
        """None unless the token is ours, whole and not yet expired."""
        if len(token) > TOKEN_CHARS_MAX or not token.isascii():
            return None
        version, _, rest = token.partition(".")
        payload, _, mac = rest.partition(".")
        given = _unpadded(mac)
        wanted = self._mac(b"session", payload.encode())
        if version != "v1" or given is None or not hmac.compare_digest(given, wanted):
            return None
        session = _decode(_unpadded(payload) or b"")
        return session if session.expires_s > now_s else None

    def csrf(self, session: SessionToken) -> str:
        """What a page must send back in `X-Screenpop-CSRF`."""
        mac = self._mac(b"csrf", session.session.encode())
        return urlsafe_b64encode(mac).rstrip(b"=").decode()

    def csrf_matches(self, session: SessionToken, given: str) -> bool:
        return hmac.compare_digest(
            self.csrf(session).encode(), given.encode("utf-8", "surrogateescape")
        )

    def _mac(self, purpose: bytes, data: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b":" + data, hashlib.sha256)


def _unpadded(text: str) -> bytes | None:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


KEY_BYTES = 32
FILE_NAME = "session.key"


def session_key(data_dir: Path) -> bytes:
    """Read the key, making it at the first start; raises `ConfigError`."""
    path = data_dir / FILE_NAME
    try:
        private_folder(data_dir, tighten=False)
        _make(path)
        return _read(path)
    except OSError as error:
        raise ConfigError(
            f"cannot keep the session key in {path}: {error.strerror}. Make the folder"
            " writable for the service, or set server.data_dir."
        ) from error


def _make(path: Path) -> None:
    """Write a new key unless there is one; whole or not at all."""
    if path.exists():
        return
    fresh = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, secrets.token_bytes(KEY_BYTES))
        os.fsync(handle)
        os.link(fresh, path)
    except FileExistsError:
        return  # another process was first: theirs counts
    finally:
        os.close(handle)
        fresh.unlink()


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(
            f"{path} can be read by others (mode {mode:03o}): with it anyone can log"
            f" in as any user. Run `chmod 600 {path}`, or delete it: all must then"
            " log in again."
        )
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path} has {len(key)} bytes, must have {KEY_BYTES}. Delete it: a new one"
            " is made at the next start, and all must log in again."
        )
    return key

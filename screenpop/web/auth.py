"""Who is asking, may their page ask this, and is their session token ours?

A program shows `Authorization: Bearer TOKEN`; a browser the cookie that
`POST /v1/session` set. A cookie travels with forged requests too, so what changes
something must come from our own page (Origin, Sec-Fetch-Site) and bring the
session's CSRF token.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from aiohttp import web

from screenpop.config.load import Loaded
from screenpop.config.model import Security, Server
from screenpop.domain.agent import Role, User, UserId, folded_name
from screenpop.domain.errors import ConfigError, Forbidden, Unauthenticated
from screenpop.history.people import People
from screenpop.support.clock import Clock
from screenpop.support.log import Seldom
from screenpop.support.private import private_folder
from screenpop.web.errors import shown
from screenpop.web.remote import Origins, place_of

COOKIE = "screenpop_session"
HOST_COOKIE = f"__Host-{COOKIE}"
"""Under https: a browser takes it from this host alone, over TLS, for all paths."""

CSRF_HEADER = "X-Screenpop-CSRF"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and how we know: by a session, or by a bearer token's id."""

    user: User
    session: SessionToken | None
    token: str | None = None


class Auth:
    """Identifies requests, without I/O."""

    def __init__(
        self,
        users: People,
        signer: Signer,
        origins: Origins,
        clock: Clock,
        *,
        secure: bool = False,
    ):
        self.secure = secure
        self.cookie = HOST_COOKIE if secure else COOKIE
        self.signer = signer
        self.origins = origins
        self._users = users
        self._clock = clock

    async def identify(self, request: web.BaseRequest) -> Identity | None:
        """None for nobody. A wrong bearer token raises `Unauthenticated`."""
        if "Authorization" in request.headers:
            return await self._program(request.headers["Authorization"])
        found = self._sessions(request)
        if len({user.username for user, _ in found}) > 1:
            raise Unauthenticated(
                "the browser sent cookies of several users.",
                code="several_sessions",
                remedy="Delete the cookies of this site, and log in again.",
            )
        return Identity(*found[0]) if found else None

    async def _program(self, authorization: str) -> Identity:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not 0 < len(token) <= TOKEN_CHARS_MAX:
            raise Unauthenticated(
                "the Authorization header is not `Bearer TOKEN`.",
                remedy="Make a token with `screenpop users token`.",
            )
        found = await self._users.by_token(token)
        if found is None or not found[0].active:
            raise Unauthenticated(
                "the bearer token is not known.",
                remedy="Make a new one with `screenpop users token`.",
            )
        user, token_id = found
        return Identity(user, None, token_id)

    def _sessions(self, request: web.BaseRequest) -> list[tuple[User, SessionToken]]:
        """Of every cookie of our name: a neighbouring host may have planted one."""
        now_s = self._clock.now_us() / 1e6
        read = (self.signer.read(t, now_s) for t in _cookies(request, self.cookie))
        return [
            (user, session)
            for session in read
            if session is not None and (user := self.user_of(session)) is not None
        ]

    def user_of(self, session: SessionToken) -> User | None:
        """Its user, if the session still counts; asked again while a socket lives."""
        now_s = self._clock.now_us() / 1e6
        if session.expires_s <= now_s or self._users.has_ended(session.session):
            return None
        user = self._users.get(session.user)
        if user is None or not user.active or user.token_epoch != session.token_epoch:
            return None
        return user

    def still_welcome(self, who: Identity) -> bool:
        """May a socket of theirs stay open: the same rights, by the same proof?

        Asked when rights changed, and now and then while a socket lives.
        """
        if who.session is not None:
            return self.user_of(who.session) is not None
        user = self._users.get(who.user.username)
        return (
            user is not None
            and user.active
            and user.token_epoch == who.user.token_epoch
            and who.token is not None
            and self._users.token_lives(who.token)
        )

    async def end(self, session: SessionToken) -> None:
        await self._users.end_session(
            session.session, session.user, session.expires_s * 1_000_000
        )

    def require_own_page(self, request: web.BaseRequest) -> None:
        """Raises `Forbidden` when another site's page sent this."""
        origin = request.headers.get("Origin")
        host = request.headers.get("Host")
        if origin is not None and not self.origins.allows(origin, host):
            raise _foreign("its Origin is not this service")
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if origin is None and site not in ("same-origin", "none"):
            raise _foreign(f"its Sec-Fetch-Site is {site!r}")

    def require_csrf(self, request: web.BaseRequest, who: Identity | None) -> None:
        """For what changes something: our own page with the session's token."""
        if who is None or who.session is None:
            return
        self.require_own_page(request)
        given = request.headers.get(CSRF_HEADER, "")
        if not self.signer.csrf_matches(who.session, given):
            raise Forbidden(
                f"{CSRF_HEADER} is missing or wrong.",
                code="csrf",
                remedy="Send the `csrf` of GET /v1/session in this header.",
            )


def secure_cookie(server: Server, security: Security) -> bool:
    """Does the cookie travel over https alone?"""
    asked = security.secure_cookie
    return Origins(server.public_url).https if asked is None else asked


def cookie_name(server: Server, security: Security) -> str:
    return HOST_COOKIE if secure_cookie(server, security) else COOKIE


def require_role(who: Identity | None, role: Role) -> Identity:
    """Raises `Unauthenticated` without a user, `Forbidden` for too little."""
    if who is None:
        raise Unauthenticated(
            "not logged in.",
            remedy="Log in with POST /v1/session, or send a bearer token.",
        )
    if not who.user.role.includes(role):
        raise Forbidden(
            f"this needs the role {role.value}, yours is {who.user.role.value}.",
            code="role",
            remedy="Ask an administrator.",
        )
    return who


def _foreign(why: str) -> Forbidden:
    return Forbidden(
        f"the request comes from another site: {why}.",
        code="foreign_origin",
        remedy="Open the page under the address in server.public_url.",
    )


def _cookies(request: web.BaseRequest, name: str) -> Iterator[str]:
    for header in request.headers.getall("Cookie", ()):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                yield value


log = logging.getLogger("screenpop.security")

EVERY_S = 60.0
USER_CHARS_MAX = 100


class SecurityLog:
    def __init__(self, clock: Clock):
        self._seldom = Seldom(clock, every_s=EVERY_S)

    def note(self, event: str, *, user: str | None, address: str, **more: str) -> None:
        """Something that a person did who has a log-in."""
        log.info(event, extra=_extra(user, address, more))

    def warn(self, event: str, *, user: str | None, address: str, **more: str) -> None:
        """Something refused; seldom enough, since it is counted and limited."""
        log.warning(event, extra=_extra(user, address, more))

    def warn_seldom(self, event: str, *, address: str, **more: str) -> None:
        """Something that anybody can cause as often as they like."""
        left_out = self._seldom.may(f"{event}\n{place_of(address)}")
        if left_out is not None:
            more |= {"left_out": str(left_out)} if left_out else {}
            log.warning(event, extra=_extra(None, address, more))


def _extra(user: str | None, address: str, more: dict[str, str]) -> dict[str, str]:
    named = {} if user is None else {"user": _printable(folded_name(user))}
    return {**named, "address": address or "unknown", **more}


def _printable(name: str) -> str:
    """As typed by a stranger: bounded, and on one line."""
    return name[:USER_CHARS_MAX] if name.isprintable() else shown(name, USER_CHARS_MAX)


# -- Is this session token ours, and what does it say?
# Stateless: `v1.PAYLOAD.MAC`, both base64url. The payload is JSON `[session, user,
# token_epoch, expires_s]`, the MAC is HMAC-SHA256 under the key in `data_dir`. So
# any process with the key verifies it without I/O. What ends a session before its
# time, on every node: the user's `token_epoch`, and a log-out, which the store
# keeps.

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


def key_file(loaded: Loaded) -> Path:
    """Where the key is that signs the sessions."""
    named = loaded.config.security.session_key_file
    data_dir = loaded.folder / loaded.config.server.data_dir
    return data_dir / FILE_NAME if named is None else loaded.folder / named


def session_key(path: Path) -> bytes:
    """Read the key, making it at the first start; raises `ConfigError`."""
    try:
        private_folder(path.parent, tighten=False)
        _make(path)
        return _read(path)
    except OSError as error:
        raise ConfigError(
            f"cannot keep the session key in {path}: {error.strerror}. Make the folder"
            " writable for the service, or set server.data_dir, or"
            " security.session_key_file to another file."
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


def _others(folder: Path) -> int:
    """The bits of a mode that must not be set.

    systemd lets a service's user read a credential with an access control list, of
    which the bits of the group show the mask: no group may read it.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return 0o007 if given and folder == Path(given) else 0o077


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _others(path.parent):
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

"""How is a token got: by OAuth 2.0, or by opening a session?"""

from __future__ import annotations

import asyncio
import contextlib
import os
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pydantic import JsonValue, SecretStr
from yarl import URL

from screenpop.connector import ConfigError, ConnectorContext, Unavailable
from screenpop_connectors.http_json.answer import compiled, parsed
from screenpop_connectors.http_json.assertion import GRANT_TYPE, AssertionSigner
from screenpop_connectors.http_json.auth import HttpLogin, HttpOAuth2
from screenpop_connectors.http_json.tokens import ENDLESS, Granted, Refused

REFUSING = frozenset({400, 401, 403})
LIFETIMES = ("x_refresh_token_expires_in", "refresh_token_expires_in")
"""How services say for how long the refresh token itself is good."""
TOKEN_CHARS_MAX = 16_384


class Posted(NamedTuple):
    """An answer of a token endpoint; `told` is why it cannot be used, else None."""

    status: int
    body: bytes
    told: Unavailable | None


Post = Callable[..., Awaitable[Posted]]
"""post(url, label=…, form=… or body=…, headers=…) -> Posted; raises `Unavailable`."""


@dataclass(kw_only=True)
class OAuth2Grant:
    """Asks the token endpoint; keeps the newest refresh token."""

    options: HttpOAuth2
    context: ConnectorContext
    post: Post
    refresh_ends_us: int | None = None
    _refresh: str | None = None
    _from_file: str | None = None
    _said: bool = False
    _assertion: str | None = None

    def __post_init__(self) -> None:
        """Raises `Unloadable` for a key that cannot be used."""
        options, context = self.options, self.context
        self._signer = options.assertion and AssertionSigner(
            options, options.assertion, context.folder, context.clock
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        options = self.options
        told = [options.client_secret, options.refresh_token, *options.form.values()]
        if options.assertion:
            told.append(options.assertion.key_password)
        known = [each.get_secret_value() for each in told if each is not None]
        return tuple(
            filter(None, [*known, self._refresh, self._from_file, self._assertion])
        )

    async def __call__(self) -> Granted:
        """Raises `Refused` for credentials that are not taken, else `Unavailable`."""
        refresh = await self._refresh_token()
        try:
            return await self._granted(refresh)
        except Refused:
            other = await self._refresh_token(again=True)
            if refresh is None or other == refresh:
                raise
            return await self._granted(other)  # another node had renewed it

    async def _granted(self, refresh: str | None) -> Granted:
        posted = await self.post(
            URL(self.options.token_url),
            label=str(URL(self.options.token_url).with_query(None)),
            form=self._form(refresh),
            headers=self._headers(),
        )
        answer = _members(posted)
        if posted.status in REFUSING:
            raise Refused(
                f"{self._where()} refused the credentials ({posted.status}"
                f"{_error_of(answer)}). {self._remedy(answer)}",
                brief="refuses this service's credentials",
            )
        token = answer.get("access_token")
        if posted.told is not None:
            raise posted.told
        if not _is_token(token):
            raise Refused(
                f"{self._where()} answered {posted.status} without an access_token"
                f"{_error_of(answer)}. Check auth.oauth2.token_url.",
                brief="gives no token",
            )
        await self._keep(answer, refresh)
        return Granted(str(token), _seconds(answer.get("expires_in")) or ENDLESS)

    def _form(self, refresh: str | None) -> dict[str, str]:
        options = self.options
        form = {name: value.get_secret_value() for name, value in options.form.items()}
        form["grant_type"] = "refresh_token" if refresh else "client_credentials"
        if refresh:
            form["refresh_token"] = refresh
        if options.scope:
            form["scope"] = options.scope
        if self._signer:
            self._assertion = form["assertion"] = self._signer.signed()
            form["grant_type"] = GRANT_TYPE
        if self._is_client and options.client_in == "form":
            form["client_id"] = options.client_id
            if options.client_secret:
                form["client_secret"] = options.client_secret.get_secret_value()
        return form

    def _headers(self) -> dict[str, str]:
        options = self.options
        if options.client_in == "form" or not self._is_client:
            return {}
        secret = options.client_secret
        password = secret.get_secret_value() if secret else ""
        pair = f"{quote(options.client_id, safe='')}:{quote(password, safe='')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    @property
    def _is_client(self) -> bool:
        """Does the client say who it is, apart from what is signed?"""
        return not self._signer or self.options.client_secret is not None

    async def _refresh_token(self, *, again: bool = False) -> str | None:
        options = self.options
        if options.refresh_token_file is not None and (again or not self._refresh):
            path = self.context.folder / options.refresh_token_file
            self._from_file = await asyncio.to_thread(_read_token, path)
            return self._from_file
        configured = options.refresh_token
        return self._refresh or (configured.get_secret_value() if configured else None)

    async def _keep(self, answer: Mapping[str, object], sent: str | None) -> None:
        """A refresh token that the service changes is used from now on, and written."""
        for name in LIFETIMES:
            if (lifetime_s := _seconds(answer.get(name))) is not None:
                now_us = self.context.clock.now_us()
                self.refresh_ends_us = now_us + round(lifetime_s * 1e6)
        given = answer.get("refresh_token")
        if sent is None or not isinstance(given, str) or given in ("", sent):
            return
        self._refresh = given
        file = self.options.refresh_token_file
        if file is not None:
            path = self.context.folder / file
            try:
                await asyncio.to_thread(_write_token, path, given)
            except OSError as error:
                self.context.log.error(
                    "source %s: cannot write the new refresh token to %s: %s. It is"
                    " lost at the end of this process; let the service's user write"
                    " there.",
                    self.context.source,
                    path,
                    error.strerror,
                )
        elif not self._said:
            self._said = True
            self.context.log.warning(
                "source %s: the service gives a new refresh token each time; after a"
                " restart it may refuse the configured one. Set"
                " auth.oauth2.refresh_token_file instead of refresh_token.",
                self.context.source,
            )

    def _where(self) -> str:
        return f"POST {URL(self.options.token_url).with_query(None)}"

    def _remedy(self, answer: Mapping[str, object]) -> str:
        if answer.get("error") == "invalid_grant" and self._has_refresh:
            return (
                "The refresh token has expired or was withdrawn: let a user consent"
                " again, and set auth.oauth2.refresh_token or its file."
            )
        if self._signer:
            return (
                "Check auth.oauth2.assertion: issuer, subject and audience, that the"
                " service knows this key, and the clock of this machine."
            )
        return "Check auth.oauth2: client_id, client_secret and scope."

    @property
    def _has_refresh(self) -> bool:
        return bool(self.options.refresh_token or self.options.refresh_token_file)


@dataclass(kw_only=True)
class LoginGrant:
    """Opens a session of the service's own kind."""

    options: HttpLogin
    base: str
    post: Post

    def __post_init__(self) -> None:
        self._token = compiled(self.options.token, key="auth.login.token")

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(each.get_secret_value() for each in self.options.body.values())

    async def __call__(self) -> Granted:
        options = self.options
        body: JsonValue = {n: _plain(value) for n, value in options.body.items()}
        label = self.base + options.path
        posted = await self.post(URL(label), label=label, body=body)
        if posted.status in REFUSING:
            raise Refused(
                f"POST {label} refused the log-in ({posted.status}). Check"
                " auth.login.body.",
                brief="refuses this service's credentials",
            )
        if posted.told is not None:
            raise posted.told
        try:
            token = self._token.search(parsed(posted.body))
        except ValueError:
            token = None
        if isinstance(token, bool) or not _is_token(str(token or "")):
            raise Refused(
                f"POST {label} answered {posted.status} without what auth.login.token"
                f" ({options.token}) names. Correct it, or auth.login.body.",
                brief="opens no session",
            )
        return Granted(str(token), options.lifetime_s)


def _plain(value: SecretStr) -> JsonValue:
    return value.get_secret_value()


def _members(posted: Posted) -> Mapping[str, object]:
    with contextlib.suppress(ValueError):
        answer = parsed(posted.body)
        if isinstance(answer, Mapping):
            return answer
    return {}


def _error_of(answer: Mapping[str, object]) -> str:
    """RFC 6749, 5.2: `error` is a word of a short list; its description may be long."""
    error = answer.get("error")
    return f", {error[:60]}" if isinstance(error, str) and error.isprintable() else ""


def _is_token(token: object) -> bool:
    """Can it be sent in a header?"""
    if not isinstance(token, str) or not 0 < len(token) <= TOKEN_CHARS_MAX:
        return False
    return token.isascii() and token.isprintable()


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 < seconds < 10 * 366 * 86_400 else None


def _read_token(path: Path) -> str:
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise Refused(
            f"auth.oauth2.refresh_token_file: cannot read {path}: {reason}. Write the"
            " refresh token into it.",
            brief="cannot be asked: its refresh token is missing",
        ) from error
    if not token:
        raise Refused(
            f"auth.oauth2.refresh_token_file: {path} is empty. Write the refresh token"
            " into it.",
            brief="cannot be asked: its refresh token is missing",
        )
    return token


def _write_token(path: Path, token: str) -> None:
    """In one step: a crash leaves the old token or the new one. Raises `OSError`."""
    beside = path.with_name(f"{path.name}.new")
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(opened, "w") as file:
        file.write(token)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def checked_header(name: str, value: str) -> None:
    """Raises `ConfigError` for what cannot be sent as a header."""
    if not name.isascii() or any(c in "\r\n\0" for c in name + value):
        raise ConfigError(
            f"header {name!r} holds a line end. Is there one at the end of the"
            " secret's file? Remove it."
        )

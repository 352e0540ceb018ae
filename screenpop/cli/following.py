"""How does a verb ask a running service, and as whom?

With a bearer token where one is given; else, on the service's own machine, with a
short session of one of its administrators, signed with the key in `data_dir`.
Whoever can read that key can do as much anyway; it is read with its owner's rights.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from screenpop.cli.db import opened_store
from screenpop.config.load import Loaded
from screenpop.domain.agent import Role, User
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.domain.profile import Json
from screenpop.history.users import Users
from screenpop.intake.shown import LineSeen, LinesSeen, RequestsSeen
from screenpop.web.auth import Signer, cookie_name, key_file, session_key

TOKEN_VARIABLE = "SCREENPOP_TOKEN"  # noqa: S105 (its name)
ANSWER_BYTES_MAX = 33_554_432
TIMEOUT_S = 10.0
LOOKUP_S = 40.0  # a lookup may wait for its sources
SESSION_S = 600
RENEW_S = 300

Proof = Callable[[], Mapping[str, str]]
"""The headers that say who asks, as of now."""


def address_of(loaded: Loaded) -> str:
    """Where the service of this file listens, for this machine."""
    server = loaded.config.server
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(server.host, server.host)  # noqa: S104
    return f"http://{host}:{server.port}"


class Following:
    """Asks a running service; raises `Unavailable`, `ConfigError`."""

    def __init__(self, url: str, proof: Proof):
        try:
            parts = urlsplit(url)
            valid = parts.scheme in ("http", "https") and parts.hostname
        except ValueError:
            valid = False
        if not valid:
            raise ConfigError(
                f"--url: {url!r} is not a valid address. Give one like http://127.0.0.1:8080."
            )
        self._https, self._netloc = parts.scheme == "https", parts.netloc
        self._base = parts.path.rstrip("/")
        self._proof = proof
        self.url = url.rstrip("/")

    def line(self, name: str) -> LineSeen:
        lines = msgspec.json.decode(self._get("/v1/lines"), type=LinesSeen).lines
        for line in lines:
            if line.line == name:
                return line
        known = ", ".join(line.line for line in lines) or "none"
        raise ConfigError(f"the service has no line {name!r}. It has: {known}.")

    def requests(self, line: str, after: int) -> RequestsSeen:
        path = f"/v1/lines/{quote(line, safe='')}/requests?after={after}"
        return msgspec.json.decode(self._get(path), type=RequestsSeen)

    def lookup(self, number: str, candidate: str | None) -> Json:
        """What the service answers for a number, as `explain --json` prints it."""
        asked = {"number": number} | ({"candidate": candidate} if candidate else {})
        found: Json = json.loads(
            self._get(f"/v1/lookup?{urlencode(asked)}", timeout_s=LOOKUP_S)
        )
        return found

    def _get(self, path: str, timeout_s: float = TIMEOUT_S) -> bytes:
        kind = (
            http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        )
        connection = kind(self._netloc, timeout=timeout_s)
        headers = {"Accept": "application/json", **self._proof()}
        try:
            connection.request("GET", f"{self._base}{path}", headers=headers)
            answer = connection.getresponse()
            body = answer.read(ANSWER_BYTES_MAX)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(
                f"the service at {self.url} cannot be reached: {error}. Start it, or"
                " name its address with --url."
            ) from error
        finally:
            connection.close()
        if answer.status >= 500:
            raise Unavailable(_told(answer.status, body))
        if answer.status != 200:
            raise ConfigError(_told(answer.status, body))
        return body


def _told(status: int, body: bytes) -> str:
    """The service's own words, if these are words of ours."""
    try:
        error = json.loads(body)["error"]
        said = f"{error['message']} {error['remedy']}".strip()
    except (ValueError, KeyError, TypeError):
        said = "is it Screenpop? Check --url."
    return f"the service answered {status}: {said}"


def proof_of(loaded: Loaded, token_file: Path | None) -> Proof:
    """Raises `ConfigError` when there is no way to show who asks."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    if token_file is not None:
        token = _read(token_file)
    if token:
        return lambda: {"Authorization": f"Bearer {token}"}
    return _signed(loaded)


def _read(path: Path) -> str:
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--token-file: cannot read {path}: {error}.") from error
    if not token:
        raise ConfigError(f"--token-file: {path} is empty. Put the token into it.")
    return token


def _signed(loaded: Loaded) -> Proof:
    path = key_file(loaded)
    if not path.exists():
        raise ConfigError(
            f"{path} is not there: the service does not run on this"
            f" machine with this file. Put an administrator's token into"
            f" ${TOKEN_VARIABLE} or --token-file (`screenpop users token`)."
        )
    signer, admin = Signer(session_key(path)), asyncio.run(_an_admin(loaded.file))
    made_s, cookie = 0.0, ""
    name = cookie_name(loaded.config.server, loaded.config.security)

    def headers() -> Mapping[str, str]:
        nonlocal made_s, cookie
        now_s = time.time()
        if now_s - made_s > RENEW_S:
            token, _ = signer.issue(admin, round(now_s) + SESSION_S)
            made_s, cookie = now_s, f"{name}={token}"
        return {"Cookie": cookie}

    return headers


async def _an_admin(file: Path) -> User:
    async with opened_store(file) as database:
        users = await Users(database).list_all()
    for user in users:
        if user.active and user.role is Role.ADMIN:
            return user
    raise ConfigError(
        "there is no administrator, who alone may see requests. Make one with"
        f" `screenpop users add NAME --role admin --config {file}`."
    )

"""What does each request carry that proves who asks?"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode

from yarl import URL

from screenpop.connector import ConnectorContext, Expiry
from screenpop_connectors.http_json.auth import HttpAuth
from screenpop_connectors.http_json.granting import (
    LoginGrant,
    OAuth2Grant,
    Post,
    checked_header,
)
from screenpop_connectors.http_json.options import HttpSource
from screenpop_connectors.http_json.tokens import TokenKeeper


class Proof(NamedTuple):
    """What a request is sent with; `token` is what may turn out to be refused."""

    headers: dict[str, str]
    query: str = ""  # encoded
    token: str | None = None

    def url(self, url: URL) -> URL:
        """With the encoded query behind its own, which stays as it is written."""
        if not self.query:
            return url
        mark = "&" if url.raw_query_string else "?"
        return URL(f"{url.with_fragment(None)}{mark}{self.query}", encoded=True)


class SourceCredentials:
    """Those of one source; raises `ConfigError` for what cannot be sent."""

    def __init__(self, options: HttpSource, context: ConnectorContext, post: Post):
        auth = options.auth or HttpAuth.model_construct()
        self._headers = {n: v.get_secret_value() for n, v in options.headers.items()}
        self._secrets = [*self._headers.values()]
        self._query = ""
        self._last_day = auth.expires
        self._fixed(auth)
        self.grant: OAuth2Grant | LoginGrant | None = None
        self._header, self._value = "Authorization", "Bearer {token}"
        if auth.oauth2 is not None:
            self.grant = OAuth2Grant(options=auth.oauth2, context=context, post=post)
            self._value = f"{auth.oauth2.scheme} {{token}}"
        elif auth.login is not None:
            base = options.base_url.rstrip("/")
            self.grant = LoginGrant(options=auth.login, base=base, post=post)
            self._header, self._value = auth.login.header, auth.login.value
        checked_header(self._header, self._value)
        for name, value in self._headers.items():
            checked_header(name, value)
        self._keeper: TokenKeeper | None = None
        if self.grant is not None:
            self._keeper = TokenKeeper(
                self.grant, context.clock, context.log, context.source
            )

    def _fixed(self, auth: HttpAuth) -> None:
        if auth.bearer:
            bearer = auth.bearer.get_secret_value()
            self._headers["Authorization"] = f"Bearer {bearer}"
            self._secrets.append(bearer)
        if auth.username and auth.password:
            password = auth.password.get_secret_value()
            basic = b64encode(f"{auth.username}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {basic}"
            self._secrets += [password, basic]
        if auth.value:
            value = auth.value.get_secret_value()
            self._secrets += [value, quote(value)]
            if auth.header:
                self._headers[auth.header] = value
            if auth.query:
                self._query = urlencode({auth.query: value}, quote_via=quote)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not appear in an error text."""
        kept = self._keeper.secrets if self._keeper is not None else ()
        granting = self.grant.secrets if self.grant is not None else ()
        return (*self._secrets, *granting, *kept)

    def expiring(self) -> Sequence[Expiry]:
        """The key, by the configuration; the refresh token, by the service."""
        found = []
        if self._last_day is not None:
            after = datetime.combine(self._last_day, time(), UTC) + timedelta(days=1)
            found.append(Expiry("the key under auth", round(after.timestamp() * 1e6)))
        if isinstance(self.grant, OAuth2Grant) and self.grant.refresh_ends_us:
            what = "the refresh token under auth.oauth2"
            found.append(Expiry(what, self.grant.refresh_ends_us, "token"))
        return found

    @property
    def renews(self) -> bool:
        """Can a refused token be renewed?"""
        return self._keeper is not None

    async def proof(self) -> Proof:
        """Raises `Unavailable` when no token can be had."""
        if self._keeper is None:
            return Proof(self._headers, self._query)
        token = await self._keeper.token()
        headers = {**self._headers, self._header: self._value.replace("{token}", token)}
        return Proof(headers, self._query, token)

    def refused(self, proof: Proof) -> None:
        if self._keeper is not None and proof.token is not None:
            self._keeper.refused(proof.token)

    async def close(self) -> None:
        if self._keeper is not None:
            await self._keeper.close()

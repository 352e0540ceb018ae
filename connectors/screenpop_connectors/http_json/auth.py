"""How does a source prove who it is to its service? The options of `auth`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from yarl import URL

from screenpop.connector.named_files import REWRITTEN

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WAYS: tuple[frozenset[str], ...] = (
    frozenset({"bearer"}),
    frozenset({"username", "password"}),
    frozenset({"header", "value"}),
    frozenset({"query", "value"}),
    frozenset({"oauth2"}),
    frozenset({"login"}),
)
_URL = re.compile(r"https?://[^/?#{}@\s]+(/[^?#{}\s]*)?(\?[^#{}\s]*)?\Z")


class HttpAssertion(BaseModel):
    """What is signed by a private key (RFC 7523)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_file: Path = Field(
        description="The private key: PEM, or the JSON of a Google service account."
    )
    key_password: SecretStr | None = Field(
        None, description="Password of an encrypted key."
    )
    algorithm: Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"] = Field(
        "RS256", description="How it is signed; it must fit the key."
    )
    issuer: str | None = Field(
        None, description="`iss`; default: client_id, or the service account."
    )
    subject: str | None = Field(
        None, description="`sub`, the user that is acted for; default: the issuer."
    )
    audience: str | None = Field(None, description="`aud`; default: token_url.")
    key_id: str | None = Field(
        None, description="`kid` of the header, where the service has several keys."
    )
    lifetime_s: int = Field(
        180, ge=10, le=3600, description="An assertion is valid for so long."
    )


class HttpOAuth2(BaseModel):
    """Client credentials (RFC 6749, 4.4), a refresh token, or a signed assertion."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: str = Field(
        description="The service's token endpoint, on any host; https except on this"
        " machine."
    )
    client_id: str = Field(
        "", description="As registered at the service; required without assertion."
    )
    client_secret: SecretStr | None = Field(None, description="The client's secret.")
    scope: str | None = Field(
        None, description="What is asked for; several with blanks between them."
    )
    refresh_token: SecretStr | None = Field(
        None, description="Got once by a user's consent; used instead of the client's."
    )
    refresh_token_file: Annotated[Path | None, REWRITTEN] = Field(
        None,
        description="A file that holds the refresh token. Where the service gives a new"
        " one each time, it is written there.",
    )
    assertion: HttpAssertion | None = Field(
        None, description="Signed by a private key, instead of a client_secret."
    )
    client_in: Literal["form", "header"] = Field(
        "form",
        description="`header`: client_id and client_secret as basic authentication.",
    )
    form: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Further form fields, e.g. `audience`, `resource`.",
    )
    scheme: str = Field(
        "Bearer",
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
        description="Word before the token in the header `Authorization`.",
    )

    @model_validator(mode="after")
    def _can_work(self) -> HttpOAuth2:
        if not _URL.match(self.token_url):
            raise ValueError("token_url must be the whole address: https://HOST/PATH")
        url = URL(self.token_url)
        if url.scheme == "http" and url.host not in LOOPBACK:
            raise ValueError(
                "token_url must begin with https:// - the client's secret is sent there"
            )
        if not self.client_id and not self.assertion:
            raise ValueError("give client_id, as it is registered at the service")
        if self.assertion and (self.refresh_token or self.refresh_token_file):
            raise ValueError("give assertion or a refresh token, not both")
        if self.refresh_token and self.refresh_token_file:
            raise ValueError("give refresh_token or refresh_token_file, not both")
        return self


class HttpLogin(BaseModel):
    """A session: log in once, send what the answer holds with every request."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Appended to base_url; asked by POST.")
    body: dict[str, SecretStr] = Field(
        description="JSON members of the log-in, e.g. `UserName` and `Password`."
    )
    token: str = Field(description="JMESPath to the session's token in the answer.")
    header: str = Field("Authorization", description="The header that takes it.")
    value: str = Field(
        "Bearer {token}", description="The header's value; `{token}` stands in it."
    )
    lifetime_s: float = Field(
        1500, gt=0, description="Log in again after this time, or after a 401."
    )

    @model_validator(mode="after")
    def _holds_token(self) -> HttpLogin:
        if not self.path.startswith("/"):
            raise ValueError("path must start with /")
        if "{token}" not in self.value:
            raise ValueError(
                "value must hold {token}: the place of the session's token"
            )
        return self


class HttpAuth(BaseModel):
    """One way to prove who it is, see `WAYS`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bearer: SecretStr | None = Field(None, description="Sent as `Bearer …`.")
    username: str | None = Field(None, description="Basic authentication.")
    password: SecretStr | None = Field(None, description="Basic authentication.")
    header: str | None = Field(None, description="Name of a header of its own.")
    query: str | None = Field(
        None, description="Name of a query parameter; prefer a header: URLs are logged."
    )
    value: SecretStr | None = Field(
        None, description="That header's or query parameter's value."
    )
    oauth2: HttpOAuth2 | None = Field(
        None, description="A token of OAuth 2.0, renewed by itself."
    )
    login: HttpLogin | None = Field(
        None, description="A session that is opened by a POST, e.g. SAP Business One."
    )
    expires: date | None = Field(
        None,
        description="Last day of the key, where the service does not say it: it is"
        " reported 14 days before.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> HttpAuth:
        given = {name for name, value in self if value is not None} - {"expires"}
        if given not in WAYS:
            raise ValueError(
                "give one of: bearer; username and password; header and value; query"
                " and value; oauth2; login"
            )
        return self

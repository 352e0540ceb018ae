"""How does a source sign who it is, instead of sending a secret (RFC 7523)?"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from screenpop.connector import Unloadable
from screenpop.support.clock import Clock
from screenpop_connectors.http_json.auth import HttpAssertion, HttpOAuth2

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
WHERE = "auth.oauth2.assertion"


class AssertionSigner:
    """Of one source; raises `Unloadable` for a key that cannot be used."""

    def __init__(
        self, oauth2: HttpOAuth2, options: HttpAssertion, folder: Path, clock: Clock
    ):
        self._options = options
        self._clock = clock
        self._key_id = options.key_id
        path = folder / options.key_file
        data, issuer = _read(path), options.issuer or oauth2.client_id
        if data.lstrip().startswith(b"{"):  # as Google gives it
            data, self._key_id, issuer = _of_google(data, path, options, issuer)
        if not issuer:
            raise Unloadable(
                f"{WHERE}: the issuer is missing. Give client_id or issuer."
            )
        self._key = _key(data, path, options.key_password)
        self._claims = {
            "iss": issuer,
            "sub": options.subject or issuer,
            "aud": options.audience or oauth2.token_url,
        }
        if oauth2.scope:
            self._claims["scope"] = oauth2.scope
        self.signed()  # does the key fit the algorithm?

    def signed(self) -> str:
        """An assertion that is valid from now on for `lifetime_s`."""
        now_s = self._clock.now_us() // 1_000_000
        until_s = now_s + self._options.lifetime_s
        claims = {**self._claims, "iat": now_s, "exp": until_s, "jti": uuid4().hex}
        headers = {"kid": self._key_id} if self._key_id else None
        try:
            return jwt.encode(
                claims, self._key, algorithm=self._options.algorithm, headers=headers
            )
        except (TypeError, ValueError, jwt.PyJWTError) as error:
            raise Unloadable(
                f"{WHERE}: the key in {self._options.key_file} cannot sign with"
                f" {self._options.algorithm}. Set algorithm: RS256 for an RSA key,"
                " ES256 for an ECDSA key."
            ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unloadable(
            f"{WHERE}.key_file: cannot read {path}: {(error.strerror or '').lower()}."
            " Correct the path, or let the service's user read it."
        ) from error


def _of_google(
    data: bytes, path: Path, options: HttpAssertion, issuer: str
) -> tuple[bytes, str | None, str]:
    try:
        account = json.loads(data)
        key, mail = str(account["private_key"]), str(account["client_email"])
        key_id = options.key_id or str(account.get("private_key_id") or "")
    except (ValueError, KeyError, TypeError) as error:
        raise Unloadable(
            f"{WHERE}.key_file: {path} is not the key file of a service account: it"
            " lacks private_key or client_email. Download it again as JSON."
        ) from error
    return key.encode(), key_id or None, issuer or mail


def _key(
    data: bytes, path: Path, password: SecretStr | None
) -> jwt.algorithms.AllowedPrivateKeys:
    secret = password.get_secret_value().encode() if password else None
    try:
        return serialization.load_pem_private_key(data, secret)  # type: ignore[return-value]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        what = "with this key_password" if password else "without key_password"
        raise Unloadable(
            f"{WHERE}.key_file: the private key in {path} cannot be read {what}."
            " Give a PEM file with `-----BEGIN PRIVATE KEY-----`, and key_password only"
            " if it is encrypted."
        ) from None

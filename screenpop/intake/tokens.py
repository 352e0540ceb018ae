"""Is this JSON Web Token ours, and is it still in time?"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import Literal

from screenpop.intake.encodings import json_object, unbase64url
from screenpop.intake.signature import Algorithm, any_same, as_bytes

JwtAlgorithm = Literal["HS256", "HS384", "HS512"]

_JWT_HASHES: Mapping[str, Algorithm] = {
    "HS256": "sha256",
    "HS384": "sha384",
    "HS512": "sha512",
}


class NotAToken(ValueError):
    """The text is no JSON Web Token that we accept."""


def jwt_claims(
    token: str, secrets: Iterable[str | bytes], algorithm: JwtAlgorithm
) -> dict[str, object]:
    """The claims of a token signed with one of the secrets. Raises `NotAToken`.

    The algorithm is the dialect's: what the token says of it must agree and is
    never followed. Its length is what the limits of body and header let through.
    """
    signed, _, signature = token.rpartition(".")
    head, _, claims = signed.partition(".")
    header = json_object(unbase64url(head))
    if header is None or header.get("alg") != algorithm:
        raise NotAToken(f"its token is not signed with {algorithm}")
    given = unbase64url(signature) or b""
    expected = [
        hmac.new(as_bytes(secret), signed.encode(), _JWT_HASHES[algorithm]).digest()
        for secret in secrets
    ]
    if not any_same(given, expected):
        raise NotAToken("its token's signature does not fit")
    body = json_object(unbase64url(claims))
    if body is None:
        raise NotAToken("its token's claims are no JSON object")
    return body


def claims_in_time(
    claims: Mapping[str, object], now_us: int, *, leeway_s: float, iat_s: float | None
) -> str | None:
    """`exp`, `nbf` and, with `iat_s`, how old the token may be."""
    now_s = now_us / 1_000_000
    expires, begins, issued = (_number(claims.get(n)) for n in ("exp", "nbf", "iat"))
    if expires is not None and now_s > expires + leeway_s:
        return "its token has expired"
    if begins is not None and now_s < begins - leeway_s:
        return "its token is not valid yet"
    if iat_s is None:
        return None
    if issued is None:
        return "its token does not say when it was issued"
    if abs(now_s - issued) > iat_s:
        return f"its token was issued {abs(now_s - issued):.0f} s away from now"
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else float("inf")

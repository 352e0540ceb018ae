"""Is this JSON Web Token ours, in time, and does it fit its request?"""

from __future__ import annotations

import base64
import hashlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from screenpop.intake import signature
from screenpop.intake.expression import empty
from screenpop.intake.facts import Facts
from screenpop.intake.filters import as_text
from screenpop.intake.signature import as_bytes
from screenpop.intake.yaml_nodes import Node

JwtAlgorithm = Literal["HS256", "HS384", "HS512"]

_SIGNATURE_ONLY = jwt.PyJWT(
    {
        "verify_signature": True, "verify_exp": False, "verify_nbf": False,
        "verify_iat": False, "verify_aud": False, "verify_iss": False,
        "verify_sub": False, "verify_jti": False,
    }
)  # fmt: skip
"""Times are checked by `claims_in_time`, against the time of receipt."""


class NotAToken(ValueError):
    """The text is no JSON Web Token that we accept."""


def jwt_claims(
    token: str, secrets: Iterable[str | bytes], algorithm: JwtAlgorithm
) -> dict[str, object]:
    """The claims of a token signed with one of the secrets. Raises `NotAToken`.

    The algorithm is the dialect's: what the token says of it must agree and is
    never followed. Its length is what the limits of body and header let through.
    """
    for secret in secrets:
        try:
            with warnings.catch_warnings():  # the provider chooses the secret
                warnings.simplefilter("ignore", InsecureKeyLengthWarning)
                return _SIGNATURE_ONLY.decode(
                    token, as_bytes(secret), algorithms=[algorithm]
                )
        except (jwt.InvalidSignatureError, jwt.InvalidKeyError):
            continue
        except jwt.InvalidAlgorithmError as error:
            raise NotAToken(f"its token is not signed with {algorithm}") from error
        except (jwt.InvalidTokenError, ValueError) as error:
            raise NotAToken(f"its token cannot be read: {error}") from error
    raise NotAToken("its token's signature does not fit")


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


# -- Does a claim of a verified token fit the request that it came with?


def claim_check(name: str, node: Node) -> Callable[[Facts], str | None]:
    """`body_sha256`, `url_sha256`, `url`, `body`, or `=text` that it must equal.

    With `?` behind it a token without that claim is taken: whoever holds a token
    cannot take a claim out of it.
    """
    wanted, optional, _ = node.text().partition("?")
    check = _check(name, wanted, node)
    if not optional:
        return check
    return lambda facts: None if empty((facts.claims or {}).get(name)) else check(facts)


def _check(name: str, wanted: str, node: Node) -> Callable[[Facts], str | None]:
    if wanted.startswith("="):
        expected = {wanted[1:]}
        return lambda facts: _claim_fits(name, facts, expected)
    if wanted == "body_sha256":
        return lambda facts: _body_claim(name, facts)
    if wanted == "url_sha256":
        return lambda facts: _claim_fits(name, facts, set(map(_sha256, _urls(facts))))
    if wanted == "url":
        return lambda facts: _claim_fits(name, facts, set(_urls(facts)))
    if wanted == "body":
        return lambda facts: _whole_body_claim(name, facts)
    node.fail("must be body_sha256, url_sha256, url, body or `=text`.")


def _urls(facts: Facts) -> tuple[str, ...]:
    return signature.url_spellings(facts.url)


def _sha256(text: str | bytes) -> str:
    return hashlib.sha256(signature.as_bytes(text)).hexdigest()


def _claim_fits(name: str, facts: Facts, expected: set[str]) -> str | None:
    given = as_text((facts.claims or {}).get(name)) or ""
    fits = signature.any_same(given, expected)
    return None if fits else f"its token's `{name}` is not what it should be"


def _body_claim(name: str, facts: Facts) -> str | None:
    """A request without a body needs no hash of it."""
    if not facts.request.body and empty((facts.claims or {}).get(name)):
        return None
    return _claim_fits(name, facts, {_sha256(facts.request.body)})


def _whole_body_claim(name: str, facts: Facts) -> str | None:
    """The claim holds the payload itself, its text, or a hash of it."""
    claim = (facts.claims or {}).get(name)
    if isinstance(claim, dict | list) and claim == facts.payload:
        return None
    body = facts.request.body
    hashes = [hashlib.new(each, body) for each in ("sha256", "sha512")]
    encoded = [base64.b64encode(each.digest()).decode() for each in hashes]
    hexes = [each.hexdigest() for each in hashes]
    return _claim_fits(name, facts, {facts.body_text, *hexes, *encoded})

"""Is this JSON Web Token ours, and is it still in time?"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Literal

import jwt
from jwt.warnings import InsecureKeyLengthWarning

from screenpop.intake.signature import as_bytes

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

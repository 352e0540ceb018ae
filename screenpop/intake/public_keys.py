"""Was this signed with the private half of a public key that we know?"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from screenpop.intake.encodings import json_object, unbase64, unbase64url

PublicKey = ed25519.Ed25519PublicKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class NotAKey(ValueError):
    """The text is no public key of the kind that the scheme needs."""


@lru_cache(maxsize=256)
def read_public_key(text: str) -> PublicKey:
    """PEM, base64 DER, or the 32 bytes of an Ed25519 key in base64 or hex."""
    try:
        return _public_key(text.strip())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotAKey(
            "is not a valid public key. Paste it as PEM (`-----BEGIN PUBLIC"
            " KEY-----` …) or in base64."
        ) from error


def _public_key(text: str) -> PublicKey:
    if "-----BEGIN" in text:
        key = serialization.load_pem_public_key(text.replace("\\n", "\n").encode())
    else:
        raw = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text)
        if len(raw) == 32:
            return ed25519.Ed25519PublicKey.from_public_bytes(raw)
        key = serialization.load_der_public_key(raw)
    if not isinstance(key, PublicKey):
        raise ValueError(f"a key of the kind {type(key).__name__}")
    return key


def ed25519_signed(
    given: str | None, message: bytes, keys: Iterable[PublicKey]
) -> str | None:
    return _signed(given, keys, lambda key, raw: _ed25519(key, raw, message))


def rsa_sha256_signed(
    given: str | None, message: bytes, keys: Iterable[PublicKey]
) -> str | None:
    """PKCS#1 v1.5."""
    return _signed(given, keys, lambda key, raw: _rsa(key, raw, message))


def ecdsa_sha256_signed(
    given: str | None, message: bytes, keys: Iterable[PublicKey]
) -> str | None:
    """DER, or r and s side by side."""
    return _signed(given, keys, lambda key, raw: _ecdsa(key, raw, message))


def jws_detached(
    given: str | None, body: bytes, keys: Iterable[PublicKey], algorithm: str
) -> str | None:
    """A JWS (RFC 7515) whose payload is the body: `header..signature`."""
    head, _, rest = (given or "").partition(".")
    middle, _, signature = rest.partition(".")
    header = json_object(unbase64url(head))
    if header is None or header.get("alg") != algorithm:
        return f"it carries no signature of the kind {algorithm}"
    if middle:
        return "its signature is not detached"
    payload = (
        body
        if header.get("b64") is False
        else base64.urlsafe_b64encode(body).rstrip(b"=")
    )
    message = head.encode() + b"." + payload
    check = _rsa if algorithm.startswith("RS") else _ecdsa
    raw = unbase64url(signature)
    if raw is not None and any(check(key, raw, message) for key in keys):
        return None
    return "its signature does not fit its content"


def _signed(
    given: str | None,
    keys: Iterable[PublicKey],
    check: Callable[[PublicKey, bytes], bool],
) -> str | None:
    if not given:
        return "it carries no signature"
    raw = unbase64(given.strip())
    if raw is None:
        return "its signature is not base64"
    fits = [check(key, raw) for key in keys]
    return None if any(fits) else "its signature does not fit its content"


def _ed25519(key: PublicKey, signature: bytes, message: bytes) -> bool:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _rsa(key: PublicKey, signature: bytes, message: bytes) -> bool:
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _ecdsa(key: PublicKey, signature: bytes, message: bytes) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    size = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * size:
        r, s = (int.from_bytes(signature[i : i + size]) for i in (0, size))
        signature = encode_dss_signature(r, s)
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True

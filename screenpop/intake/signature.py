"""Did the telephone system itself send these bytes?

One function per scheme, each over plain values and the raw bytes, each comparing
in constant time. They answer None when the request is genuine, else why not, in
words that name no secret. Several secrets may be current while one is rotated.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from screenpop.intake import times
from screenpop.intake.encodings import unbase64

Pairs = Sequence[tuple[str, str]]
Encoding = Literal["hex", "base64", "base64_hex"]
Repeated = Literal["ordered", "sorted", "unique"]
Algorithm = Literal["sha1", "sha256", "sha384", "sha512"]


def same(given: str | bytes, expected: str | bytes) -> bool:
    """Equal, compared in constant time."""
    return hmac.compare_digest(as_bytes(given), as_bytes(expected))


def any_same(given: str | bytes, expected: Iterable[str | bytes]) -> bool:
    """One of these; all are compared, so that time does not tell which."""
    wanted, found = as_bytes(given), False
    for one in expected:
        found |= hmac.compare_digest(wanted, as_bytes(one))
    return found


def as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


# -- a shared secret as it is -------------------------------------------------


def static_header(values: Iterable[str | None], secrets: Iterable[str]) -> str | None:
    """A header, bearer token, query parameter or body field equals the secret."""
    given = [value for value in values if value]
    if not given:
        return "it carries no secret"
    secrets = tuple(secrets)
    matched = [any_same(value, secrets) for value in given]
    return None if any(matched) else "its secret is not one of the configured ones"


def bearer(authorization: str | None, secrets: Iterable[str]) -> str | None:
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer":
        return "it has no `Authorization: Bearer` header"
    return static_header((token.strip(),), secrets)


def basic(
    authorization: str | None, username: str, passwords: Iterable[str]
) -> str | None:
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return "it has no `Authorization: Basic` header"
    decoded = unbase64(token.strip())
    name, found, password = (decoded or b"").partition(b":")
    if decoded is None or not found:
        return "its Basic credentials cannot be read"
    right_name = same(name, username)
    right_password = any_same(password, passwords)
    return (
        None
        if right_name and right_password
        else "its credentials are not the configured ones"
    )


def ip_allow(remote: str | None, networks: Sequence[str]) -> str | None:
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return "the sender's address is not known"
    if any(address in ipaddress.ip_network(each, strict=False) for each in networks):
        return None
    return f"the sender's address {address} is not on the list"


# -- message authentication codes ---------------------------------------------


def encoded_mac(
    secret: str | bytes, message: bytes, algorithm: Algorithm, encoding: Encoding
) -> str:
    digest = hmac.digest(as_bytes(secret), message, algorithm)
    if encoding == "hex":
        return digest.hex()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    return base64.b64encode(digest.hex().encode()).decode()


def mac(
    given: Iterable[str],
    messages: Iterable[bytes],
    secrets: Iterable[str | bytes],
    *,
    algorithm: Algorithm,
    encoding: Encoding,
) -> str | None:
    """One of the given signatures fits one of the messages under one secret."""
    candidates = [*filter(None, map(str.strip, given))]
    if not candidates:
        return "it carries no signature"
    if encoding == "hex":
        candidates = [*map(str.lower, candidates)]
    messages, fits = tuple(messages), False
    for secret in secrets:
        for message in messages:
            expected = encoded_mac(secret, message, algorithm, encoding)
            fits |= any_same(expected, candidates)
    return None if fits else "its signature does not fit its content"


UNSIGNED = "it carries no signature"


def standard_webhooks(
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    body: bytes,
    secrets: Iterable[str],
    *,
    now_us: int,
    tolerance_s: float,
) -> str | None:
    """standardwebhooks.com: `v1,BASE64`, several divided by spaces while keys change.

    HMAC-SHA256 of `id.timestamp.body`; the key is the base64 behind `whsec_`.
    """
    given = [
        code
        for version, _, code in (s.partition(",") for s in (signatures or "").split())
        if version == "v1"
    ][:SIGNATURES_MAX]
    if not given:
        return UNSIGNED
    if not message_id:
        return "it carries no message id"
    late = in_window(timestamp, now_us, tolerance_s)
    if late is not None:
        return late
    keys = [key for secret in secrets for key in webhook_keys(secret)]
    if not keys:
        return "its key cannot be read: `whsec_` must be followed by base64"
    message = as_bytes(f"{message_id}.{timestamp}.") + body
    return mac(given, (message,), keys, algorithm="sha256", encoding="base64")


SIGNATURES_MAX = 20  # of one request


def webhook_keys(secret: str) -> list[bytes]:
    """Base64 behind `whsec_`; without that mark also the text itself."""
    text = secret.strip()
    bare = text.removeprefix("whsec_")
    padded = bare.rstrip("=")
    key = unbase64(padded + "=" * (-len(padded) % 4))
    keys = [key] if key else []
    return keys if bare != text else [*keys, text.encode()]


def in_window(timestamp: str | None, now_us: int, tolerance_s: float) -> str | None:
    """Is the signed time near enough to the time of receipt? Seconds, or ms."""
    at_s = _seconds(timestamp or "")
    if at_s is None:
        return "it carries no readable time"
    away_s = abs(now_us / 1_000_000 - at_s)
    if not away_s <= tolerance_s:  # also refuses NaN
        return (
            f"its time is {away_s:.0f} s away from this machine's, more than"
            f" {tolerance_s:.0f} s are not accepted"
        )
    return None


def _seconds(text: str) -> float | None:
    """Seconds or milliseconds since 1970, or ISO 8601 in UTC."""
    try:
        number = float(text)
    except ValueError:
        moment = times.iso(text, ZoneInfo("UTC"))
        return None if moment is None else moment.us / 1_000_000
    return number / 1000 if number > 1e11 else number


# -- a URL and sorted form fields ---------------------------------------------


def url_spellings(url: str) -> tuple[str, ...]:
    """The URL with and without its standard port, as senders spell it."""
    try:
        parts = urlsplit(url)
        port = {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:  # a sender's `Host` may hold anything
        return (url,)
    if port is None or not parts.hostname:
        return (url,)
    host = parts.netloc.rpartition("@")[2]
    bare = host.removesuffix(f":{port}")
    if ":" in bare.rpartition("]")[2]:
        return (url,)
    prefix = parts.netloc[: len(parts.netloc) - len(host)]
    rest = url[url.index(parts.netloc) + len(parts.netloc) :]
    scheme = url[: url.index(":")]
    return tuple(
        f"{scheme}://{prefix}{netloc}{rest}" for netloc in (bare, f"{bare}:{port}")
    )


def fields_in_order(pairs: Pairs, repeated: Repeated) -> str:
    """Sorted names, each followed by its value; `repeated` names by that rule."""
    named: dict[str, list[str]] = {}
    for name, value in pairs:
        named.setdefault(name, []).append(value)
    text: list[str] = []
    for name, values in sorted(named.items()):
        if repeated == "unique":
            values = sorted(set(values))
        elif repeated == "sorted":
            values.sort()
        text.extend(f"{name}{value}" for value in values)
    return "".join(text)


def url_and_fields(
    given: str | None,
    url: str,
    body: bytes,
    form: Pairs,
    secrets: Sequence[str],
    *,
    repeated: Repeated,
    algorithm: Algorithm = "sha1",
) -> str | None:
    """The URL followed by sorted form fields (Twilio, SignalWire scheme B).

    A body that is no form is covered by `bodySHA256` in the signed URL.
    """
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    wanted = query.get("bodySHA256")
    if wanted is not None:
        if not same(hashlib.sha256(body).hexdigest(), wanted.lower()):
            return "its body does not fit `bodySHA256`"
        suffixes = ["", fields_in_order(form, repeated)]
    elif body and not form:
        return "its body is not a form and `bodySHA256` is missing: nothing covers it"
    else:
        suffixes = [fields_in_order(form, repeated)]
    messages = [
        as_bytes(f"{each}{suffix}")
        for each in url_spellings(url)
        for suffix in suffixes
    ]
    return mac(
        (given or "",), messages, secrets, algorithm=algorithm, encoding="base64"
    )


def plivo_v3(
    given: str | None,
    nonce: str | None,
    method: str,
    url: str,
    form: Pairs,
    secrets: Sequence[str],
) -> str | None:
    """Plivo's V3: sorted query and fields, then the nonce; several signatures."""
    if not nonce:
        return "it carries no nonce"
    messages = [
        as_bytes(f"{_plivo_base(method, each, form)}.{nonce}")
        for each in url_spellings(url)
    ]
    return mac(
        (given or "").split(","),
        messages,
        secrets,
        algorithm="sha256",
        encoding="base64",
    )


def _plivo_base(method: str, url: str, form: Pairs) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = _sorted_query(parse_qsl(parts.query, keep_blank_values=True))
    bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if method.upper() == "GET":
        return f"{bare}?{query}" if query or form else bare
    fields = fields_in_order(form, "sorted")
    base = f"{bare}?{query}" if query or fields else bare
    return f"{base}.{fields}" if query and fields else f"{base}{fields}"


def _sorted_query(pairs: Pairs) -> str:
    ordered = sorted(pairs)
    return "&".join(f"{name}={value}" for name, value in ordered)

"""What of a request may be shown, even to an administrator?

Secrets never: neither the configured ones, however they are written (in a URL, in
JSON inside a form field, in base64), nor what a sender showed as proof, be it wrong.
Of a proof its shape is left, which is what one looks for: `t=1763715600,v1=***(64
hex)`. A number that its owner withheld goes before the request is kept at all.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from msgspec.structs import replace

from screenpop.domain.call import CallEvent
from screenpop.domain.phone import Presentation
from screenpop.intake.request import Request
from screenpop.support.numbering import read_number

MASKED = "***"
LINE_OF_SECRET_CHARS_MIN = 8  # of a key written over several lines

Headers = tuple[tuple[str, str], ...]

_PROVES = re.compile(
    r"auth|cookie|token|secret|signature|hmac|password|credential|jwt|api-?key"
    r"|-key$|-sig$|-sign$|^sign(ature)?$",
    re.I,
)
_NAME = (
    r"(?!plain)[a-z_\-]*(?:token|secret|passw(?:or)?d|api_?key|signature)|authorization"
)
_PROVES_QUERY = re.compile(rf"(?:{_NAME}|sig|sign|key|auth|pwd|hmac|jwt|hash)", re.I)
_PAIR = re.compile(r"([^&=?#]*)=([^&#]*)")
_IN_FORM = re.compile(rf"(?i)(?<![^&])({_NAME})=([^&]*)")
_IN_JSON = re.compile(  # also in JSON that is text in JSON, whose quotes are escaped
    rf'(?is)(?P<head>\\*"(?:{_NAME})\\*"\s*:\s*)(?P<quote>\\*").*?(?<!\\)(?P=quote)'
)
_IN_XML = re.compile(rf"(?i)(<({_NAME})>)[^<]*(</)")


class Mask:
    """Takes secrets out of what one line's senders sent."""

    def __init__(
        self,
        secrets: Iterable[str],
        *,
        headers: Iterable[str] = (),
        parameters: Iterable[str] = (),
    ):
        """`headers` and `parameters` carry a secret of this line by its settings."""
        forms = {form for secret in secrets for form in written_forms(secret)}
        self._headers = frozenset(name.lower() for name in headers)
        self._parameters = frozenset(parameters)
        self._known = _any_of(forms)
        self.longest = max(map(len, forms), default=0)

    def text(self, text: str) -> str:
        """Without the configured secrets."""
        return text if self._known is None else self._known.sub(MASKED, text)

    def headers(self, headers: Headers) -> list[tuple[str, str]]:
        return [(self.text(name), self._header(name, v)) for name, v in headers]

    def path(self, path: str) -> str:
        """With its query, in which proofs are masked by their names."""
        bare, mark, query = path.partition("?")
        return self.text(bare + mark) + _PAIR.sub(self._pair, query)

    def body(self, body: bytes, *, cut: bool = False) -> str:
        """`cut`: the end is missing, so a secret may begin there; that end goes."""
        text = self.text(body.decode("utf-8", "replace"))
        if cut:
            text = text[: len(text) - self.longest]
        text = _IN_JSON.sub(rf"\g<head>\g<quote>{MASKED}\g<quote>", text)
        text = _IN_XML.sub(rf"\1{MASKED}\3", text)
        return _IN_FORM.sub(rf"\1={MASKED}", text)

    def _header(self, name: str, value: str) -> str:
        if name.lower() in self._headers or _PROVES.search(name) or _is_proof(value):
            return shape(value)
        return self.text(value)

    def _pair(self, match: re.Match[str]) -> str:
        name, value = match.groups()
        proof = name in self._parameters or _PROVES_QUERY.fullmatch(name)
        shown = shape(value) if proof and value else self.text(value)
        return f"{self.text(name)}={shown}"


def _any_of(forms: set[str]) -> re.Pattern[str] | None:
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest_first))) if forms else None


# -- how a secret may be written ------------------------------------------------

_WRITE: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="/"),
    quote_plus,
    lambda text: _lower_escapes(quote(text, safe="")),
    lambda text: _lower_escapes(quote_plus(text)),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(text)[1:-1].replace("/", r"\/"),
    lambda text: html.escape(text, quote=True),
    lambda text: html.escape(text, quote=False),
)


def written_forms(secret: str) -> set[str]:
    """As it may stand in a URL, a form, JSON, XML, one in the other, or base64."""
    lines = secret.splitlines()
    long = [line for line in lines if len(line) >= LINE_OF_SECRET_CHARS_MIN]
    plain = {secret, secret.strip(), *(long if len(lines) > 1 else ())} - {""}
    plain |= {form for text in plain for form in _in_base64(text)}
    once = {write(text) for text in plain for write in _WRITE}
    return {write(text) for text in once for write in _WRITE}


def _in_base64(text: str) -> tuple[str, str]:
    data = text.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(data), base64.urlsafe_b64encode(data)
    both = [each.decode().rstrip("=") for each in encoded]
    return both[0], both[1]


def _lower_escapes(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text)


# -- the shape of a proof ---------------------------------------------------------

_SCHEMES = frozenset({"basic", "bearer", "digest", "hmac", "token", "application"})
_PART = re.compile(
    r"(?:(?P<name>[A-Za-z0-9_]{1,12})=(?![=,;\s]|$))?(?P<value>[^,;\s]+)"
)
_TIMES = frozenset({"t", "ts", "timestamp"})
_NAMES = _TIMES | {"v0", "v1", "v2", "sha1", "sha256", "sha512", "sig", "signature"}


def shape(value: str) -> str:
    """What a proof looks like, without what it says."""
    scheme, space, rest = value.partition(" ")
    if space and scheme.lower() in _SCHEMES:
        return f"{scheme} {shape(rest)}"
    return _PART.sub(_part, value)


def _part(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    if name is None or name.lower() not in _NAMES:
        return _described(match[0])
    if name.lower() in _TIMES and value.isascii() and value.isdigit():
        return match[0]
    return f"{name}={_described(value)}"


def _described(value: str) -> str:
    if _is_jwt(value):
        return f"{MASKED}(JWT, {len(value)})"
    if re.fullmatch("[0-9a-fA-F]{16,}", value):
        return f"{MASKED}({len(value)} hex)"
    return f"{MASKED}({len(value)})"


def _is_proof(value: str) -> bool:
    return value[:7].lower() in ("bearer ", "digest ") or (
        value[:6].lower() == "basic " or _is_jwt(value)
    )


def _is_jwt(value: str) -> bool:
    return value.startswith("eyJ") and value.count(".") == 2


# -- numbers that were withheld -----------------------------------------------------

_NUMBER = re.compile(
    r"(?:(?<![0-9A-Za-z_%])|(?<=%[0-9A-Fa-f]{2})|(?<=%252[Bb])|(?<=\\u002[Bb]))"
    r"(?!\d{4}-\d\d-\d\d)"
    r"[0-9](?:[ ().\-/\u00a0]{0,2}[0-9]){6,14}(?![0-9A-Za-z_])"
)
NEAR_S = 2 * 86_400  # digits that tell a moment this near are a time, no number
_SAME_DIGITS = 7


def without_numbers(request: Request, events: Iterable[CallEvent]) -> Request:
    """The request without any number but those that the events show.

    The number may stand in a field that the dialect never reads, so it is not
    enough to take out the one that it knows.
    """
    hide = number_hider(events, request.received_us)
    body = request.body.decode("utf-8", "surrogateescape")
    return replace(
        request,
        path=hide(request.path),
        headers=tuple((name, hide(value)) for name, value in request.headers),
        body=_body_without(body, hide).encode("utf-8", "surrogateescape"),
    )


def number_hider(events: Iterable[CallEvent], received_us: int) -> Callable[[str], str]:
    """Masks every number in a text but those that the events show."""
    shown = [text for event in events for text in _shown(event)]
    digits = [found for text in shown if len(found := _digits(text)) >= _SAME_DIGITS]

    def hidden(match: re.Match[str]) -> str:
        text, plain = match[0], _digits(match[0])
        same = any(_same(plain, known) for known in digits)
        named = any(text in known for known in shown)
        if same or named or _is_time(plain, received_us) or _is_word(plain):
            return text
        return "0" if _unquoted(match) else MASKED

    return lambda text: _NUMBER.sub(hidden, text)


def _unquoted(match: re.Match[str]) -> bool:
    """A number in JSON: what stands in its place must be one, too."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return before.rstrip()[-1:] in (":", "[") and after.lstrip()[:1] in (",", "}", "]")


def _shown(event: CallEvent) -> Iterable[str]:
    named = (
        event.dialled, event.call_id, event.leg_id, event.related_call_id,
        event.event_id, event.queue, event.from_agent, event.target, *event.agents,
    )  # fmt: skip
    return [str(text) for text in named if text]


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _same(one: str, other: str) -> bool:
    """The same number, written nationally or with its country code."""
    shorter, longer = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return len(shorter) >= _SAME_DIGITS and longer.endswith(shorter)


def _is_time(digits: str, received_us: int) -> bool:
    unit_us = {10: 1_000_000, 13: 1_000}.get(len(digits))
    if unit_us is None:
        return False
    return abs(int(digits) * unit_us - received_us) < NEAR_S * 1_000_000


def _is_word(digits: str) -> bool:
    """ANONYMOUS and its like, spelt on a keypad: no secret, and what withheld means."""
    reading = read_number(f"+{digits}", country=None)
    return reading.presentation is not Presentation.ALLOWED


def _body_without(body: str, hide: Callable[[str], str]) -> str:
    """Also in a JWT, whose signature then goes: it no longer fits."""
    if not _is_jwt(body.strip()):
        return hide(body)
    head, payload, _ = body.strip().split(".")
    try:
        claims = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    except (binascii.Error, ValueError):
        return MASKED
    masked = base64.urlsafe_b64encode(hide(claims).encode()).decode().rstrip("=")
    return f"{head}.{masked}.{MASKED}"

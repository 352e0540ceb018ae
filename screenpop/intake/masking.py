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
from functools import cache
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
_PIECE = re.compile(r"[^&#]+")
_IN_FORM = re.compile(rf"(?i)(?<![^&])({_NAME})=([^&]*)")
# Every repetition on this page has a bound or ends where the next may begin: what
# strangers send is read in linear time (tests/unit/test_linear_time.py).
_ESCAPES = r"\\{0,63}"  # of a quote: JSON that is text in JSON, six times over
_NAME_IN_JSON = re.compile(
    rf'(?i)"(?:{_NAME}){_ESCAPES}"\s{{0,64}}:\s{{0,64}}({_ESCAPES})"'
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
        return self.text(bare + mark) + _PIECE.sub(self._piece, query)

    def body(self, body: bytes, *, cut: bool = False) -> str:
        """`cut`: the end is missing, so a secret may begin there; that end goes."""
        text = self.text(body.decode("utf-8", "replace"))
        if cut:
            text = text[: len(text) - self.longest]
        text = _without_proofs_in_json(text)
        text = _IN_XML.sub(rf"\1{MASKED}\3", text)
        return _IN_FORM.sub(rf"\1={MASKED}", text)

    def _header(self, name: str, value: str) -> str:
        if name.lower() in self._headers or _PROVES.search(name) or _is_proof(value):
            return shape(value)
        return self.text(value)

    def _piece(self, match: re.Match[str]) -> str:
        """`name=value` of a query; what has no `=` is text."""
        written, equals, value = match[0].partition("=")
        name = written.rpartition("?")[2]
        if not equals:
            return self.text(written)
        proof = name in self._parameters or _PROVES_QUERY.fullmatch(name)
        shown = shape(value) if proof and value else self.text(value)
        return f"{self.text(written)}={shown}"


def _without_proofs_in_json(text: str) -> str:
    """Values of names that prove; one whose end is missing goes to the end."""
    parts: list[str] = []
    place = 0
    while (found := _NAME_IN_JSON.search(text, place)) is not None:
        end = _end_of_value(text, found.end(), f'{found[1]}"')
        parts += (text[place : found.end()], MASKED)
        place = end
    return "".join([*parts, text[place:]])


def _end_of_value(text: str, start: int, quote: str) -> int:
    """Where the quote is that ends a value: the same, with no more escapes."""
    place = text.find(quote, start)
    while place > start and text[place - 1] == "\\":
        place = text.find(quote, place + 1)
    return place if place >= 0 else len(text)


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
    start = 0
    while (space := value.find(" ", start)) >= 0:
        if value[start:space].lower() not in _SCHEMES:
            break
        start = space + 1
    return value[:start] + _PART.sub(_part, value[start:])


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
_NEAR = 64  # characters around a number that are looked at


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
    known = _by_end(filter(None, map(_digits, shown)))
    everything = "\n".join(shown)

    @cache  # lives as long as this one request is read
    def may_stay(text: str) -> bool:
        plain = _digits(text)
        return (
            any(_same(plain, other) for other in known.get(_end(plain), ()))
            or text in everything
            or _is_time(plain, received_us)
            or _is_word(plain)
        )

    def hidden(match: re.Match[str]) -> str:
        if may_stay(match[0]):
            return match[0]
        return "0" if _unquoted(match) else MASKED

    return lambda text: _NUMBER.sub(hidden, text)


def _unquoted(match: re.Match[str]) -> bool:
    """A number in JSON: what stands in its place must be one, too."""
    start, end = match.span()
    before = match.string[max(0, start - _NEAR) : start]
    after = match.string[end : end + _NEAR]
    return before.rstrip()[-1:] in (":", "[") and after.lstrip()[:1] in (",", "}", "]")


def _shown(event: CallEvent) -> Iterable[str]:
    named = (
        event.dialled, event.call_id, event.leg_id, event.related_call_id,
        event.event_id, event.queue, event.from_agent, event.target, *event.agents,
    )  # fmt: skip
    return [str(text) for text in named if text]


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _end(digits: str) -> str:
    """What two writings of one number have in common at least."""
    return digits.lstrip("0")[-_SAME_DIGITS:]


def _by_end(numbers: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for digits in numbers:
        if len(digits) >= _SAME_DIGITS:
            found.setdefault(_end(digits), set()).add(digits)
    return found


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

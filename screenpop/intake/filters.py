"""What can a dialect do to a value: cut it, read it, convert it?

Each entry of `FILTERS` is a filter's name and what makes it from its arguments.
A filter gets null for null (but `default`), and answers null for what it cannot
read: a payload never makes one fail.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from screenpop.intake import times
from screenpop.intake.arithmetic import arithmetic, epoch_filter, exactly
from screenpop.intake.encodings import component_encoded
from screenpop.intake.expression import (
    ExpressionScope,
    Filter,
    FilterFactory,
    Getter,
    alike,
    empty,
    listed,
)
from screenpop.intake.signature import encoded_mac
from screenpop.support.comparing import as_text as as_text

TEXT_CHARS_MAX = 8192  # longer text is cut before a filter looks at it


def _text_filter(change: Callable[[str], object]) -> FilterFactory:
    def factory(arguments: list[Getter]) -> Filter:
        if arguments:
            raise ValueError("takes no argument.")

        def apply(value: object, scope: ExpressionScope) -> object:
            text = as_text(value)
            return None if text is None else change(text[:TEXT_CHARS_MAX])

        return apply

    return factory


def _text_argument_filter(change: Callable[[str, str], object]) -> FilterFactory:
    def factory(arguments: list[Getter]) -> Filter:
        (argument,) = exactly(arguments, 1)

        def apply(value: object, scope: ExpressionScope) -> object:
            text, given = as_text(value), as_text(argument(scope))
            if text is None or given is None:
                return None
            return change(text[:TEXT_CHARS_MAX], given)

        return apply

    return factory


def _fixed(getter: Getter) -> object:
    """The value of an argument that must be a constant."""
    try:
        return getter(None)  # type: ignore[arg-type]
    except AttributeError:
        raise ValueError("takes a constant, not a path.") from None


# -- text ----------------------------------------------------------------------


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0]


def _after(text: str, mark: str) -> str | None:
    _, found, rest = text.partition(mark)
    return rest if found else None


def _without(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


def _sip_user(text: str) -> str | None:
    """`sip:lena@host;x` and `client:lena` are `lena`; other text is itself."""
    bare = text.strip()
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1]
    for prefix in ("sips:", "sip:", "client:", "user:", "tel:"):
        if bare.lower().startswith(prefix):
            return bare[len(prefix) :].partition("@")[0].partition(";")[0] or None
    return bare or None


def _split(arguments: list[Getter]) -> Filter:
    separator, index = (_fixed(each) for each in exactly(arguments, 2))
    if not isinstance(separator, str) or not separator or not isinstance(index, int):
        raise ValueError("takes a text and a whole number.")

    def apply(value: object, scope: ExpressionScope) -> object:
        text = as_text(value)
        parts = [] if text is None else text[:TEXT_CHARS_MAX].split(separator)
        return parts[index] if -len(parts) <= index < len(parts) else None

    return apply


def _match(arguments: list[Getter]) -> Filter:
    pattern = _fixed(exactly(arguments, 1)[0])
    if not isinstance(pattern, str):
        raise ValueError("takes a pattern in quotes.")
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"`{pattern}` is not a valid pattern: {error}.") from error

    def apply(value: object, scope: ExpressionScope) -> object:
        found = compiled.search((as_text(value) or "")[:512])
        return None if found is None else found[1 if compiled.groups else 0]

    return apply


def _join(arguments: list[Getter]) -> Filter:
    separator = as_text(_fixed(exactly(arguments, 1)[0])) or ""

    def apply(value: object, scope: ExpressionScope) -> object:
        if not isinstance(value, list):
            return as_text(value)
        texts = [text for each in value if (text := as_text(each)) is not None]
        return separator.join(texts) or None

    return apply


# -- choosing ------------------------------------------------------------------


def _last(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)
    return lambda value, scope: _at(value, -1)


def _first(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)
    return lambda value, scope: _at(value, 0)


def _at(value: object, index: int) -> object:
    if not isinstance(value, list):
        return value
    return value[index] if value else None


def _null_if(arguments: list[Getter]) -> Filter:
    unwanted = [_fixed(each) for each in arguments]
    return lambda value, scope: (
        None if any(alike(value, each) for each in unwanted) else value
    )


def _default(arguments: list[Getter]) -> Filter:
    (other,) = exactly(arguments, 1)
    return lambda value, scope: other(scope) if empty(value) else value


def _keys(arguments: list[Getter]) -> Filter:
    """The names in a mapping: for events whose kind is the object's only key."""
    exactly(arguments, 0)
    return lambda value, scope: list(value) if isinstance(value, dict) else None


def _values(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)
    return lambda value, scope: (
        list(value.values()) if isinstance(value, dict) else None
    )


def _id(arguments: list[Getter]) -> Filter:
    """An identifier as text; the junk that some systems put there is nothing."""
    exactly(arguments, 0)

    def apply(value: object, scope: ExpressionScope) -> object:
        text = (as_text(value) or "").strip()
        return None if text.lower() in ("", "0", "null", "none", "undefined") else text

    return apply


def _nested_json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _base64_text(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


# -- numbers, times, codes -----------------------------------------------------


def _phone(arguments: list[Getter]) -> Filter:
    """E.164 where it can be known, else an extension, else the text as sent."""
    exactly(arguments, 0)

    def apply(value: object, scope: ExpressionScope) -> object:
        text = as_text(value)
        return None if text is None else scope.facts.line.number(text).text

    return apply


def _integer(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)

    def apply(value: object, scope: ExpressionScope) -> object:
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return value
        text = (as_text(value) or "").strip()
        digits = text.removeprefix("-")
        return int(text) if digits.isdecimal() and len(digits) <= 30 else None

    return apply


def _iso(arguments: list[Getter]) -> Filter:
    """ISO 8601; without an offset it is UTC."""
    exactly(arguments, 0)
    return lambda value, scope: times.iso(value, UTC)


UTC = ZoneInfo("UTC")


def _local(arguments: list[Getter]) -> Filter:
    """ISO 8601 or `YYYY-MM-DD HH:MM:SS`; without an offset of the line's zone."""
    if not arguments:
        return lambda value, scope: times.iso(value, scope.facts.line.zone)
    name = _fixed(exactly(arguments, 1)[0])
    try:
        zone = ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"`{name}` is not a valid time zone.") from error
    return lambda value, scope: times.iso(value, zone)


def _rfc2822(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)
    return lambda value, scope: times.rfc2822(value)


def _append(arguments: list[Getter]) -> Filter:
    """Further texts behind this one; null when one of them is."""

    def apply(value: object, scope: ExpressionScope) -> object:
        texts = [as_text(value), *(as_text(each(scope)) for each in arguments)]
        known = [text for text in texts if text is not None]
        return "".join(known) if len(known) == len(texts) else None

    return apply


def _pairs(arguments: list[Getter]) -> Filter:
    """A list of `{name: …, value: …}` as a mapping; the first of a name counts."""
    name, content = (_fixed(each) for each in exactly(arguments, 2))
    if not isinstance(name, str) or not isinstance(content, str):
        raise ValueError("takes two names in quotes.")

    def apply(value: object, scope: ExpressionScope) -> object:
        found: dict[str, object] = {}
        for each in listed(value) or []:
            if isinstance(each, dict) and (key := as_text(each.get(name))):
                found.setdefault(key, each.get(content))
        return found or None

    return apply


def _seconds(arguments: list[Getter]) -> Filter:
    exactly(arguments, 0)

    def apply(value: object, scope: ExpressionScope) -> object:
        us = times.duration_us(value)
        return None if us is None else us // 1_000_000

    return apply


def _call_of_leg(arguments: list[Getter]) -> Filter:
    """The call in which this line last named that leg; null when it never did."""
    exactly(arguments, 0)
    return lambda value, scope: scope.facts.call_of_leg(as_text(value) or "")


def _hmac_sha256(arguments: list[Getter]) -> Filter:
    """Hex HMAC-SHA256 under a setting: for the answer to a challenge."""
    (secret,) = exactly(arguments, 1)

    def apply(value: object, scope: ExpressionScope) -> object:
        text, key = as_text(value), as_text(secret(scope))
        if text is None or key is None:
            return None
        return encoded_mac(key, text.encode(), "sha256", "hex")

    return apply


FILTERS: Mapping[str, FilterFactory] = {
    "append": _append,
    "after": _text_argument_filter(_after),
    "base64_text": _text_filter(_base64_text),
    "before": _text_argument_filter(_before),
    "call_of_leg": _call_of_leg,
    "default": _default,
    "divided_by": arithmetic(lambda a, b: Fraction(a) / b if b else None),
    "dotnet_ticks": epoch_filter(10_000_000, times.DOTNET_S),
    "epoch_ms": epoch_filter(1000),
    "epoch_ns": epoch_filter(1_000_000_000),
    "epoch_s": epoch_filter(1),
    "epoch_us": epoch_filter(1_000_000),
    "filetime": epoch_filter(10_000_000, times.FILETIME_S),
    "first": _first,
    "gregorian_s": epoch_filter(1, times.GREGORIAN_S),
    "hmac_sha256": _hmac_sha256,
    "id": _id,
    "integer": _integer,
    "iso": _iso,
    "join": _join,
    "json": _text_filter(_nested_json),
    "keys": _keys,
    "last": _last,
    "local": _local,
    "lower": _text_filter(str.lower),
    "match": _match,
    "minus": arithmetic(lambda a, b: a - b, on_times=-1),
    "ntp_s": epoch_filter(1, times.NTP_S),
    "null_if": _null_if,
    "pairs": _pairs,
    "phone": _phone,
    "plus": arithmetic(lambda a, b: a + b, on_times=1),
    "rfc2822": _rfc2822,
    "seconds": _seconds,
    "sip_user": _text_filter(_sip_user),
    "split": _split,
    "text": _text_filter(lambda text: text),
    "times": arithmetic(lambda a, b: a * b),
    "trim": _text_filter(str.strip),
    "upper": _text_filter(str.upper),
    "url_component": _text_filter(component_encoded),
    "values": _values,
    "without": _text_argument_filter(_without),
}

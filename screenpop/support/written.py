"""What does a value mean that a source wrote in its own way?

Pure. Sources write the same thing in many ways: `t`, `J`, -1 for yes; `1.234,50` for
an amount; `0000-00-00` for no date. What is ambiguous raises ValueError: read as one of
its meanings it would mislead.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from screenpop.domain.profile import Scalar

TRUE = frozenset(
    {"true", "t", "yes", "y", "1", "-1", "on", "x", "ja", "j", "wahr", "oui", "o",
     "vrai", "si", "sí", "s", "sim", "tak", "ano", "igen"}
)  # fmt: skip
FALSE = frozenset(
    {"false", "f", "no", "n", "0", "off", "nein", "falsch", "non", "faux", "não",
     "nie", "ne", "nem"}
)  # fmt: skip
NO_DATE = ("0000-00-00", "0001-01-01", "00000000")
"""How databases and services write that there is no date."""
AMOUNT_CHARS_MAX = 60

_UNSIGNED = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(\.\d*)?[eE][+-]?\d{1,3}\Z", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[.,'’ ])\d{3}(?:(?P=mark)\d{3})*\Z")
_DOTTED = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}:\d\d(?::\d\d)?))?\Z"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_ODATA = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/\Z")
_COMPACT = re.compile(r"\d{8}\Z")
_SHORT_OFFSET = re.compile(r"([+-]\d\d)\Z")


def flag(value: Scalar) -> Scalar:
    """True or false; raises ValueError for what is neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = str(value).strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    if not word:
        return None
    raise ValueError("neither yes nor no")


def sign_and_digits(text: str) -> tuple[bool | None, str]:
    """`-5`, `5-`, `(5)`, `−5`; None: more than one of them."""
    text = text.replace("\u2212", "-").strip()
    if text.startswith("(") and text.endswith(")"):
        inner = text[1:-1].strip()
        return (None if inner[:1] in "+-" else True), inner
    if text.endswith("-"):
        inner = text[:-1].strip()
        return (None if inner[:1] in "+-" else True), inner
    if text[:1] in ("-", "+"):
        return text[0] == "-", text[1:].strip()
    return False, text


def plain_number(text: str) -> str:
    """`1.234,50`, `1,234.50`, `1 234,5`, `1'234`; `1,234` alone may be either."""
    if _UNSIGNED.match(text):
        return text
    if _SCIENTIFIC.match(text):
        return _scientific(text)
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        whole, fraction = text[: max(comma, dot)], text[max(comma, dot) + 1 :]
        return _joined(whole, fraction)
    if comma >= 0:
        whole, fraction = text[:comma], text[comma + 1 :]
        if "," in whole:
            return _joined(text, "")
        if len(fraction) == 3 and whole.isdigit() and whole.lstrip("0"):
            raise ValueError("thousands or a fraction?")
        return _joined(whole, fraction)
    if dot >= 0 and text.count(".") == 1:
        return _joined(text[:dot], text[dot + 1 :])
    return _joined(text, "")


def _joined(whole: str, fraction: str) -> str:
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        raise ValueError("not a number")
    if not (whole.isascii() and whole.isdigit()):
        if not _GROUPED.match(whole):
            raise ValueError("not a number")
        whole = re.sub(r"\D", "", whole)
    return f"{whole}.{fraction}" if fraction else whole


def _scientific(text: str) -> str:
    number = Decimal(text)
    if abs(number.adjusted()) > AMOUNT_CHARS_MAX:
        raise ValueError("not a number")
    return format(number, "f")


def day(value: Scalar) -> Scalar:
    """`2026-11-21`, or a moment that begins so; raises ValueError."""
    text = str(value).strip()
    if not text or _is_no_date(text):
        return None
    if _COMPACT.match(text):
        return datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007
    if (found := _SLASHED.match(text)) is not None:
        return _slashed(*map(int, found.groups()))
    return moment(value)


def _slashed(first: int, second: int, year: int) -> str:
    """Day and month change places by country: only what can be one date is one."""
    if first > 12 or first == second:
        return date(year, second, first).isoformat()
    if second > 12:
        return date(year, first, second).isoformat()
    raise ValueError("day or month first?")


def moment(value: Scalar) -> Scalar:
    """ISO 8601; raises ValueError. A zone that is not given is not made up."""
    if not isinstance(value, str):
        raise ValueError("not a moment")
    text = value.strip()
    if not text or _is_no_date(text):
        return None
    if (found := _ODATA.match(text)) is not None:
        return _from_epoch_ms(int(found.group(1)))
    if (found := _DOTTED.match(text)) is not None:
        at_day, month, year, time = found.groups()
        made = date(int(year), int(month), int(at_day)).isoformat()
        return f"{made}T{time.zfill(5)}" if time else made
    if len(text) < 10 or text[4] != "-":
        raise ValueError("not a date")
    date.fromisoformat(text[:10])
    if len(text) == 10:
        return value if text == value else text
    whole = _SHORT_OFFSET.sub(r"\1:00", text) if len(text) > 13 else text
    if text[10] not in "T " or not _is_moment(whole):
        raise ValueError("not a moment")
    return value if whole == value else whole


def _is_moment(iso: str) -> bool:
    return datetime.fromisoformat(iso).year > 0


def _is_no_date(text: str) -> bool:
    if not text.startswith(NO_DATE):
        return False
    rest = re.sub(r"[T :.0Z+-]", "", text[10:] if "-" in text else "")
    return not rest


def _from_epoch_ms(at_ms: int) -> str:
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("not a moment") from error
    if at.year == 1:
        return ""
    return at.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")

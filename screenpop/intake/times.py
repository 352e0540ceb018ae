"""When does this text say that it happened?

Every reader answers a `Moment` or None: a time that cannot be read, or that no
call of ours can have (the year 1970 stands for "none" in several systems), is
not told.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import msgspec

EARLIEST_US = 946_684_800_000_000  # 2000-01-01
LATEST_US = 4_102_444_800_000_000  # 2100-01-01

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?(?:\[[\w/+-]+\])?"
)
_DURATION = re.compile(r"(?:(?:(\d{1,5}):)?(\d{1,5}):)?(\d{1,9})(?:\.(\d{1,6}))?")


class Moment(msgspec.Struct, frozen=True, gc=False):
    """Microseconds since 1970 UTC, and how many digits the sender gave of them."""

    us: int
    digits: int = 0

    def plus(self, us: int) -> Moment:
        return Moment(self.us + us, self.digits)


def _plausible(us: int, digits: int) -> Moment | None:
    return Moment(us, digits) if EARLIEST_US <= us < LATEST_US else None


def epoch(value: object, per_second: int, since_s: int = 0) -> Moment | None:
    """A count of units of which `per_second` make a second.

    It counts from 1970, or from `since_s` seconds after it (before it, if negative).
    """
    number = _number(value)
    if number is None:
        return None
    digits = {1: 0, 1000: 3}.get(per_second, 6)
    if isinstance(number, float) and not number.is_integer():
        us, digits = round(number * 1_000_000 / per_second), max(digits, 3)
    else:
        us = int(number) * 1_000_000 // per_second
    return _plausible(us + since_s * 1_000_000, digits)


GREGORIAN_S = -62_167_219_200  # the year 0, as Erlang counts
FILETIME_S = -11_644_473_600  # 1601, as Windows counts
DOTNET_S = -62_135_596_800  # the year 1, as .NET counts
NTP_S = -2_208_988_800  # 1900


def _number(value: object) -> int | float | None:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > 32:
            return None
        try:
            return int(text) if text.isdecimal() else _finite(float(text))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) else _finite(value)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) and abs(number) < 1e18 else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def iso(value: object, zone: ZoneInfo) -> Moment | None:
    """ISO 8601 with any usual offset; without one it is a time of `zone`."""
    if not isinstance(value, str):
        return None
    return rfc3339(value) or _iso(value, zone)


def rfc3339(text: str) -> Moment | None:
    """The usual form, read several times as fast; None: have a closer look."""
    digits = len(text) - 21 if text[19:20] == "." else 0
    if len(text) != (21 + digits if digits else 20):
        return None
    if text[10] != "T" or text[-1] != "Z":
        return None
    try:
        us = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except ValueError:
        return None
    if not EARLIEST_US <= us < LATEST_US:
        return None
    return Moment(us, 0 if not digits else 3 if digits <= 3 else 6)


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    if (found := _ISO.fullmatch(text.strip())) is None:
        return None
    year, month, day, hour, minute = (int(found[i]) for i in range(1, 6))
    fraction = found[7] or ""
    try:
        local = datetime(
            year, month, day, hour, minute, int(found[6] or 0), tzinfo=UTC
        ).replace(tzinfo=_offset(found[8]) or zone)
        seconds = int(local.timestamp())
    except (ValueError, OverflowError):
        return None
    us = seconds * 1_000_000 + int(f"{fraction[:6]:0<6}")
    return _plausible(us, 0 if not fraction else 3 if len(fraction) <= 3 else 6)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "z"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:] if len(text) > 3 else 0)
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def rfc2822(value: object) -> Moment | None:
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    try:
        return _plausible(int(at.timestamp()) * 1_000_000, 0)
    except (ValueError, OverflowError):
        return None


def duration_us(value: object) -> int | None:
    """`hh:mm:ss`, `mm:ss` or seconds, as text or number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value * 1_000_000) if 0 <= value < 1e9 else None
    if not isinstance(value, str):
        return None
    found = _DURATION.fullmatch(value.strip())
    if found is None:
        return None
    hours, minutes, seconds = (int(found[i] or 0) for i in (1, 2, 3))
    fraction = int(f"{found[4] or '':0<6}")
    return (hours * 3600 + minutes * 60 + seconds) * 1_000_000 + fraction

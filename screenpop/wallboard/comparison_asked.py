"""Which figure or list of another tool is to be compared with which own calls?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

import msgspec

from screenpop.domain.errors import BadInput
from screenpop.wallboard.comparing import Given
from screenpop.wallboard.counting_ways import CountedRange
from screenpop.wallboard.list_differences import EXAMPLES
from screenpop.wallboard.matching import WITHIN_S

DECIMALS_MAX = 9
VALUE_CHARS_MAX = 20
SHOWN_CHARS = 100


class ComparisonAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, a list or both, of one queue, of one team or of all calls.

    Times without a zone are in the centre's.

    `file` is what errors of the list name; `columns` are headers named outright.
    """

    begin: datetime
    end: datetime
    queue: str | None = None
    team: str | None = None
    figure: Given | None = None
    calls_csv: bytes | None = None
    file: str = "calls_csv"
    columns: Mapping[str, str] = {}
    within_s: float = WITHIN_S
    examples: int = EXAMPLES

    def ranges(self, zone: tzinfo) -> list[CountedRange]:
        """The one asked for; then the same clock times in UTC, where these differ."""
        own = CountedRange(from_us=us(self.begin, zone), to_us=us(self.end, zone))
        utc = CountedRange(
            from_us=us(self.begin, UTC), to_us=us(self.end, UTC), words="range in UTC"
        )
        is_same = (utc.from_us, utc.to_us) == (own.from_us, own.to_us)
        return [own] if is_same else [own, utc]


def us(at: datetime, zone: tzinfo) -> int:
    """In that zone, unless the time names its own."""
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()) * 1_000_000


def figure_given(text: str, name: str) -> Given:
    """`NUMBER=VALUE`, with as many decimals as it is written with.

    Raises `BadInput`.
    """
    number, _, written = text.partition("=")
    whole, _, decimals = written.partition(".")
    digits = whole + decimals
    is_number = whole and digits.isascii() and digits.isdigit()
    if not (number and is_number and len(written) <= VALUE_CHARS_MAX):
        raise BadInput(
            f"{name}: {text[:SHOWN_CHARS]!r} is not a number with its value.",
            code="bad_query",
            remedy="Write NUMBER=VALUE, e.g. service_level=0.78.",
        )
    return Given(
        number=number, value=float(written), decimals=min(len(decimals), DECIMALS_MAX)
    )


def range_given(from_: str, to: str, prefix: str = "") -> tuple[datetime, datetime]:
    """`prefix` stands before the names of the options in errors. Raises `BadInput`."""
    begin, end = _moment(from_, f"{prefix}from"), _moment(to, f"{prefix}to")
    if us(begin, UTC) >= us(end, UTC):
        raise BadInput(
            f"{prefix}to: {to} is not after {prefix}from {from_}.",
            code="bad_query",
            remedy=f"{prefix}to is the day or time after the last.",
        )
    return begin, end


def _moment(text: str, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at.astimezone(UTC)  # a year that no clock has
        return at
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{name}: {text[:SHOWN_CHARS]!r} is not a date or time.",
            code="bad_query",
            remedy="Write YYYY-MM-DD or YYYY-MM-DDTHH:MM.",
        ) from error

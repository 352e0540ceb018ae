"""What can an expression do besides what JMESPath can?

Services split a telephone number into parts, count money in cents and time in
milliseconds. These functions put that right without rounding: an amount stays exact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import jmespath

from screenpop.support.written import moment

WITHOUT_DIGITS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
     "VND", "VUV", "XAF", "XOF", "XPF"}
)  # fmt: skip
WITH_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
MINOR_DIGITS = {**dict.fromkeys(WITHOUT_DIGITS, 0), **dict.fromkeys(WITH_THREE, 3)}
"""Digits behind the point of a currency (ISO 4217), where they are not two."""
MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138
MOMENT_MAX_S = 253_402_300_799  # the end of the year 9999
_AMOUNT = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z", re.ASCII)


class ExactFloat(float):
    """A number with a fraction that remembers how it was written: money."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number


ExactFloat.__name__ = "float"  # JMESPath knows numbers by their type's name


class AnswerFunctions(jmespath.functions.Functions):  # type: ignore[misc]
    """The functions that docs/connectors/http_json.md lists."""

    @jmespath.functions.signature({"types": ["array", "null"]})  # type: ignore[untyped-decorator]
    def _func_words(self, parts: Sequence[object] | None) -> str | None:
        """The texts that are there, with blanks between them; null if there is none."""
        return _joined(parts, " ")

    @jmespath.functions.signature({"types": ["array", "null"]})  # type: ignore[untyped-decorator]
    def _func_numbers(self, parts: Sequence[object] | None) -> str | None:
        """Several telephone numbers as one field; null if there is none."""
        return _joined(parts, " ; ")

    @jmespath.functions.signature({"types": ["array", "null"]})  # type: ignore[untyped-decorator]
    def _func_total(self, amounts: Sequence[object] | None) -> ExactFloat | None:
        """The sum, without rounding; what is not an amount makes it null."""
        found = [_decimal(amount) for amount in amounts or () if amount is not None]
        known = [amount for amount in found if amount is not None]
        if not known or len(known) < len(found):
            return None
        return ExactFloat(format(sum(known, Decimal(0)), "f"))

    @jmespath.functions.signature({"types": []}, {"types": ["string", "null"]})  # type: ignore[untyped-decorator]
    def _func_minor_units(
        self, amount: object, currency: str | None
    ) -> ExactFloat | None:
        """1250 and `eur` are 12.50, 1250 and `jpy` are 1250."""
        whole = _decimal(amount)
        if whole is None:
            return None
        digits = MINOR_DIGITS.get((currency or "").strip().upper(), 2)
        return ExactFloat(format(whole.scaleb(-digits), "f"))

    @jmespath.functions.signature(  # type: ignore[untyped-decorator]
        {"types": ["string", "null"]},
        {"types": ["string", "null"]},
        {"types": ["string", "null"]},
    )
    def _func_phone(
        self, country: str | None, area: str | None, number: str | None
    ) -> str | None:
        """A number kept in parts: `1`, `(626)`, `847-1294` are `+1 (626) 847-1294`."""
        if not (number or "").strip():
            return None
        code = (country or "").strip().lstrip("+").removeprefix("00")
        return _joined([f"+{code}" if code else None, area, number], " ")

    @jmespath.functions.signature(  # type: ignore[untyped-decorator]
        {"types": ["number", "null"]},
        {"types": ["number", "null"]},
        {"types": ["number", "null"]},
    )
    def _func_ymd(
        self, year: float | None, month: float | None, day: float | None
    ) -> str | None:
        """A date kept in parts, as `2026-11-01`; null if there is none."""
        try:
            return date(int(year or 0), int(month or 0), int(day or 0)).isoformat()
        except (ValueError, OverflowError):
            return None

    @jmespath.functions.signature({"types": ["string", "null"]})  # type: ignore[untyped-decorator]
    def _func_upper(self, text: str | None) -> str | None:
        """In capital letters: `eur` is `EUR`."""
        return None if text is None else text.upper()

    @jmespath.functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_utc(self, value: object) -> str | None:
        """A moment as `2026-11-20T10:00:00Z`, for services that take no other form."""
        if not isinstance(value, str):
            at_epoch: str | None = self._func_epoch(value)
            return at_epoch
        try:
            at = datetime.fromisoformat(str(moment(value) or ""))
        except ValueError:
            return None
        known = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        text = known.astimezone(UTC).isoformat(timespec="seconds")
        return text.replace("+00:00", "Z")

    @jmespath.functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_epoch(self, value: object) -> str | None:
        """Seconds or milliseconds since 1970 as a moment; 0 and null are none."""
        at = _decimal(value)
        if not at:
            return None
        seconds = at / 1000 if abs(at) >= MILLISECONDS_FROM else at
        if abs(seconds) > MOMENT_MAX_S:
            return None
        found = datetime.fromtimestamp(float(seconds), UTC)
        return found.isoformat(timespec="seconds").replace("+00:00", "Z")


FUNCTION_NAMES = frozenset(AnswerFunctions.FUNCTION_TABLE)
OPTIONS = jmespath.Options(custom_functions=AnswerFunctions())


def _joined(parts: Sequence[object] | None, between: str) -> str | None:
    texts = [str(part).strip() for part in parts or () if _is_text(part)]
    return between.join(texts) or None


def _is_text(part: object) -> bool:
    return isinstance(part, str | int) and not isinstance(part, bool) and part != ""


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value.text if isinstance(value, ExactFloat) else str(value).strip()
    return Decimal(text) if _AMOUNT.match(text) else None

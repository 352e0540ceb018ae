"""Who calls whom, in E.164, and what may a lookup be told about it?

The only place where raw digits become numbers. A withheld or unknown number
leaves here without digits, so nothing behind can look it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers

from screenpop.connector import Scalar
from screenpop.domain.call import Call, CallEvent, Direction, is_extension
from screenpop.domain.phone import E164, Ani, Dnis, Parties, Presentation, is_erased
from screenpop.support.numbering import describe, read_number
from screenpop.support.spellings import also

CACHE_ENTRIES = 50_000
MINUTE_US = 60_000_000


class NumberingPlan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a line's numbers are to be read and shown."""

    country: str | None = None  # where the dialled number does not tell
    home_country: str | None = None  # whose writing is national on screen
    dialled_labels: tuple[tuple[str, str], ...] = ()


_PLAIN = NumberingPlan()


def parties(call: Call, plan: NumberingPlan) -> Parties:
    return parties_on({call.line: plan}, call)


def parties_on(plans: Mapping[str, NumberingPlan], call: Call) -> Parties:
    """The outside party is who calls us, or whom we call."""
    theirs, ours = call.caller, call.dialled
    if call.direction is Direction.OUTBOUND:
        theirs, ours = ours, theirs
    return _parties(theirs, call.withheld, ours, plans.get(call.line, _PLAIN))


def number_of_event(event: CallEvent, plan: NumberingPlan) -> E164 | None:
    """The outside party's number, as far as one event says it."""
    outbound = event.direction is Direction.OUTBOUND
    theirs, ours = event.caller, event.dialled
    if outbound:
        theirs, ours = ours, theirs
    if theirs is None or event.withheld or is_extension(theirs):
        return None
    return _parties(theirs, False, ours, plan).ani.number


@lru_cache(maxsize=CACHE_ENTRIES)
def _parties(
    theirs: str | None, withheld: bool, ours: str | None, plan: NumberingPlan
) -> Parties:
    dnis = _dnis(ours, plan)
    country = _country_of(dnis) or plan.country
    if withheld:
        ani = Ani(raw="", presentation=Presentation.WITHHELD)
    elif theirs is None or is_erased(theirs):
        ani = Ani(raw="", presentation=Presentation.UNAVAILABLE)
    else:
        ani = _ani(theirs, country, plan.home_country or country)
    return Parties(ani=ani, dnis=dnis)


def parameters(
    call: Call, who: Parties, zone: ZoneInfo, wanted: frozenset[str]
) -> dict[str, Scalar]:
    """What lookups may ask with, as far as one wants it; no key without a value."""
    values: dict[str, Scalar | None] = {
        "extension": who.ani.extension,
        "dialled": who.dnis.number or who.dnis.raw or None,
        "queue": call.queue,
        "line": call.line,
        "call_id": call.call_id,
        "occurrence": call.occurrence,
        "direction": call.direction.value,
        "today": _today(call.arrived_us // MINUTE_US, zone),
    }
    if who.ani.may_look_up and call.direction is not Direction.INTERNAL:
        values |= _of_number(str(who.ani.number), who.ani.country)
        if "national" in wanted:
            values["national"] = national_digits(str(who.ani.number))
    if call.attributes:
        values |= {f"ivr.{name}": value for name, value in call.attributes.items()}
    return {
        name: value
        for name, value in values.items()
        if name in wanted and value not in (None, "")
    }


def _of_number(number: str, country: str | None) -> Mapping[str, Scalar]:
    digits = number.removeprefix("+")
    return {
        "number": number,
        "number_also": also(number) or number,
        "digits": digits,
        "suffix8": digits[-8:],
        "suffix7": digits[-7:],
        "country": country,
    }


@lru_cache(maxsize=1024)
def _today(minute: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(minute * 60, zone).date().isoformat()


@lru_cache(maxsize=CACHE_ENTRIES)
def national_digits(number: str) -> str:
    """Digits as dialled inside the country: `+442079460958` is `02079460958`."""
    parsed = phonenumbers.parse(number, None)
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    written = phonenumbers.format_number(parsed, style)
    return "".join(char for char in written if char.isdigit())


def _ani(text: str, country: str | None, home: str | None) -> Ani:
    reading = read_number(text, country=country)
    if reading.presentation is not Presentation.ALLOWED:
        return Ani(raw="", presentation=reading.presentation)
    if reading.e164 is None:
        return Ani(
            raw=reading.raw, extension=reading.extension, possible=reading.possible
        )
    shown = describe(reading.e164, home)
    return Ani(
        raw=reading.raw,
        number=reading.e164,
        extension=reading.extension,
        country=reading.country,
        national=shown.text,
        region=shown.territory,
    )


def _dnis(text: str | None, plan: NumberingPlan) -> Dnis:
    if not text or is_erased(text):
        return Dnis(raw="")
    reading = read_number(text, country=plan.country)
    labels = dict(plan.dialled_labels)
    label = labels.get(reading.e164 or "") or labels.get(text)
    number = reading.e164
    display = describe(number, plan.home_country).text if number else reading.raw
    return Dnis(raw=reading.raw, number=number, label=label, display=display)


def _country_of(dnis: Dnis) -> str | None:
    return describe(dnis.number, None).country if dnis.number else None

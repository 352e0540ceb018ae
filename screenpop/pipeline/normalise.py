"""Who calls whom, in E.164, and what may a lookup be told about it?

The only place where raw digits become numbers. A withheld or unknown number
leaves here without digits, so nothing behind can look it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers

from screenpop.connector import Scalar
from screenpop.domain.call import Call, Direction
from screenpop.domain.phone import Ani, Dnis, Presentation
from screenpop.support.numbering import describe, read_number


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberingPlan:
    """How a line's numbers are to be read and shown."""

    country: str | None = None  # where the dialled number does not tell
    home_country: str | None = None  # whose writing is national on screen
    dialled_labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The outside party and our own number of one call."""

    ani: Ani
    dnis: Dnis


def parties(call: Call, plan: NumberingPlan) -> Parties:
    """The outside party is who calls us, or whom we call."""
    outbound = call.direction is Direction.OUTBOUND
    ours = call.caller if outbound else call.dialled
    dnis = _dnis(ours, plan)
    country = _country_of(dnis) or plan.country
    return Parties(ani=_ani(call, country, plan.home_country or country), dnis=dnis)


def parameters(call: Call, who: Parties, zone: ZoneInfo) -> dict[str, Scalar]:
    """What lookups may ask with; a key that has no value is left out."""
    values: dict[str, Scalar | None] = {
        "extension": who.ani.extension,
        "dialled": who.dnis.number or who.dnis.raw or None,
        "queue": call.queue,
        "line": call.line,
        "call_id": call.call_id,
        "direction": call.direction.value,
        "today": datetime.fromtimestamp(call.arrived_us / 1e6, zone).date().isoformat(),
    }
    if who.ani.may_look_up and call.direction is not Direction.INTERNAL:
        number = str(who.ani.number)
        digits = number.removeprefix("+")
        values |= {
            "number": number,
            "digits": digits,
            "national": national_digits(number),
            "suffix8": digits[-8:],
            "suffix7": digits[-7:],
            "country": who.ani.country,
        }
    values |= {f"ivr.{name}": value for name, value in call.attributes.items()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def national_digits(number: str) -> str:
    """Digits as dialled inside the country: `+442079460958` is `02079460958`."""
    parsed = phonenumbers.parse(number, None)
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    written = phonenumbers.format_number(parsed, style)
    return "".join(char for char in written if char.isdigit())


def _ani(call: Call, country: str | None, home: str | None) -> Ani:
    if call.withheld:
        return Ani(raw="", presentation=Presentation.WITHHELD)
    if call.customer_text is None:
        return Ani(raw="", presentation=Presentation.UNAVAILABLE)
    reading = read_number(call.customer_text, country=country)
    if reading.presentation is not Presentation.ALLOWED:
        return Ani(raw="", presentation=reading.presentation)
    if reading.e164 is None:
        return Ani(raw=reading.raw, extension=reading.extension)
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
    if not text:
        return Dnis(raw="")
    reading = read_number(text, country=plan.country)
    labels = dict(plan.dialled_labels)
    label = labels.get(reading.e164 or "") or labels.get(text)
    return Dnis(raw=reading.raw, number=reading.e164, label=label)


def _country_of(dnis: Dnis) -> str | None:
    return describe(dnis.number, None).country if dnis.number else None

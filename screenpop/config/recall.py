"""Who is to be called back, and for how long do they stay on the list?"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screenpop.domain.opening_hours import span_of

_URL = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.-]*):\S+$", re.IGNORECASE)
_CODE = ("javascript", "data", "vbscript", "blob", "file")
NAMES = ("{number}", "{digits}", "{agent}")


def _span(text: str) -> str:
    span_of(text)
    return text


def _click_to_call(url: str) -> str:
    """A link that browsers may open: never one that is a program."""
    found = _URL.match(url)
    if found is None or found["scheme"].lower() in _CODE:
        raise ValueError("must be a URL, e.g. https://pbx.example.net/dial?to={number}")
    if not any(name in url for name in NAMES[:2]):
        raise ValueError("must contain {number} (+44…) or {digits} (44…)")
    if unknown := sorted({*re.findall(r"\{[^}]*\}", url)} - {*NAMES}):
        raise ValueError(f"{unknown[0]} is not one of {', '.join(NAMES)}")
    return url


ClickToCall = Annotated[str, AfterValidator(_click_to_call)]
OpenSpan = Annotated[str, AfterValidator(_span)]
ColumnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[A-Za-z0-9_]+$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class RecallOptions(BaseModel):
    """Callers who reached no one: the page *Call back*."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    days: int = Field(
        7, gt=0, le=90, description="Days after which a row leaves the list by itself."
    )
    callers_max: int = Field(
        20_000,
        gt=0,
        description="Numbers kept in memory that reached no one, and as many that did;"
        " beyond it the longest untouched leave. As many promised call-backs are kept;"
        " beyond it those due last leave.",
    )
    claim_s: float = Field(
        1_800,
        gt=0,
        description="A claim ends after this time: the row waits for anyone again.",
    )
    opening_hours: dict[Weekday, tuple[OpenSpan, ...]] = Field(
        default_factory=dict,
        description="When the centre is open, in `server.time_zone`: spans by weekday,"
        ' e.g. `mon: ["08:00-18:00"]`; a day that is not named is closed. Without any,'
        " no call is out of hours.",
    )
    matter: tuple[ColumnName, ...] = Field(
        ("tickets.subject", "opportunities.name"),
        description="The open matter: columns as `FACET.COLUMN`, the first with a value"
        " counts.",
    )
    money: tuple[ColumnName, ...] = Field(
        ("opportunities.amount", "balance.overdue"),
        description="The money at stake: columns as `FACET.COLUMN`, the first with an"
        " amount counts; the amounts of its rows are added up.",
    )

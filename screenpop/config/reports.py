"""Which reports are sent by themselves: what, when, to whom?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from screenpop.config.mail import EmailAddress
from screenpop.config.recall import WEEK, Weekday
from screenpop.domain.call_counts import NUMBERS
from screenpop.domain.report_times import ReportRange
from screenpop.domain.service_level import VARIANTS

FIGURES = (
    *NUMBERS, "direct_average_speed_of_answer_s", "direct_abandon_rate",
    "average_speed_of_answer_s", "average_handle_time_s", "abandon_rate",
    "calls_average_speed_of_answer_s", "calls_abandon_rate", "occupancy",
    "service_level",
    *(f"service_level_{x.name}" for x in VARIANTS if x.name != "in_queue_now"),
)  # fmt: skip
"""The numbers of the past (`wallboard.past.of_the_past`); a test compares."""

_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
ReportFormat = Literal["csv", "parquet", "html"]
ReportName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def _clock(value: object) -> object:
    """YAML reads 10:30 without quotes as 630."""
    if type(value) is int and 60 <= value < 24 * 60:
        return f"{value // 60:02}:{value % 60:02}"
    if isinstance(value, str) and not _CLOCK.match(value):
        raise ValueError("must be a time of day from 00:00 to 23:59, e.g. '06:30'")
    return value


class ReportContent(BaseModel):
    """Which numbers of `GET /v1/stats` it holds, by what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: tuple[str, ...] = Field(
        (),
        max_length=len(FIGURES),
        description="Names of `counters` of `GET /v1/stats`; default: all.",
    )
    by: Literal["15m", "30m", "60m", "day", "week", "month"] = Field(
        "day", description="A row for each of these."
    )
    group: Literal["queue", "line", "dialled"] | None = Field(
        "queue", description="A row for each of these, too; `null`: calls together."
    )
    queues: tuple[str, ...] = Field(
        (), max_length=50, description="Only these queues; default: all calls."
    )

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        unknown = [name for name in self.figures if name not in FIGURES]
        if unknown:
            raise ValueError(
                f"figures: {unknown[0]!r} is not one of {', '.join(FIGURES)}"
            )
        return self


class ReportSettings(BaseModel):
    """One report that is sent by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    label: str = Field(
        "", max_length=100, description="Its name for people; default: its key."
    )
    what: ReportContent = ReportContent()
    range: ReportRange = Field(
        "yesterday",
        description="Of the whole day, week (from Monday) or month before.",
    )
    at: Annotated[str, BeforeValidator(_clock)] = Field(
        "06:30", description="When it is due, in `server.time_zone`."
    )
    days: tuple[Weekday, ...] = Field(
        WEEK,
        min_length=1,
        description="The weekdays on which it may be sent. The report of a week or"
        " month is sent on the first of them in a week or month.",
    )
    late_h: float = Field(
        24,
        gt=0,
        le=744,
        description="So many hours after it was due it is still sent: the service was"
        " down, or sending failed.",
    )
    format: ReportFormat = Field("csv", description="Of the file.")
    to_folder: Path | None = Field(
        None, description="Folder for the files; relative to this file."
    )
    keep: int = Field(
        90,
        gt=0,
        le=4_000,
        description="Files of this report that stay in the folder; older ones are"
        " deleted.",
    )
    to: tuple[EmailAddress, ...] = Field(
        (),
        max_length=50,
        description="Who gets it by e-mail, with a short table and the file.",
    )

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.to_folder is None and not self.to:
            raise ValueError("needs `to_folder` or `to`")
        return self

    @property
    def minute(self) -> int:
        """`at` as the minute of the day."""
        return int(self.at[:2]) * 60 + int(self.at[3:])

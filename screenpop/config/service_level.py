"""How does a centre count its service level?"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from screenpop.domain.service_level import TARGET_S, Comparison, VariantName


class ServiceLevelSettings(BaseModel):
    """Which share is the service level; all seven variants are shown next to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    variant: VariantName = Field(
        "late_abandons",
        description="The centre's own formula; docs/metrics-supervisors.md has all"
        " seven.",
    )
    target_s: float = Field(
        TARGET_S,
        gt=0,
        le=86_400,
        description="The target; `queues.NAME.target_s` for one queue.",
    )
    comparison: Comparison = Field(
        "<=", description="Is a wait of exactly the target in time?"
    )
    measured_from: Literal["entry", "ring"] = Field(
        "entry",
        description="The wait begins when the caller enters the queue, or when the"
        " first telephone rings (a wait without a ring: at entry).",
    )
    interval: Literal["entry", "answer"] = Field(
        "entry",
        description="A call counts in the interval in which it entered the queue, or"
        " in which it was answered or left.",
    )
    transfers: Literal["again", "once"] = Field(
        "again",
        description="A call that goes on to another queue counts there again, or only"
        " once, under its first queue.",
    )
    count_flow_outs: bool = Field(
        False,
        description="For `genesys` and `vonage`: moved, diverted and callbacks are in"
        " the denominator.",
    )
    count_short_abandons: bool = Field(
        True, description="For `genesys`: short abandons are in the denominator."
    )
    count_abandons: bool = Field(
        True, description="For `genesys`: abandons are in the denominator."
    )

"""Which forecast is asked for?"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

INTERVALS = (15, 30, 60)
DAYS_MAX = 28
HandleTimeOf = Literal["asked", "all_queues", "no_one"]
"""Whose handle time may be used: of the calls asked for, of all, or none."""


class ForecastAsked(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast; equal ones are answered once. Shares are between 0 and 1."""

    queue: str | None = None  # None: all inbound calls, each once
    days: int = 7
    interval_min: int = 30
    as_of: date | None = None  # plan from its midnight; None: from now
    agents: int | None = None  # at their telephones for the rest of the day
    service_level: float
    within_s: float
    occupancy_max: float
    abandon_max: float
    shrinkage: float
    patience_s: float | None = None  # None: measured
    wrap_up_s: float = 0.0
    handle_time_of: HandleTimeOf = "asked"

"""How do people in a call centre behave, and when do they call?"""

from __future__ import annotations

from dataclasses import dataclass

CALLS_PER_MINUTE = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How people in this centre behave; seconds."""

    calls_per_minute: float = CALLS_PER_MINUTE
    day_s: float = 1800  # a business day's ups and downs pass in this time
    patience_s: float = 70  # mean, until a waiting caller gives up
    pickup_s: tuple[float, float] = (4, 13)
    ring_timeout_s: float = 16
    slow_pickup_share: float = 0.08  # nobody takes it within the time-out
    talk_s: tuple[float, float] = (20, 110)
    visitor_pickup_s: tuple[float, float] = (9, 14)  # time to look while it rings
    visitor_talk_s: tuple[float, float] = (50, 80)
    wrap_up_s: tuple[float, float] = (6, 20)
    hold_share: float = 0.22
    blind_share: float = 0.08
    attended_share: float = 0.06
    call_back_share: float = 0.5
    call_back_s: tuple[float, float] = (30, 150)
    break_every_s: float = 240  # mean, per idle agent
    break_s: tuple[float, float] = (40, 120)
    live_max: int = 500  # more callers at once hear the engaged tone


DEMAND_PEAK = 1.5
_DEMAND = (0.6, 1.0, 1.4, 1.5, 1.1, 0.8, 0.9, 1.3, 1.2, 0.9)
"""Callers of each tenth of a business day, 1 being the average."""


def demand(days: float) -> float:
    """The day's curve, from nine to five and on to the next; never below 0.6."""
    place = days % 1 * len(_DEMAND)
    before = int(place)
    after = (before + 1) % len(_DEMAND)
    share = place - before
    return _DEMAND[before] * (1 - share) + _DEMAND[after] * share

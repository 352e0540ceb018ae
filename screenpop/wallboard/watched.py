"""What are the numbers called that an alert rule can watch, in which unit?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from screenpop.domain.alert import LINE_SILENCE, SOURCE_FAILING
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.metrics import definitions


class WatchedNumber(NamedTuple):
    label: str
    unit: Literal["calls", "seconds", "agents", "ratio", "failing", "gaps"]


def watched_numbers() -> Mapping[str, WatchedNumber]:
    """By name."""
    on_the_wallboard = {
        each.name: WatchedNumber(each.label, each.unit)
        for each in definitions(ServiceLevelRules())
    }
    return on_the_wallboard | {
        "match_rate": WatchedNumber("Calls with a customer", "ratio"),
        "ring_to_pop_s": WatchedNumber("Ring to pop, 95 of 100", "seconds"),
        SOURCE_FAILING: WatchedNumber("Source does not answer", "failing"),
        LINE_SILENCE: WatchedNumber("Line is silent", "gaps"),
    }

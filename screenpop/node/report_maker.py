"""From what is the report of a day made?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from screenpop.config.load import Loaded
from screenpop.config.recall import WEEK
from screenpop.domain.report_times import ReportTimes
from screenpop.history.past_counts import PastCounts
from screenpop.node.labels import place_labels
from screenpop.node.parts import counting_rules
from screenpop.node.report_content import MadeReport, make_report
from screenpop.wallboard.groups import GroupRule
from screenpop.web.interval_rows import Counted


class ReportMaker:
    """`groups` says which figures of agents' work may be seen."""

    def __init__(
        self, loaded: Loaded, counts: PastCounts, groups: Callable[[], GroupRule]
    ):
        self._config = loaded.config
        self._counts = counts
        self._groups = groups
        self.times = times_of(loaded)

    async def make(self, name: str, day: date) -> MadeReport:
        """What is due on that day. Raises `BadInput`, `Unavailable`."""
        counted = Counted(
            counts=self._counts,
            rules=counting_rules(self._config).service_level,
            zone=ZoneInfo(self._config.server.time_zone),
            groups=self._groups(),
            labels=place_labels(self._config),
        )
        settings, times = self._config.reports[name], self.times[name]
        return await make_report(name, settings, times, day, counted)


def times_of(loaded: Loaded) -> dict[str, ReportTimes]:
    zone = ZoneInfo(loaded.config.server.time_zone)
    return {
        name: ReportTimes(
            zone=zone,
            range=each.range,
            minute=each.minute,
            weekdays=frozenset(WEEK.index(day) for day in each.days),
        )
        for name, each in loaded.config.reports.items()
    }

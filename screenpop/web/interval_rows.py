"""Which numbers has each interval of the past? For pages, exports and reports alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history.past_counts import CountsAsked, Group, IntervalSums, PastCounts
from screenpop.history.past_occupancy import together
from screenpop.support.table import Row, TableColumn, columns
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.intervals import place_in
from screenpop.wallboard.past import of_the_past
from screenpop.web.asked import numbers_seen, shows_pace
from screenpop.web.table_answer import value_columns

ROWS_MAX = 20_000  # of one answer: intervals times groups


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalTable:
    """Each row and the total have `values` and `amounts`."""

    columns: Sequence[TableColumn]
    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any]

    def flat(self) -> Iterator[Row]:
        """A value for each column."""
        return ({**row, **row["values"]} for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the counts are read from, and how they are shown."""

    counts: PastCounts
    rules: ServiceLevelRules
    zone: ZoneInfo
    groups: GroupRule
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    async def table(
        self, asked: CountsAsked, starts: Sequence[int], group: Group | None
    ) -> IntervalTable:
        """A row for each group and interval; they begin at `starts`, in order.

        Raises `BadInput` beyond `ROWS_MAX` rows, `Unavailable`.
        """
        found = await self.counts.sums(asked, starts, group)
        times = await self.counts.agent_times(asked, starts, self.groups.people_min)
        if group is None:
            found, times = together(found, times), []
        places = [] if group is None else columns("text", group, f"{group}_label")
        rows, total = await asyncio.to_thread(
            self._rows, asked, starts, group, found, times
        )
        return IntervalTable(
            columns=[
                *columns("moment", "start", "end"),
                *places,
                *value_columns(of_the_past(self.rules)),
            ],
            rows=rows,
            total=total,
        )

    def _rows(
        self,
        asked: CountsAsked,
        starts: Sequence[int],
        group: Group | None,
        found: Sequence[IntervalSums],
        times: Sequence[IntervalSums],
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        groups = _by_group(found, starts)
        if len(groups) * len(starts) > ROWS_MAX:
            raise BadInput(
                f"{len(groups)} groups in {len(starts)} intervals are more than"
                f" {ROWS_MAX} rows.",
                code="bad_query",
                remedy="Choose a shorter range, a larger `by` or one queue.",
            )
        ends = [*starts[1:], asked.to_us]
        labels = self.labels.get(group or "", {})
        rows = [
            {
                "start": local(start, self.zone).isoformat(),
                "end": local(end, self.zone).isoformat(),
                **_place(group, name, labels),
                **numbers_seen(sums, self.rules, self._shows_pace(asked, group, name)),
            }
            for name, by_interval in groups.items()
            for start, end, sums in zip(starts, ends, by_interval, strict=True)
        ]
        whole = _summed(each.amounts for each in (*found, *times))
        pace = self._shows_pace(asked, group, None)
        return rows, numbers_seen(whole, self.rules, pace)

    def _shows_pace(
        self, asked: CountsAsked, group: Group | None, name: str | None
    ) -> bool:
        return shows_pace(self.groups, asked, group, name)


def _place(group: Group | None, name: str, labels: Mapping[str, str]) -> dict[str, str]:
    if group is None:
        return {}
    return {group: name, f"{group}_label": labels.get(name, name)}


def _by_group(
    found: Sequence[IntervalSums], starts: Sequence[int]
) -> dict[str, list[dict[str, int]]]:
    """The sums of each group and interval; without any call one group of nothing."""
    groups: dict[str, list[dict[str, int]]] = {}
    for each in found:
        if each.group not in groups:
            groups[each.group] = [{} for _ in starts]
        sums = groups[each.group][place_in(starts, each.interval_us)]
        for name, amount in each.amounts.items():
            sums[name] = sums.get(name, 0) + amount
    return dict(sorted(groups.items())) or {"": [{} for _ in starts]}


def _summed(parts: Iterator[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, amount in part.items():
            sums[name] = sums.get(name, 0) + amount
    return sums

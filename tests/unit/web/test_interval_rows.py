from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from web_doubles import FakeCounts

from screenpop.domain.agent import GROUPS_ONLY
from screenpop.domain.local_time import QUARTER_US
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history.past_counts import CountsAsked, IntervalSums
from screenpop.wallboard.groups import GroupRule
from screenpop.web.interval_rows import Counted


class Starts(list[int]):
    """Counts how often it is read from the beginning."""

    reads = 0

    def __iter__(self) -> Iterator[int]:
        self.reads += 1
        return super().__iter__()


class ManyCounts(FakeCounts):
    async def sums(self, asked: CountsAsked, starts: object, group: object = None) -> (
        list[IntervalSums]
    ):  # fmt: skip
        return [
            IntervalSums(interval_us=at, group=name, amounts={"offered": 1})
            for name in ("a", "b")
            for at in range(asked.from_us, asked.to_us, QUARTER_US)
        ]


async def test_many_intervals_are_read_once_a_group_and_not_once_a_sum() -> None:
    starts = Starts(range(0, 500 * QUARTER_US, QUARTER_US))
    counted = Counted(
        counts=ManyCounts(),  # type: ignore[arg-type]
        rules=ServiceLevelRules(),
        zone=ZoneInfo("UTC"),
        groups=GroupRule(GROUPS_ONLY, {}, 0),
    )
    asked = CountsAsked(from_us=0, to_us=500 * QUARTER_US)
    table = await counted.table(asked, starts, "queue")
    assert len(table.rows) == 1_000
    assert table.total["values"]["offered"] == 1_000
    assert starts.reads < 10

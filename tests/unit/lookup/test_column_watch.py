"""Is a value that a source gives no more seen, and chance not taken for it?"""

from __future__ import annotations

import random

import pytest

from screenpop.domain.profile import Answer, LookupOutcome, Row
from screenpop.lookup.column_watch import (
    COLUMNS_MAX,
    DAY_US,
    DAYS_KEPT,
    LOOK_EVERY_US,
    ColumnCounts,
    ColumnWatch,
    LookupColumns,
    Loss,
)

MONDAY_US = 20_000 * DAY_US


def answer(columns: Row, outcome: LookupOutcome = LookupOutcome.OK) -> Answer:
    return Answer(
        lookup="balance",
        source="erp",
        facet="balance",
        outcome=outcome,
        rows=(columns,),
    )


class Erp:
    """A source that answers a hundred calls a day; each day begins at midnight UTC."""

    def __init__(self) -> None:
        self.watch = ColumnWatch()
        self.now_us = MONDAY_US

    def day(self, share: float = 1.0, calls: int = 100) -> None:
        """`share` of the answers have a balance, evenly spread."""
        for n in range(calls):
            self.now_us += DAY_US // calls
            has = int((n + 1) * share) > int(n * share)
            balance = "12.50" if has else None
            self.watch.take([answer({"open": balance})], self.now_us - 1)

    def losses(self) -> list[Loss]:
        return self.watch.losses("erp", self.now_us - 1)


def test_a_column_that_stays_away_is_missing_since_its_last_value() -> None:
    erp = Erp()
    for _ in range(3):
        erp.day()
    last_us = erp.now_us - 1
    erp.day(share=0, calls=9)
    assert erp.losses() == []
    erp.day(share=0, calls=9)
    assert erp.losses() == [
        Loss(lookup="balance", column="open", before=1, now=0, answers=18,
             since_us=last_us)
    ]  # fmt: skip
    erp.day(calls=1)
    assert erp.losses() == []


def test_it_may_come_to_be_missing_on_its_very_first_day() -> None:
    erp = Erp()
    erp.day(calls=60)
    erp.now_us -= DAY_US // 2
    erp.day(share=0, calls=12)
    (loss,) = erp.losses()
    assert (loss.before, loss.answers) == (1, 12)


def test_a_column_that_is_rare_is_given_more_time() -> None:
    erp = Erp()
    for _ in range(3):
        erp.day(share=0.1)
    erp.day(share=0, calls=100)
    assert erp.losses() == []  # .9 ** 100 is some 3 in 100,000
    erp.day(share=0, calls=100)
    (loss,) = erp.losses()
    assert loss.before == pytest.approx(0.1)


def test_a_column_that_became_rarer_is_a_share() -> None:
    erp = Erp()
    for _ in range(5):
        erp.day(share=0.98)
    erp.day(share=0.7, calls=100)
    (loss,) = erp.losses()
    assert (round(loss.before, 2), loss.now, loss.since_us) == (0.98, 0.7, None)


def test_chance_is_no_loss() -> None:
    """A month of days with a share that varies as independent customers do."""
    rng, watch, now_us = random.Random(4), ColumnWatch(), MONDAY_US
    for _ in range(3_000):
        now_us += DAY_US // 100
        balance = "1" if rng.random() < 0.6 else None
        watch.take([answer({"open": balance})], now_us)
        assert watch.losses("erp", now_us) == []


def test_after_two_weeks_the_source_is_taken_to_be_like_this() -> None:
    erp = Erp()
    erp.day()
    for _ in range(DAYS_KEPT):
        erp.day(share=0)
        assert erp.losses()
    erp.day(share=0)
    assert erp.losses() == []


def test_what_failed_or_is_old_says_nothing() -> None:
    erp = Erp()
    erp.day()
    for outcome in set(LookupOutcome) - {LookupOutcome.OK}:
        erp.watch.take([answer({"open": None}, outcome)] * 100, erp.now_us)
    erp.now_us += LOOK_EVERY_US
    assert erp.losses() == []


def test_so_many_columns_of_a_lookup_are_watched_at_most() -> None:
    watch = ColumnWatch()
    columns = {f"c{n}": n for n in range(COLUMNS_MAX + 50)}
    watch.take([answer(columns)], MONDAY_US)
    assert len(watch.saved()["balance"].columns) == COLUMNS_MAX


def test_a_restart_goes_on_and_lookups_without_recent_answers_are_left_out() -> None:
    erp, fresh = Erp(), ColumnWatch()
    erp.day()
    erp.day(share=0, calls=20)
    old = LookupColumns(
        source="erp", days={0: 500}, columns={"open": ColumnCounts(days={0: 500})}
    )
    fresh.resume({**erp.watch.saved(), "gone": old}, erp.now_us - 1)
    assert fresh.losses("erp", erp.now_us - 1) == erp.losses() != []
    assert set(fresh.saved()) == {"balance"}

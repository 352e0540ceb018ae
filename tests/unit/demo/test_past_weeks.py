"""The weeks before a visitor starts the demo."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from screenpop.demo.past_weeks import CALLS_A_DAY, WEEKS, weeks_batch
from screenpop.domain.call import Call
from screenpop.domain.call_counts import CountingRules, counts_of
from screenpop.domain.call_fold import CallFold
from screenpop.journal.records import EventRecord, decode

ZONE = ZoneInfo("Europe/London")
NOW_US = int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def calls() -> list[Call]:
    return [each.call for each in weeks_batch(7, "main", NOW_US, ZONE).calls]


def days_of(calls: list[Call]) -> Counter[str]:
    moments = (datetime.fromtimestamp(call.arrived_us / 1e6, ZONE) for call in calls)
    return Counter(at.date().isoformat() for at in moments)


def test_eight_weeks_end_yesterday_and_sundays_are_closed(calls: list[Call]) -> None:
    days = days_of(calls)
    assert (min(days), max(days)) == ("2026-09-25", "2026-11-19")
    assert len(days) == WEEKS * 6
    assert days["2026-11-16"] > CALLS_A_DAY > days["2026-11-14"] * 2


def test_agents_are_on_duty_on_open_days() -> None:
    heard = weeks_batch(7, "main", NOW_US, ZONE).heard
    days = {datetime.fromtimestamp(word.at_us / 1e6, ZONE).date() for _, word in heard}
    assert len(days) == WEEKS * 6
    last = {user: word.what for user, word in heard}
    assert set(last.values()) == {"offline"}


def test_the_same_seed_gives_the_same_calls(calls: list[Call]) -> None:
    again = [each.call for each in weeks_batch(7, "main", NOW_US, ZONE).calls]
    assert again == calls
    other = [each.call for each in weeks_batch(8, "main", NOW_US, ZONE).calls]
    assert other != calls


def test_calls_end_in_every_way_that_reports_tell_apart(calls: list[Call]) -> None:
    left = Counter(visit.left for call in calls for visit in call.visits)
    assert left["answered"] > 0.7 * len(calls)
    assert left["abandoned"] > 0.05 * len(calls)
    assert left["moved"] > 50
    assert left["callback"] > 20
    assert len({call.call_id for call in calls}) == len(calls)
    assert all(call.withheld and call.caller is None for call in calls)


def test_stored_events_add_what_the_calls_add() -> None:
    """So that the demo's past can be counted again by other rules."""
    batch, rules = weeks_batch(7, "main", NOW_US, ZONE), CountingRules()
    folds = {each.call.key: CallFold(*each.call.key) for each in batch.calls}
    for stored in batch.events:
        record = decode(EventRecord.kind, stored.body.encode())
        assert isinstance(record, EventRecord)
        folds[stored.key].add(record.event)
    for state in batch.calls:
        again = folds[state.call.key].call()
        assert again.visits == state.call.visits
        assert counts_of(again, rules) == counts_of(state.call, rules)

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from screenpop.support.clock import FakeClock, SystemClock, iso_from_us


def test_a_fake_clock_moves_when_told_to_and_never_else() -> None:
    clock = FakeClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    before = clock.now_us(), clock.monotonic_s()
    assert (clock.now_us(), clock.monotonic_s()) == before
    clock.advance(1.5)
    assert clock.now_us() - before[0] == 1_500_000
    assert clock.monotonic_s() - before[1] == 1.5


def test_the_system_clock_counts_microseconds_of_this_century() -> None:
    clock = SystemClock()
    assert 1_700_000_000_000_000 < clock.now_us() < 4_000_000_000_000_000
    assert clock.monotonic_s() <= clock.monotonic_s()


@pytest.mark.parametrize(
    ("at_us", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_000_120_000, "1970-01-01T00:16:40.120Z"),
        (1_000_000_001, "1970-01-01T00:16:40.000001Z"),
    ],
)
def test_times_have_as_many_digits_as_they_need(at_us: int, text: str) -> None:
    assert iso_from_us(at_us) == text

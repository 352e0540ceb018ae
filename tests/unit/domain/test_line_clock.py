"""The offset of a line's clock, and what it says of late events."""

from __future__ import annotations

import random

import pytest

from screenpop.domain.line_clock import SAMPLES_MAX, LineClock

S = 1_000_000
NOON_S = 1_780_000_000


def hear(clock: LineClock, at_s: float, received_s: float) -> tuple[float, float]:
    """(correction, age) in seconds of an event, which the clock then learns from."""
    at_us, received_us = round((NOON_S + at_s) * S), round((NOON_S + received_s) * S)
    found = clock.judge(at_us, received_us)
    clock.learn(at_us, received_us)
    return found.correction_us / S, found.age_us / S


@pytest.mark.parametrize("behind_s", [301, -90, 3600, -7200, 40 * 86400])
def test_the_first_event_of_a_line_with_a_wrong_clock_is_not_late(
    behind_s: float,
) -> None:
    clock = LineClock()
    assert hear(clock, 0, behind_s) == (behind_s, 0)
    assert hear(clock, 10, behind_s + 10.2) == pytest.approx((behind_s, 0.2))
    assert clock.offset_s == -behind_s


def test_a_clock_that_is_nearly_right_is_not_corrected() -> None:
    clock = LineClock()
    assert hear(clock, 0, 1.5)[0] == 0


def test_an_event_that_is_late_on_a_line_with_a_right_clock_keeps_its_time() -> None:
    clock = LineClock()
    hear(clock, 0, 0.1)
    hear(clock, 10, 10.1)
    assert hear(clock, 20, 620) == (0, 600)
    assert hear(clock, 630, 630.1)[0] == 0


@pytest.mark.parametrize("jump_s", [3600, 1800, 7200, 90_000])
def test_a_clock_that_is_set_to_another_zone_or_a_wrong_day_is_followed_at_once(
    jump_s: float,
) -> None:
    clock = LineClock()
    hear(clock, 0, 0.1)
    assert hear(clock, 10, 10.1 + jump_s)[1] == pytest.approx(0, abs=1)


def test_a_clock_that_is_put_right_is_followed_at_once() -> None:
    clock = LineClock()
    hear(clock, 1000, 0)
    assert hear(clock, 5, 5.1) == pytest.approx((0, 0.1))


def test_a_step_back_of_another_size_is_believed_when_the_next_event_agrees() -> None:
    clock = LineClock()
    hear(clock, 0, 0.1)
    assert hear(clock, 0, 600)[1] == 600
    assert hear(clock, 3, 603)[1] == pytest.approx(0, abs=1)


def test_a_drifting_clock_is_followed() -> None:
    clock = LineClock()
    for n in range(2000):
        drift_s = n * 0.05
        correction_s, age_s = hear(clock, n * 10 - drift_s, n * 10 + 0.1)
        assert abs(age_s) < 10
    assert correction_s == pytest.approx(100, abs=6)


def test_a_line_keeps_few_samples() -> None:
    clock = LineClock()
    for n in range(10 * SAMPLES_MAX):
        hear(clock, n, n + n / 1000)  # each with more delay than the one before
    assert len(clock._samples) == SAMPLES_MAX


def test_the_least_delay_of_the_last_ten_minutes_counts() -> None:
    """Kept as those samples that can still be the least; compared with all of them."""
    chance, clock, heard = random.Random(7), LineClock(), []
    for n in range(3000):
        received_s, delay_s = n / 2, chance.random() * 8
        hear(clock, received_s - delay_s - 300, received_s)
        heard.append((received_s, 300 + delay_s))
        least_s = min(delay for at_s, delay in heard if received_s - at_s <= 600)
        assert clock.offset_s == pytest.approx(-least_s, abs=0.001)

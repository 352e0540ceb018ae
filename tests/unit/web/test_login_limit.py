from __future__ import annotations

import asyncio

import pytest

from screenpop.history.users import username_of
from screenpop.support.clock import FakeClock
from screenpop.web.errors import TooMany
from screenpop.web.login_limit import LoginGate, LoginLimit, OneEach


def limit(clock: FakeClock, entries_max: int = 100) -> LoginLimit:
    return LoginLimit(clock, attempts=3, window_s=60, entries_max=entries_max)


def test_the_fourth_failure_waits_for_the_next_window() -> None:
    clock = FakeClock()
    logins = limit(clock)
    for _ in range(3):
        logins.start("ana", "192.0.2.1")
    clock.advance(20)
    with pytest.raises(TooMany) as refused:
        logins.start("ana", "192.0.2.1")
    assert refused.value.retry_after_s == pytest.approx(40)
    clock.advance(40)
    logins.start("ana", "192.0.2.1")


def test_nobody_can_lock_out_a_user_from_elsewhere() -> None:
    logins = limit(FakeClock())
    for _ in range(3):
        logins.start("ana", "192.0.2.1")
    logins.start("ana", "192.0.2.2")


def test_success_starts_afresh() -> None:
    logins = limit(FakeClock())
    for _ in range(100):
        logins.start("ana", "192.0.2.1")
        logins.succeeded("ana", "192.0.2.1")
    logins.start("ana", "192.0.2.1")


def test_an_attempt_that_could_not_be_judged_does_not_count() -> None:
    logins = limit(FakeClock())
    for _ in range(100):
        logins.start("ana", "192.0.2.1")
        logins.undecided("ana", "192.0.2.1")
    logins.start("ana", "192.0.2.1")


def test_an_address_that_tries_many_names_is_stopped() -> None:
    logins = limit(FakeClock())
    for number in range(30):
        logins.start(f"user{number}", "192.0.2.1")
    with pytest.raises(TooMany):
        logins.start("another", "192.0.2.1")


def test_the_addresses_of_one_ipv6_household_count_as_one() -> None:
    logins = limit(FakeClock())
    for number in range(30):
        logins.start(f"user{number}", f"2001:db8::{number:x}")
    with pytest.raises(TooMany):
        logins.start("another", "2001:db8::ffff")
    logins.start("another", "2001:db8:1::1")


def test_the_memory_is_bounded() -> None:
    logins = limit(FakeClock(), entries_max=10)
    for number in range(100):
        logins.start("ana", f"192.0.2.{number}")
    assert len(logins) <= 10


async def test_few_passwords_are_checked_at_once() -> None:
    gate = LoginGate(1)
    order: list[str] = []

    async def second() -> None:
        async with gate.place():
            order.append("second")

    async with gate.place():
        waiting = asyncio.ensure_future(second())  # noqa: TID251 (a test's own)
        await asyncio.sleep(0)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


def test_each_user_has_one_turn_at_a_time() -> None:
    each = OneEach(what="a comparison", code="comparison_under_way")
    with each.turn("sue"):
        with each.turn("ada"):
            pass
        with (
            pytest.raises(TooMany, match="a comparison of this user is under way"),
            each.turn("sue"),
        ):
            pass
    with each.turn("sue"):
        pass


async def test_a_log_in_that_would_wait_too_long_is_refused() -> None:
    gate = LoginGate(1)
    gate.WAITING_MAX = 0
    with pytest.raises(TooMany, match="waiting already"):
        async with gate.place():
            pass


@pytest.mark.parametrize(
    "spelling", ["ROOT", "Root", " root", "root\t", "\uff52oot", "roo\uff34"]
)
def test_a_user_counts_by_the_name_that_the_store_knows(spelling: str) -> None:
    """Nine spellings were nine windows of one user."""
    assert username_of(spelling) == "root"
    logins = limit(FakeClock())
    for _ in range(3):
        logins.start("root", "192.0.2.1")
    with pytest.raises(TooMany):
        logins.start(spelling, "192.0.2.1")

"""Keys under `calls`, `identify` and `security`: each changes what the service does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from call_centre import PASSWORD, CallCentre, open_call_centre
from key_effects import NUMBER, built, customers, explained, loaded, shows_effect_of

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Outcome,
    Scope,
)
from screenpop.domain.call_state import CallBook
from screenpop.domain.occurrences import Occurrences
from screenpop.node.parts import call_limits, placing_limits
from screenpop.support.clock import FakeClock

S = 1_000_000
START_US = 1_795_251_600_000_000


def event(kind: EventType, at_s: float, **more: Any) -> CallEvent:
    at_us = START_US + round(at_s * S)
    return CallEvent(
        type=kind,
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id=f"{kind.value}-{at_us}",
        at_us=at_us,
        received_us=at_us,
        agents=(AgentId("1001"),),
        **more,
    )


def book_of(folder: Path, **calls: float) -> CallBook:
    return CallBook(call_limits(loaded(folder, calls=calls).config))


def ends_after(book: CallBook) -> float:
    """Seconds after the start at which the book first writes an end."""
    for tenths in range(1, 1_000):
        if book.overdue(START_US + tenths * S // 10):
            return tenths / 10
    raise AssertionError("it never ends")


@shows_effect_of("calls.alerting_max_s")
@pytest.mark.parametrize("limit_s", [7, 20])
def test_a_call_that_nobody_answers_ends(tmp_path: Path, limit_s: float) -> None:
    book = book_of(tmp_path, alerting_max_s=limit_s)
    book.apply(event(EventType.ALERTING, 0))
    assert ends_after(book) == limit_s


@shows_effect_of("calls.reuse_grace_s")
@pytest.mark.parametrize("grace_s", [0, 20])
def test_a_call_id_that_comes_again_later_is_another_call(
    tmp_path: Path, grace_s: float
) -> None:
    config = loaded(tmp_path, calls={"reuse_grace_s": grace_s}).config
    placed = Occurrences(placing_limits(config))
    first = placed.place(event(EventType.ALERTING, 0), START_US)
    placed.place(event(EventType.ENDED, 1), START_US + S)
    again = placed.place(event(EventType.ALERTING, 10), START_US + 10 * S)
    assert (again.occurrence == first.occurrence) is (grace_s > 9)


@shows_effect_of("calls.talking_max_s")
@pytest.mark.parametrize("limit_s", [7, 20])
def test_an_answered_call_ends(tmp_path: Path, limit_s: float) -> None:
    book = book_of(tmp_path, talking_max_s=limit_s)
    book.apply(event(EventType.ANSWERED, 0))
    assert ends_after(book) == limit_s


@shows_effect_of("calls.waiting_max_s")
@pytest.mark.parametrize("limit_s", [7, 20])
def test_a_call_that_waits_in_a_queue_ends(tmp_path: Path, limit_s: float) -> None:
    book = book_of(tmp_path, waiting_max_s=limit_s)
    book.apply(event(EventType.QUEUED, 0))
    assert ends_after(book) == limit_s


@shows_effect_of("calls.leg_grace_s")
@pytest.mark.parametrize("limit_s", [3, 20])
def test_an_answered_call_without_a_leg_ends(tmp_path: Path, limit_s: float) -> None:
    book = book_of(tmp_path, leg_grace_s=limit_s)
    book.apply(event(EventType.ANSWERED, -1))
    book.apply(event(EventType.ENDED, 0, scope=Scope.LEG))
    assert ends_after(book) == limit_s


@shows_effect_of("calls.linger_s")
@pytest.mark.parametrize("limit_s", [40, 90])
def test_an_ended_call_is_kept_for_its_time(tmp_path: Path, limit_s: float) -> None:
    book = book_of(tmp_path, linger_s=limit_s)
    book.apply(event(EventType.ENDED, 0))

    def there(at_s: float) -> bool:
        """Seen each second, as the service does."""
        for second in range(round(at_s) + 1):
            book.overdue(START_US + second * S)
            book.forget(START_US + second * S)
        return len(book) == 1

    assert there(limit_s - 1)
    assert not there(limit_s + 1)


@shows_effect_of("calls.short_abandon_s")
@pytest.mark.parametrize(
    ("short_s", "name"), [(5, "abandoned"), (60, "short_abandoned")]
)
async def test_who_gives_up_soon_is_counted_apart(
    tmp_path: Path, short_s: float, name: str
) -> None:
    clock = FakeClock()
    async with built(tmp_path, clock=clock, calls={"short_abandon_s": short_s}) as made:
        now_us = clock.now_us()
        for at_us, kind in ((0, EventType.QUEUED), (20 * S, EventType.ENDED)):
            change = made.follower.book.apply(
                CallEvent(
                    type=kind,
                    line=LineId("main"),
                    call_id=CallId("c-1"),
                    event_id=kind.value,
                    at_us=now_us + at_us,
                    received_us=now_us + at_us,
                    queue="sales",
                )
            )
            assert change is not None
            made.feed.replace(change.before, change.after, 1)
            outcome = change.after.outcome
        assert outcome is Outcome.ABANDONED
        sums = made.feed.counters.sums("sales")
        assert {n: sums.get(n) for n in ("abandoned", "short_abandoned")} == {
            "abandoned": None,
            "short_abandoned": None,
            name: 1,
        }


TWO = ("7,Ada,020 7946 0958,Leeds", "8,Bob,020 7946 0958,York")


@shows_effect_of("identify.confident")
@pytest.mark.parametrize(("confident", "shown"), [(0.9, True), (0.99, False)])
async def test_one_candidate_is_shown_when_sure_enough(
    tmp_path: Path, confident: float, shown: bool
) -> None:
    crm = customers(tmp_path, TWO[0])
    config: dict[str, Any] = {
        "sources": {"crm": crm},
        "identify": {"confident": confident},
    }
    async with built(tmp_path, **config) as service:
        profile = (await explained(service)).profile
        assert (profile.chosen is not None) is shown


@shows_effect_of("identify.lead")
@pytest.mark.parametrize(("lead", "shown"), [(0.2, True), (0.9, False)])
async def test_the_first_is_shown_when_far_enough_ahead(
    tmp_path: Path, lead: float, shown: bool
) -> None:
    first = customers(tmp_path, TWO[0], name="a.csv")
    second = customers(tmp_path, TWO[1], name="b.csv")  # worth half: a later source
    config: dict[str, Any] = {
        "sources": {"a": first, "b": second},
        "identify": {"lead": lead},
    }
    async with built(tmp_path, **config) as service:
        profile = (await explained(service)).profile
        assert len(profile.candidates) == 2
        assert (profile.chosen is not None) is shown


@shows_effect_of("identify.candidates_max")
@pytest.mark.parametrize("limit", [1, 2])
async def test_so_many_candidates_are_offered(tmp_path: Path, limit: int) -> None:
    crm = customers(tmp_path, *TWO)
    config: dict[str, Any] = {
        "sources": {"crm": crm},
        "identify": {"candidates_max": limit},
    }
    async with built(tmp_path, **config) as service:
        profile = (await explained(service, NUMBER)).profile
        assert len(profile.candidates) == limit


async def log_in(centre: CallCentre, password: str = PASSWORD) -> Any:
    return await centre.http.post(
        f"{centre.url}/v1/session",
        json={"username": "ana", "password": password},
        headers={"Origin": centre.url},
    )


@shows_effect_of("security.session_h")
@pytest.mark.parametrize(("hours", "status"), [(1, 401), (3, 200)])
async def test_a_session_ends_after_its_hours(
    tmp_path: Path, hours: float, status: int
) -> None:
    clock = FakeClock()
    config: dict[str, Any] = {"security": {"session_h": hours}}
    async with open_call_centre(tmp_path, clock=clock, **config) as centre:
        cookie = (await log_in(centre)).cookies
        [(name, value)] = [(x.key, x.value) for x in cookie.values()]
        clock.advance(2 * 3600)
        answer = await centre.http.get(
            f"{centre.url}/v1/calls", headers={"Cookie": f"{name}={value}"}
        )
        assert answer.status == status


@shows_effect_of("security.login_attempts", "security.login_window_s")
async def test_failed_log_ins_are_limited_for_the_window(tmp_path: Path) -> None:
    clock = FakeClock()
    config: dict[str, Any] = {"security": {"login_attempts": 2, "login_window_s": 60}}
    async with open_call_centre(tmp_path, clock=clock, **config) as centre:
        statuses = [(await log_in(centre, "wrong password")).status for _ in range(3)]
        assert statuses == [401, 401, 429]
        clock.advance(59)
        assert (await log_in(centre)).status == 429
        clock.advance(2)
        assert (await log_in(centre)).status == 200


@shows_effect_of("security.secure_cookie")
@pytest.mark.parametrize("secure", [True, False])
async def test_the_cookie_is_marked_for_https_as_asked(
    tmp_path: Path, secure: bool
) -> None:
    config: dict[str, Any] = {"security": {"secure_cookie": secure}}
    async with open_call_centre(tmp_path, **config) as centre:
        answer = await log_in(centre)
        [header] = answer.headers.getall("Set-Cookie")
        assert ("secure" in header.lower().split("; ")) is secure

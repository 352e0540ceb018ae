from __future__ import annotations

from screenpop.desk.presence import RETRY_S, Presence
from screenpop.domain.agent import UserId
from screenpop.support.clock import FakeClock

ANA = UserId("ana")
NOBODY: frozenset[UserId] = frozenset()
AT_DESK = frozenset({ANA})


class Door:
    """Presence with its clock; what it journals is folded in like the follower does."""

    def __init__(self, grace_s: float = 60):
        self.clock = FakeClock()
        self.presence = Presence(self.clock, grace_s)

    def opened(self) -> bool:
        """True when that was journalled."""
        record = self.presence.came(ANA)
        if record is not None:
            self.presence.take(ANA, is_open=record.data["open"] == "yes")
        return record is not None

    def gone_after(self, seconds: float, *, at_a_desk: bool = False) -> bool:
        self.clock.advance(seconds)
        records = self.presence.due(AT_DESK if at_a_desk else NOBODY)
        for record in records:
            self.presence.take(UserId(record.user), is_open=False)
        return bool(records)


def test_only_the_first_desk_is_journalled() -> None:
    door = Door()
    assert [door.opened(), door.opened()] == [True, False]


def test_who_comes_back_within_the_grace_time_was_never_away() -> None:
    door = Door()
    door.opened()
    assert not door.gone_after(0)
    assert not door.gone_after(59)
    assert not door.opened()
    assert not door.gone_after(59, at_a_desk=True)
    assert not door.gone_after(0)
    assert not door.gone_after(59)


def test_who_does_not_come_back_is_gone_once() -> None:
    door = Door()
    door.opened()
    door.gone_after(0)
    assert [door.gone_after(60), door.gone_after(600)] == [True, False]
    assert door.opened()


def test_a_record_that_was_not_kept_is_written_again() -> None:
    door = Door()
    door.opened()
    door.presence.due(NOBODY)
    for _ in range(2):
        door.clock.advance(60)
        assert [r.data["open"] for r in door.presence.due(NOBODY)] == ["no"]


def test_after_a_restart_who_never_came_back_is_found() -> None:
    door = Door()
    door.presence.take(ANA, is_open=True)  # as the journal tells it
    assert not door.gone_after(0)
    assert door.gone_after(60)


def test_a_state_named_before_desks_were_journalled_needs_a_desk_too() -> None:
    door = Door()
    door.presence.named_a_state(ANA)
    assert not door.gone_after(0)
    assert door.gone_after(60)


def test_who_came_back_while_their_leaving_was_written_is_there() -> None:
    door = Door()
    door.opened()
    door.presence.due(NOBODY)
    door.clock.advance(60)
    (gone,) = door.presence.due(NOBODY)
    assert door.presence.came(ANA) is None  # as far as the journal says they are there
    door.presence.take(UserId(gone.user), is_open=False)
    assert door.presence.due(AT_DESK) == []
    door.clock.advance(RETRY_S)
    (back,) = door.presence.due(AT_DESK)
    assert (back.user, back.data["open"]) == ("ana", "yes")


def test_an_opening_that_was_not_kept_is_written_again() -> None:
    door = Door()
    assert door.presence.came(ANA) is not None
    assert door.presence.due(AT_DESK) == []
    door.clock.advance(RETRY_S)
    assert [r.data["open"] for r in door.presence.due(AT_DESK)] == ["yes"]
    assert door.presence.due(AT_DESK) == []

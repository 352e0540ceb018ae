"""Which looks at single agents are written down?"""

from __future__ import annotations

import pytest

from screenpop.domain.agent import AgentPrivacy, Role, User, UserId
from screenpop.domain.errors import Unavailable
from screenpop.support.clock import FakeClock
from screenpop.web.looks import LOOK_S, Looks

SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
ANA = User(username=UserId("ana"), name="Ana", role=Role.AGENT)
LIVE = AgentPrivacy(live=Role.AGENT)


class Book:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []
        self.away = False

    async def write(self, user: str, action: str, page: str) -> None:
        if self.away:
            raise Unavailable("the store is away")
        self.lines.append((user, action, page))


async def test_a_page_that_asks_again_is_one_look_for_a_while() -> None:
    book, clock = Book(), FakeClock()
    looks = Looks(LIVE, book.write, clock)
    await looks.live(SUE, "live")
    await looks.live(SUE, "live")
    await looks.live(SUE, "recalls")
    assert [page for _, _, page in book.lines] == ["live", "recalls"]
    clock.advance(LOOK_S)
    await looks.live(SUE, "live")
    assert book.lines[-1] == ("sue", "agents.seen", "live")
    assert len(book.lines) == 3


async def test_nothing_is_written_where_no_name_is_shown() -> None:
    book = Book()
    looks = Looks(LIVE, book.write, FakeClock())
    await looks.past(SUE, "calls")
    await looks.live(ANA, "recalls")
    assert book.lines == []


async def test_a_look_that_cannot_be_written_is_refused_each_time() -> None:
    book = Book()
    looks = Looks(LIVE, book.write, FakeClock())
    book.away = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            await looks.live(SUE, "live")
    book.away = False
    await looks.live(SUE, "live")
    assert len(book.lines) == 1

"""Hundreds of wallboards hear everything in order, and a pop goes between them."""

from __future__ import annotations

import asyncio

from push_doubles import Browser

from screenpop.desk.session import Session, SessionLimits
from screenpop.desk.watchers import AT_ONCE, Watchers
from screenpop.domain.agent import Role, User, UserId

SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
DELTA, LATER, BOARD = b'{"n":1}', b'{"n":2}', b'{"n":"board"}'


def watching(watchers: Watchers, count: int) -> list[Browser]:
    browsers = [Browser() for _ in range(count)]
    for browser in browsers:
        enter(watchers, browser)
    return browsers


def enter(watchers: Watchers, browser: Browser, *, resumed: bool = True) -> Session:
    limits = SessionLimits()
    session = Session(SUE, browser, "wallboard", limits, lambda x, code: None)
    session.resumed = resumed
    watchers.enter(session)
    return session


def got(browser: Browser) -> list[object]:
    return [frame["n"] for frame in browser.frames]


async def test_what_is_ready_meanwhile_goes_before_most_of_them() -> None:
    watchers = Watchers()
    browsers = watching(watchers, 5 * AT_ONCE)
    had: list[int] = []

    def a_pop() -> None:
        had.append(sum(bool(browser.frames) for browser in browsers))

    asyncio.get_running_loop().call_soon(a_pop)
    await watchers.send(DELTA)
    assert had == [AT_ONCE]
    assert all(got(browser) == [1] for browser in browsers)


async def test_nothing_older_comes_after_the_whole_board() -> None:
    watchers = Watchers()
    watching(watchers, AT_ONCE)
    browser = Browser()
    session = enter(watchers, browser)
    asyncio.get_running_loop().call_soon(watchers.begin, session, BOARD)
    await watchers.send(DELTA)
    await watchers.send(LATER)
    assert got(browser) == ["board", 2]


async def test_who_left_or_has_no_board_yet_is_sent_nothing() -> None:
    watchers = Watchers()
    watching(watchers, AT_ONCE)
    gone, new = Browser(), Browser()
    asyncio.get_running_loop().call_soon(watchers.leave, enter(watchers, gone))
    enter(watchers, new, resumed=False)
    await watchers.send(DELTA)
    assert (got(gone), got(new)) == ([], [])
    assert len(watchers) == AT_ONCE + 1

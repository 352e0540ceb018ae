"""Which calls are looked up without an event of theirs, and when?

After a start all that go on. When customers were read, the first time or again, those
that go on and whose caller is not known: the index may know them now.
"""

from __future__ import annotations

import asyncio

from screenpop.domain.call import Call, Phase
from screenpop.node.follow import Follower
from screenpop.node.lookups import Lookups
from screenpop.support.spare_time import SpareTime

TAKEN_UP_AT_ONCE = 20  # calls after a restart: sources are asked 2,000 calls a second
TAKE_UP_PAUSE_S = 0.01
LOOKED_UP_AT_ONCE = 5  # then what is urgent has its turn
LOOK_EVERY_S = 1.0  # at most, however often customers are read


async def take_up(follower: Follower) -> None:
    """What is stored was read: ask again for calls that go on, a few at a time."""
    for number, call in enumerate(_in_turn(follower), 1):
        follower.begin_lookups(call.key)
        if number % TAKEN_UP_AT_ONCE == 0:
            await asyncio.sleep(TAKE_UP_PAUSE_S)


async def look_again(follower: Follower, spare: SpareTime) -> None:
    """Customers were read: is one of them who calls now, not known so far?"""
    unknown = [call for call in _in_turn(follower) if _is_unknown(follower, call)]
    for number, call in enumerate(unknown, 1):
        follower.failures.guarded("lookups", follower.begin_lookups, call.key)
        if number % LOOKED_UP_AT_ONCE == 0:
            await spare.turn()


async def keep_looking_again(
    follower: Follower, lookups: Lookups, spare: SpareTime
) -> None:
    """For ever, after each reading that brought something."""
    while True:
        news = lookups.sources.news
        await news.wait()
        news.clear()
        await look_again(follower, spare)
        await asyncio.sleep(LOOK_EVERY_S)


def _in_turn(follower: Follower) -> list[Call]:
    """Calls that someone looks at come first; the others wait for their turn."""
    return sorted(
        follower.going_on(), key=lambda call: call.phase is not Phase.ALERTING
    )


def _is_unknown(follower: Follower, call: Call) -> bool:
    case = follower.desk.cases.get(call.key)
    return case is None or not case.candidates

"""How do calls that are over become small and leave, while others ring?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from screenpop.journal.appending import Door
from screenpop.node.follow import Follower

EVERY_S = 1.0
AT_ONCE = 5  # calls: two milliseconds of the event loop


async def tidy_up(
    follower: Follower, door: Door, turn: Callable[[], Awaitable[None]]
) -> None:
    """A few calls at a time; before the next ones, `turn` lets what is urgent pass.

    Hundreds of calls that ended together would hold the event loop for a tenth of a
    second, and each phone that rings meanwhile.
    """
    while follower.book.is_due(follower.now_us):
        door.keep_all_soon(follower.tidy(AT_ONCE))
        await turn()

"""From which entry on must a start read, and with which state?"""

from __future__ import annotations

import asyncio
import logging

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import Journal
from screenpop.node.follow import Follower
from screenpop.node.snapshots import NAME, Snapshots, Useless

log = logging.getLogger(__name__)


async def resume(follower: Follower, journal: Journal, snapshots: Snapshots) -> bool:
    """Put the saved state into the folds; False: all entries are to be read.

    A state is used only where the journal goes on from it without a hole. One that
    cannot be used is reported once.
    """
    try:
        found = await journal.load_snapshot(NAME)
    except Unavailable as error:
        log.warning("%s", error)
        return False
    if found is None:
        return False
    offset, body = found
    oldest, _ = await journal.bounds()
    try:
        if oldest > offset + 1:
            raise Useless("entries after it were trimmed")
        follower.offset = offset
        await snapshots.load(body, _turn)
    except Useless as error:
        follower.offset = 0
        log.warning(
            "the saved state of the folds is not used: %s. All entries of the journal"
            " are read instead.",
            error,
        )
        return False
    follower.hub.offset = max(follower.hub.offset, offset)
    return True


async def _turn() -> None:
    await asyncio.sleep(0)

"""Where does the recall list come from at a start, and what does the web see of it?"""

from __future__ import annotations

import asyncio
import logging

from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration
from screenpop.domain.errors import Unavailable
from screenpop.history.recalls import PastRecalls
from screenpop.node.follow import Follower
from screenpop.wallboard.recalls import DAY_US, RecallList
from screenpop.web.recall_list import Recalls, RecallWords

log = logging.getLogger(__name__)

BEFORE_ALL = -(10**15)  # the place of the oldest action: before any offset


async def recover(recalls: RecallList, past: PastRecalls, now_us: int) -> None:
    """Put what the store has into an empty list, before the journal is read.

    What the journal has, too, is replaced by it then. A store that is away is logged:
    the list begins with the journal.
    """
    since_us = now_us - recalls.settings.days * DAY_US
    try:
        async for some in past.calls(since_us):
            for call, number in some:
                recalls.replace(call, number)
            await asyncio.sleep(0)
        for place, action in enumerate(await past.actions(since_us)):
            recalls.put_back(BEFORE_ALL + place, action)
    except Unavailable as error:
        log.warning(
            "callers to call back from before the journal are missing from the list:"
            " %s. Start the service again when the store is back.",
            error,
        )


def recalls_of(config: Configuration, follower: Follower) -> Recalls:
    """The list as the web asks for it."""
    words = RecallWords(
        queues={name: queue.label for name, queue in config.queues.items()},
        columns={
            f"{shape.name}.{column.name}": f"{shape.label}: {column.label}"
            for shape in all_shapes(config)
            for column in (*shape.fields, *shape.columns)
        },
        click_to_call=config.click_to_call,
        home_country=config.server.country,
        time_zone=config.server.time_zone,
    )
    return Recalls(
        follower.feed.recalls,
        follower.directory,
        follower.door,
        follower.clock,
        words,
        lambda offset: follower.offset >= offset,
    )

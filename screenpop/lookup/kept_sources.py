"""What of the running sources goes on under another configuration?

Sources that are asked as before keep their connections, caches and breakers. The
number index and the tasks are common to the old sources and the new ones.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from screenpop.connector import Connector, OddItems
from screenpop.lookup.guarded_source import GuardedSource
from screenpop.support.tasks import TaskOwner

if TYPE_CHECKING:
    from screenpop.lookup.sources import Sources


@dataclass(frozen=True, kw_only=True)
class KeptSources:
    """The running sources, and the names of those that stay."""

    sources: Sources
    names: Collection[str]

    def give(
        self,
        name: str,
        guards: dict[str, GuardedSource],
        connectors: dict[str, Connector[Any, Any]],
        misread: dict[str, OddItems],
    ) -> None:
        mine = self.sources
        guards[name], misread[name] = mine.guards[name], mine.misread[name]
        if name in mine.connectors:
            connectors[name] = mine.connectors[name]

    def hand_over(self, to: Sources) -> list[TaskOwner]:
        """`to` answers from now on. Returns who read contacts and are to be closed.

        What is known of the readings stays in the same mappings: a reading that is
        under way writes into them.
        """
        mine, fresh = self.sources, dict(to.unread)
        to.unread, to.readings, to.read_us = mine.unread, mine.readings, mine.read_us
        to.said, to.refreshing = mine.said, mine.refreshing
        ended = []
        changed = {*mine.guards, *to.guards} - set(self.names)
        to.canaries.reopened.update(changed & to.connectors.keys())
        for name in changed:
            for known in (to.unread, to.readings, to.read_us, to.said):
                known.pop(name, None)
            if (reading := to.refreshing.pop(name, None)) is not None:
                ended.append(reading)
        to.unread.update(fresh)
        return ended

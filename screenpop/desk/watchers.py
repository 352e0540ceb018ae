"""Who watches the wallboard, and how do hundreds hear the same without delaying a pop?

A write to a browser takes some 15 microseconds: 500 in one piece would keep a pop that
comes meanwhile waiting for longer than all else that is done for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice

from screenpop.desk.session import Session

AT_ONCE = 20  # browsers written to before the event loop gets its turn


class Watchers:
    """The wallboards of this node."""

    def __init__(self) -> None:
        self._sessions: list[Session] = []
        self._due: dict[Session, None] = {}  # these still wait for what is being sent

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions)

    def enter(self, session: Session) -> None:
        self._sessions.append(session)

    def leave(self, session: Session) -> None:
        self._due.pop(session, None)
        if session in self._sessions:
            self._sessions.remove(session)

    def begin(self, session: Session, board: bytes) -> None:
        """One gets the whole board: nothing older may come after it."""
        self._due.pop(session, None)
        session.write(board)

    async def send(self, data: bytes) -> None:
        """The same bytes to each that has the board, some at a time."""
        self._due = dict.fromkeys(each for each in self._sessions if each.resumed)
        while self._due:
            for session in [*islice(self._due, AT_ONCE)]:
                del self._due[session]
                session.write(data)
            if self._due:
                await asyncio.sleep(0)

"""Which sessions ended before their time?

A session is proved by its signature alone, so a log-out has to be written down: the
store keeps it until the session would have expired anyway. Asked from memory, on
every request; `refresh` reads what other nodes wrote. While the store is away a
log-out counts here at once, and is written when the store is back.
"""

from __future__ import annotations

from itertools import islice

from sqlalchemy import delete, func, insert, select

from screenpop.domain.agent import User, UserId
from screenpop.domain.call import AgentId
from screenpop.domain.errors import BadInput, Unavailable
from screenpop.history.engine import Database
from screenpop.history.tables import ended_sessions
from screenpop.history.users import Users, username_of
from screenpop.support.clock import Clock, SystemClock

UNWRITTEN_MAX = 10_000  # while the store is away
AT_ONCE = 500  # rows of one transaction


class EndedSessions:
    def __init__(self, database: Database, clock: Clock | None = None):
        self._database = database
        self._clock = clock or SystemClock()
        self._ended: dict[str, int] = {}  # to the time when they expire
        self._unwritten: dict[str, int] = {}
        self._stamp: tuple[int, int] | None = None

    def __contains__(self, session: str) -> bool:
        return session in self._ended

    def __len__(self) -> int:
        return len(self._ended)

    async def end(self, session: str, expires_us: int) -> None:
        """From now on it is over, on this node at once."""
        self._ended[session] = expires_us
        if len(self._unwritten) < UNWRITTEN_MAX:
            self._unwritten[session] = expires_us
        try:
            await self._write()
        except Unavailable:
            return  # `refresh` tries again

    async def refresh(self) -> bool:
        """Write what is still to be written, read what is new; True if there was.

        Raises `Unavailable`; what was known stays then.
        """
        await self._write()
        stamp = await self._stamp_now()
        if stamp == self._stamp:
            return False
        await self._forget_expired()
        async with self._database.read() as connection:
            rows = await connection.execute(select(ended_sessions))
            self._ended = {row.session: row.expires_us for row in rows}
        self._stamp = await self._stamp_now()
        return True

    async def _stamp_now(self) -> tuple[int, int]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(func.count(), func.sum(ended_sessions.c.expires_us)).select_from(
                    ended_sessions
                )
            )
            count, total = found.one()
        return count, int(total or 0)

    async def _write(self) -> None:
        if not self._unwritten:
            return
        writing = dict(islice(self._unwritten.items(), AT_ONCE))
        async with self._database.write() as connection:
            known = await connection.execute(
                select(ended_sessions.c.session).where(
                    ended_sessions.c.session.in_(writing)
                )
            )
            there = set(known.scalars())
            rows = [
                {"session": session, "expires_us": expires_us}
                for session, expires_us in writing.items()
                if session not in there
            ]
            if rows:
                await connection.execute(insert(ended_sessions), rows)
        for session in writing:
            self._unwritten.pop(session, None)

    async def _forget_expired(self) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(ended_sessions).where(
                    ended_sessions.c.expires_us < self._clock.now_us()
                )
            )


class UsersCache:
    """All users in memory. `refresh` reads them again when any has changed."""

    def __init__(self, users: Users):
        self._users = users
        self._stamp: tuple[int, int] | None = None
        self._by_name: dict[str, User] = {}
        self._by_agent: dict[AgentId, tuple[UserId, ...]] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, username: str) -> User | None:
        try:
            return self._by_name.get(username) or self._by_name.get(
                username_of(username)
            )
        except BadInput:
            return None

    def at(self, agent: AgentId) -> tuple[UserId, ...]:
        """The people who are that agent in the telephone system now."""
        return self._by_agent.get(agent, ())

    def all(self) -> tuple[User, ...]:
        return tuple(self._by_name.values())

    async def reload(self) -> None:
        """Raises `Unavailable`; what was known stays then."""
        stamp = await self._users.stamp()
        everybody = await self._users.list_all()
        self._stamp = stamp
        self._by_name = {user.username: user for user in everybody}
        by_agent: dict[AgentId, tuple[UserId, ...]] = {}
        for user in everybody:
            for agent in user.agents if user.active else ():
                by_agent[agent] = (*by_agent.get(agent, ()), user.username)
        self._by_agent = by_agent

    async def refresh(self) -> bool:
        """Reload if another process changed users; True when it did."""
        if await self._users.stamp() == self._stamp:
            return False
        await self.reload()
        return True

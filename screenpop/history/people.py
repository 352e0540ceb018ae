"""Who may log in, as the web asks for them: from memory, and changed in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screenpop.domain.agent import Role, User, UserId
from screenpop.history.sessions import EndedSessions, UsersCache
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users

ENDED_MAX = 100_000  # sessions that ended before their time, in memory and store


@dataclass(kw_only=True)
class People:
    """Users and tokens as the web asks for them."""

    users: Users
    tokens: Tokens
    cache: UsersCache
    ended: EndedSessions
    stale: bool = False  # users changed, and their tokens were not read yet

    def get(self, username: UserId) -> User | None:
        return self.cache.get(username)

    def all(self) -> tuple[User, ...]:
        return self.cache.all()

    async def verify(self, username: str, password: str) -> User | None:
        return await self.users.verify(username, password)

    async def by_token(self, token: str) -> tuple[User, str] | None:
        return self.tokens.find(token, self.cache)

    async def change_password(self, username: UserId, password: str) -> User:
        """Their own; `refresh` then says that something changed."""
        user = await self.users.set_password(username, password, by=username)
        return await self._told(user)

    async def add(
        self,
        username: str,
        password: str,
        *,
        name: str,
        role: Role,
        agents: Iterable[str],
        until_us: int,
        by: UserId,
    ) -> User:
        """With a first password. Raises `BadInput`."""
        user = await self.users.create(
            username,
            password=password,
            name=name,
            role=role,
            agents=agents,
            until_us=until_us,
            by=by,
        )
        return await self._told(user)

    async def give_password(
        self, username: str, password: str, *, until_us: int, by: UserId
    ) -> User:
        """To somebody else, whose sessions end. Raises `BadInput`, `NotFound`."""
        user = await self.users.set_password(
            username, password, until_us=until_us, by=by
        )
        return await self._told(user)

    async def set_active(self, username: str, active: bool, *, by: UserId) -> User:
        """Raises `BadInput`, `NotFound`."""
        user = await self.users.change(username, active=active, by=by)
        return await self._told(user)

    async def _told(self, user: User) -> User:
        """`refresh` then says that something changed."""
        await self.cache.reload()
        self.stale = True
        return user

    async def change_locale(self, username: UserId, locale: str | None) -> User:
        """Their own language; no right changes, so that all sessions go on."""
        user = await self.users.change(username, locale=locale, by=username)
        await self.cache.reload()
        return user

    async def settings(self, username: UserId) -> str | None:
        return await self.users.settings(username)

    async def keep_settings(self, username: UserId, settings: str) -> None:
        await self.users.keep_settings(username, settings)

    def token_lives(self, token_id: str) -> bool:
        return self.tokens.lives(token_id)

    def has_ended(self, session: str) -> bool:
        return session in self.ended

    async def end_session(self, session: str, user: UserId, expires_us: int) -> None:
        """One session; where too many are kept already, all of the user's."""
        await self.ended.end(session, expires_us)
        if len(self.ended) > ENDED_MAX:
            await self.users.end_sessions(user, by=user)

    async def read(self) -> None:
        """Everything, from the store. Raises `Unavailable`."""
        await self.cache.reload()
        await self.tokens.reload()
        await self.ended.refresh()

    async def refresh(self) -> bool:
        """Did this or another process change rights? Raises `Unavailable`."""
        changed = await self.ended.refresh()
        self.stale = await self.cache.refresh() or self.stale
        if self.stale:
            await self.tokens.reload()
            self.stale, changed = False, True
        return changed

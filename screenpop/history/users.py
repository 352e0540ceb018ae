"""Who may log in, as whom in the telephone systems, and with which rights?"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from types import EllipsisType

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    case,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.agent import Role, User, UserId, folded_name
from screenpop.domain.call import AgentId
from screenpop.domain.errors import BadInput, NotFound
from screenpop.history.audit import Audit
from screenpop.history.engine import Database
from screenpop.history.passwords import Passwords
from screenpop.history.rows import one_line
from screenpop.history.tables import LABEL_CHARS, NAME_CHARS, users
from screenpop.support.clock import Clock, SystemClock

AGENTS_MAX = 20
LOCALE_CHARS_MAX = 35


def username_of(text: str) -> UserId:
    """The one spelling of a user name: NFKC, case folded. Raises `BadInput`."""
    name = folded_name(text)
    if not name or len(name) > LABEL_CHARS or any(not _plain(char) for char in name):
        raise BadInput(
            f"username: must be 1 to {LABEL_CHARS} visible characters without spaces",
            code="bad_username",
            remedy="Use for example the e-mail address.",
        )
    return UserId(name)


class Users:
    """`by` is who does it, for the audit."""

    def __init__(
        self,
        database: Database,
        clock: Clock | None = None,
        passwords: Passwords | None = None,
    ):
        self._database = database
        self._clock = clock or SystemClock()
        self._passwords = passwords or Passwords()
        self._audit = Audit(database, self._clock)

    async def get(self, username: str) -> User | None:
        row = await self._row(username)
        return None if row is None else _user(row)

    async def list_all(self) -> list[User]:
        async with self._database.read() as connection:
            found = await connection.execute(select(users).order_by(users.c.username))
        return [_user(row) for row in found.mappings()]

    async def create(
        self,
        username: str,
        *,
        password: str | None,
        name: str = "",
        role: Role = Role.AGENT,
        agents: Iterable[str] = (),
        locale: str | None = None,
        take: bool = False,
        until_us: int | None = None,
        by: str = "system",
    ) -> User:
        """Without a password the user can only use tokens. Raises `BadInput`.

        An agent id belongs to one person. With `take` its present user loses it.
        """
        user = User(
            username=username_of(username),
            name=_checked("name", name or username, NAME_CHARS),
            role=role,
            agents=_agents(agents),
            locale=_locale(locale),
        )
        hash_ = (
            None
            if password is None
            else await self._passwords.hashed_new(password, user.username)
        )
        row = {
            **_columns(user),
            "username": user.username,
            "token_epoch": 0,
            "password_hash": hash_,
            "password_until_us": until_us,
            "created_us": self._clock.now_us(),
        }
        try:
            async with self._database.write() as connection:
                row["updated_us"] = await next_stamp(connection, self._clock)
                await self._clear(connection, user.username, user.agents, take, by)
                await connection.execute(insert(users).values(row))
                await self._told(connection, by, "user.create", user.username, row)
        except IntegrityError as error:
            raise BadInput(
                f"username: {user.username} is taken",
                code="username_taken",
                remedy="Choose another, or change that user.",
            ) from error
        return user

    async def set_password(
        self,
        username: str,
        password: str,
        *,
        until_us: int | None = None,
        by: str = "system",
    ) -> User:
        """Also ends the user's sessions. Raises `BadInput`, `NotFound`.

        `until_us`: a first password that somebody else knows is of use until then.
        """
        hash_ = await self._passwords.hashed_new(password, username)
        values = {
            "password_hash": hash_,
            "password_until_us": until_us,
            "token_epoch": users.c.token_epoch + 1,
        }
        return await self._change(username, values, "user.password", by, {})

    async def change(
        self,
        username: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        agents: Iterable[str] | None = None,
        active: bool | None = None,
        locale: str | EllipsisType | None = ...,
        take: bool = False,
        by: str = "system",
    ) -> User:
        """Set what is given; `locale=None` means the browser's own.

        Other rights (role, being active at all) raise the epoch: every session and
        open WebSocket from before ends. Other agent ids do not: calls belong to who was
        at the telephone when they rang. An agent id belongs to one person: with `take`
        its present user loses it. The last active admin stays one. Raises `BadInput`,
        `NotFound`.
        """
        values: dict[str, object] = {}
        if name is not None:
            values["name"] = _checked("name", name, NAME_CHARS)
        if role is not None:
            values["role"] = role.value
        if agents is not None:
            values["agents"] = json.dumps(sorted(_agents(agents)))
        if active is not None:
            values["active"] = active
        if not isinstance(locale, EllipsisType):
            values["locale"] = _locale(locale)
        told = dict(values)
        values["token_epoch"] = users.c.token_epoch + _rights_differ(values)
        clear = take if agents is not None or active else None
        return await self._change(username, values, "user.change", by, told, clear)

    async def end_sessions(self, username: str, *, by: str = "system") -> User:
        """Raise the epoch: no session from before is valid. Raises `NotFound`."""
        values = {"token_epoch": users.c.token_epoch + 1}
        return await self._change(username, values, "user.end_sessions", by, {})

    async def settings(self, username: str) -> str | None:
        """How they like the pages, as kept; null: nothing is kept."""
        row = await self._row(username)
        return None if row is None else row["settings"]

    async def keep_settings(self, username: str, settings: str) -> None:
        """No right changes: neither the audit nor the other nodes need to know."""
        which = users.c.username == username_of(username)
        async with self._database.write() as connection:
            await connection.execute(
                update(users).where(which).values(settings=settings)
            )

    async def verify(self, username: str, password: str) -> User | None:
        """The active user of that name and password; equal work when there is none."""
        row = await self._row(username)
        usable = row is not None and row["active"] and self._in_time(row)
        hash_ = row["password_hash"] if usable and row is not None else None
        if not await self._passwords.right(password, hash_) or row is None:
            return None
        if self._passwords.outdated(row["password_hash"]):
            await self._rehash(row, password)
        return _user(row)

    def _in_time(self, row: RowMapping) -> bool:
        until_us = row["password_until_us"]
        return until_us is None or self._clock.now_us() < int(until_us)

    async def stamp(self) -> tuple[int, int]:
        """Changes whenever any user or token does; cheap to ask."""
        async with self._database.read() as connection:
            found = await connection.execute(
                select(func.count(), func.max(users.c.updated_us)).select_from(users)
            )
            count, newest = found.one()
        return count, newest or 0

    async def _row(self, username: str) -> RowMapping | None:
        try:
            key = username_of(username)
        except BadInput:
            return None
        async with self._database.read() as connection:
            found = await connection.execute(
                select(users).where(users.c.username == key)
            )
            return found.mappings().first()

    async def _change(
        self,
        username: str,
        values: Mapping[str, object],
        action: str,
        by: str,
        told: Mapping[str, object],
        take: bool | None = None,
    ) -> User:
        """With `take` the user's agent ids are checked, and taken when it is True."""
        key = username_of(username)
        async with self._database.write() as connection:
            was_admin = key in await _admins(connection)
            row = {**values, "updated_us": await next_stamp(connection, self._clock)}
            statement = update(users).where(users.c.username == key).values(row)
            found = (await connection.execute(statement.returning(users))).mappings()
            changed = found.first()
            if changed is None:
                raise NotFound(
                    f"there is no user {key}",
                    code="unknown_user",
                    remedy="See `screenpop users list`.",
                )
            user = _user(changed)
            if was_admin and not _is_admin(user):
                await _require_an_admin(connection)
            if take is not None and user.active:
                await self._clear(connection, key, user.agents, take, by)
            await self._told(connection, by, action, key, told)
        return user

    async def _clear(
        self,
        connection: AsyncConnection,
        username: UserId,
        agents: frozenset[AgentId],
        take: bool,
        by: str,
    ) -> None:
        """See that no other active user has one of these agent ids."""
        active = select(users).where(users.c.active, users.c.username != username)
        found = (await connection.execute(active)).mappings().all()
        for other in map(_user, found):
            shared = sorted(other.agents & agents)
            if not shared:
                continue
            if not take:
                raise _taken(shared, other)
            left = {"agents": json.dumps(sorted(other.agents - agents))}
            stamp = {"updated_us": await next_stamp(connection, self._clock)}
            statement = update(users).where(users.c.username == other.username)
            await connection.execute(statement.values({**left, **stamp}))
            await self._told(connection, by, "user.change", other.username, left)

    async def _rehash(self, row: RowMapping, password: str) -> None:
        hash_ = await self._passwords.hashed(password)
        async with self._database.write() as connection:
            await connection.execute(
                update(users)
                .where(users.c.username == row["username"])
                .where(users.c.password_hash == row["password_hash"])
                .values(password_hash=hash_)
            )

    async def _told(
        self,
        connection: AsyncConnection,
        by: str,
        action: str,
        username: str,
        values: Mapping[str, object],
    ) -> None:
        shown = {k: v for k, v in values.items() if k in _SHOWN_IN_AUDIT}
        detail = json.dumps(shown, ensure_ascii=False)
        await self._audit.write(by, action, username, detail, within=connection)


def _is_admin(user: User) -> bool:
    return user.active and user.role is Role.ADMIN


async def _admins(connection: AsyncConnection) -> set[str]:
    """Those who may log in; locked, so that two of them do not go at once."""
    admin = (users.c.role == Role.ADMIN.value) & users.c.active
    found = select(users.c.username).where(admin).order_by(users.c.username)
    return {*(await connection.scalars(found.with_for_update()))}


async def _require_an_admin(connection: AsyncConnection) -> None:
    """After the change; without an admin the transaction is given up."""
    if not await _admins(connection):
        raise BadInput(
            "role: this is the last active user with the role admin",
            code="last_admin",
            remedy="Give another active user the role admin first.",
        )


async def next_stamp(connection: AsyncConnection, clock: Clock) -> int:
    """A value for `updated_us` that no earlier change has, however close."""
    newest = await connection.scalar(select(func.max(users.c.updated_us)))
    return max(clock.now_us(), (newest or 0) + 1)


def _taken(agents: list[AgentId], other: User) -> BadInput:
    return BadInput(
        f"agents: {', '.join(agents)} already belongs to {other.username}"
        f" ({other.name}); an agent id must belong to one person",
        code="agent_taken",
        remedy="Use `--take` to move it here; the other person keeps their past calls.",
    )


def _rights_differ(values: Mapping[str, object]) -> ColumnElement[int]:
    """1 where the row's rights are others than these, else 0; judged by the store."""
    others = [users.c[name] != values[name] for name in _RIGHTS if name in values]
    if values.get("active") is False:
        others.append(users.c.active)
    return case((or_(false(), *others), 1), else_=0)


_RIGHTS = ("role",)  # who moves to another telephone stays logged in
_SHOWN_IN_AUDIT = frozenset({"name", "role", "agents", "locale", "active"})


def _user(row: RowMapping) -> User:
    return User(
        username=UserId(row["username"]),
        name=row["name"],
        role=Role(row["role"]),
        agents=frozenset(AgentId(agent) for agent in json.loads(row["agents"])),
        locale=row["locale"],
        active=row["active"],
        token_epoch=row["token_epoch"],
    )


def _columns(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role.value,
        "agents": json.dumps(sorted(user.agents)),
        "locale": user.locale,
        "active": user.active,
    }


def _agents(agents: Iterable[str]) -> frozenset[AgentId]:
    found = frozenset(
        AgentId(_checked("agents", agent.strip(), NAME_CHARS)) for agent in agents
    )
    if len(found) > AGENTS_MAX:
        raise BadInput(
            f"agents: {len(found)} are too many, at most {AGENTS_MAX}",
            code="too_many_agents",
            remedy="Give each person their own agent ids only.",
        )
    return found


def _locale(locale: str | None) -> str | None:
    return None if locale is None else _checked("locale", locale, LOCALE_CHARS_MAX)


def _checked(field: str, text: str, chars_max: int) -> str:
    if not one_line(text, chars_max):
        raise BadInput(
            f"{field}: must be 1 to {chars_max} characters on one line",
            code=f"bad_{field}",
            remedy="Shorten it.",
        )
    return text


def _plain(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ"

"""Which program is this, by the token it sends?

A secret is shown once and stored as its SHA-256: it is long and random, so that a
slow hash would protect nothing more. Checking costs no I/O.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.agent import User, UserId
from screenpop.domain.errors import BadInput, NotFound
from screenpop.history.audit import Audit
from screenpop.history.engine import Database
from screenpop.history.rows import one_line
from screenpop.history.sessions import UsersCache
from screenpop.history.tables import LABEL_CHARS, api_tokens, users
from screenpop.history.users import next_stamp, username_of
from screenpop.support.clock import Clock, SystemClock

PREFIX = "sp_"
TOKENS_PER_USER_MAX = 50
SECRET_CHARS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    token_id: str
    username: UserId
    label: str
    created_us: int
    revoked_us: int | None = None
    expires_us: int | None = None

    def lives(self, now_us: int) -> bool:
        return self.expires_us is None or now_us < self.expires_us


class Tokens:
    def __init__(self, database: Database, clock: Clock | None = None):
        self._database = database
        self._clock = clock or SystemClock()
        self._audit = Audit(database, self._clock)
        self._by_hash: dict[str, Token] = {}
        self._by_id: dict[str, Token] = {}

    async def create(
        self,
        username: str,
        label: str,
        *,
        expires_us: int | None = None,
        by: str = "system",
    ) -> tuple[Token, str]:
        """A new token and its secret, which can never be read again.

        Raises `NotFound` without such a user, `BadInput` beyond the limits.
        """
        key = username_of(username)
        if not one_line(label, LABEL_CHARS):
            raise BadInput(
                f"label: must be 1 to {LABEL_CHARS} characters on one line",
                code="bad_label",
                remedy="Say which program uses the token.",
            )
        await self._check_room(key)
        token = Token(
            token_id=secrets.token_hex(8),
            username=key,
            label=label,
            created_us=self._clock.now_us(),
            expires_us=expires_us,
        )
        secret = PREFIX + secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            await connection.execute(
                insert(api_tokens).values(
                    token_id=token.token_id,
                    username=key,
                    label=label,
                    secret_sha256=_hash(secret),
                    created_us=token.created_us,
                    expires_us=expires_us,
                )
            )
            await self._changed(connection, key)
            await self._audit.write(
                by, "token.create", key, f"{token.token_id} {label}", within=connection
            )
        self._keep({**self._by_hash, _hash(secret): token})
        return token, secret

    async def list_all(self, username: str | None = None) -> list[Token]:
        query = select(api_tokens).order_by(api_tokens.c.created_us)
        if username is not None:
            query = query.where(api_tokens.c.username == username_of(username))
        async with self._database.read() as connection:
            found = await connection.execute(query)
        return [
            Token(**{k: v for k, v in row.items() if k != "secret_sha256"})
            for row in found.mappings()
        ]

    async def revoke(self, token_id: str, *, by: str = "system") -> None:
        """Raises `NotFound`. Idempotent."""
        async with self._database.write() as connection:
            found = await connection.execute(
                update(api_tokens)
                .where(api_tokens.c.token_id == token_id)
                .values(revoked_us=func.coalesce(api_tokens.c.revoked_us, self._now()))
                .returning(api_tokens.c.username)
            )
            username = found.scalar()
            if username is None:
                raise NotFound(
                    f"there is no token {token_id[:LABEL_CHARS]}",
                    code="unknown_token",
                    remedy="See `screenpop users token NAME --list`.",
                )
            await self._changed(connection, username)
            await self._audit.write(by, "token.revoke", token_id, within=connection)
        self._keep(
            {
                key: token
                for key, token in self._by_hash.items()
                if token.token_id != token_id
            }
        )

    async def reload(self) -> None:
        """Read all usable tokens; raises `Unavailable`, what was known stays then."""
        query = select(api_tokens).where(api_tokens.c.revoked_us.is_(None))
        async with self._database.read() as connection:
            found = await connection.execute(query)
        self._keep(
            {
                row["secret_sha256"]: Token(
                    token_id=row["token_id"],
                    username=UserId(row["username"]),
                    label=row["label"],
                    created_us=row["created_us"],
                    expires_us=row["expires_us"],
                )
                for row in found.mappings()
            }
        )

    def find(self, secret: str, people: UsersCache) -> tuple[User, str] | None:
        """The active user a secret stands for, and its token's id; from memory."""
        if not secret.startswith(PREFIX) or len(secret) > SECRET_CHARS_MAX:
            return None
        token = self._by_hash.get(_hash(secret))
        if token is None or not token.lives(self._now()):
            return None
        user = people.get(token.username)
        return (user, token.token_id) if user is not None and user.active else None

    def lives(self, token_id: str) -> bool:
        """Was it neither revoked nor has it expired? From memory."""
        token = self._by_id.get(token_id)
        return token is not None and token.lives(self._now())

    def _keep(self, by_hash: dict[str, Token]) -> None:
        self._by_hash = by_hash
        self._by_id = {token.token_id: token for token in by_hash.values()}

    async def _check_room(self, username: UserId) -> None:
        async with self._database.read() as connection:
            known = await connection.scalar(
                select(func.count()).where(users.c.username == username)
            )
            held = await connection.scalar(
                select(func.count())
                .where(api_tokens.c.username == username)
                .where(api_tokens.c.revoked_us.is_(None))
            )
        if not known:
            raise NotFound(
                f"there is no user {username}",
                code="unknown_user",
                remedy="See `screenpop users list`.",
            )
        if (held or 0) >= TOKENS_PER_USER_MAX:
            raise BadInput(
                f"{username} has {held} tokens, at most {TOKENS_PER_USER_MAX}",
                code="too_many_tokens",
                remedy="Revoke those no longer used.",
            )

    async def _changed(self, connection: AsyncConnection, username: str) -> None:
        """Let other processes see that something about this user is new."""
        stamp = await next_stamp(connection, self._clock)
        await connection.execute(
            update(users).where(users.c.username == username).values(updated_us=stamp)
        )

    def _now(self) -> int:
        return self._clock.now_us()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

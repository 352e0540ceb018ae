"""How do users and tokens look on a terminal and as JSON?"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from screenpop.domain.agent import User
from screenpop.history.tokens import Token
from screenpop.support.clock import iso_from_us

UserRow = dict[str, str | bool | list[str] | None]
TokenRow = dict[str, str | None]


def user_row(user: User) -> UserRow:
    return {
        "username": user.username,
        "name": user.name,
        "role": user.role.value,
        "agents": sorted(user.agents),
        "locale": user.locale,
        "active": user.active,
    }


def token_row(token: Token) -> TokenRow:
    revoked_us, expires_us = token.revoked_us, token.expires_us
    return {
        "token_id": token.token_id,
        "username": token.username,
        "label": token.label,
        "created_at": iso_from_us(token.created_us),
        "revoked_at": None if revoked_us is None else iso_from_us(revoked_us),
        "expires_at": None if expires_us is None else iso_from_us(expires_us),
    }


def shown_users(users: Iterable[User]) -> None:
    _print(
        ("user", "name", "role", "agents", "locale", "may log in"),
        [
            (
                user.username,
                user.name,
                user.role.value,
                ", ".join(sorted(user.agents)),
                user.locale or "",
                "yes" if user.active else "no",
            )
            for user in users
        ],
    )


def shown_tokens(tokens: Iterable[Token]) -> None:
    rows = [token_row(token) for token in tokens]
    _print(
        ("token", "user", "label", "made", "revoked", "expires"),
        [tuple(value or "" for value in row.values()) for row in rows],
    )


def _print(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(*heads)
    for row in rows:
        table.add_row(*(escape(value) for value in row))
    Console().print(table)

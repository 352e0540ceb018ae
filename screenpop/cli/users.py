"""Who may log in, and how does an admin change that from a terminal?

Passwords come from a prompt or standard input, never from the command line: there
every user of the machine could read them.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from screenpop.cli.db import opened_store
from screenpop.domain.agent import Role, User
from screenpop.history.engine import Database
from screenpop.history.passwords import generated
from screenpop.history.tokens import Token, Tokens
from screenpop.history.users import Users
from screenpop.support.clock import SystemClock, iso_from_us

T = TypeVar("T")
DAY_US = 86_400_000_000

Config = Annotated[Path, typer.Option("--config", help="The configuration.")]
Username = Annotated[str, typer.Argument(help="The name to log in with.")]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FullName = Annotated[str | None, typer.Option("--name", help="As colleagues see it.")]
Agents = Annotated[
    list[str] | None,
    typer.Option("--agent", help="Their id in a telephone system; may be repeated."),
]
Take = Annotated[
    bool,
    typer.Option("--take", help="Move agent ids that another person has to this one."),
]
Locale = Annotated[
    str | None,
    typer.Option("--locale", help="Language and writing of numbers, e.g. de-DE."),
]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input."),
]
Generate = Annotated[
    bool, typer.Option("--generate", help="Make a password and print it once.")
]


Expires = Annotated[
    float | None,
    typer.Option(
        "--expires", min=0.01, help="Days until the password must be another one."
    ),
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Add, list and change who may log in.",
        epilog=_example("list"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list", epilog=_example("list"))(list_)
    group.command("add", epilog=_example("add ana --agent 1001"))(add)
    group.command("passwd", epilog=_example("passwd ana"))(passwd)
    group.command("set", epilog=_example("set ana --role supervisor"))(set_)
    group.command("token", epilog=_example("token reports --label export"))(token)
    group.command("revoke", epilog=_example("revoke 0f3a5c7e9b1d2468"))(revoke)
    app.add_typer(group, name="users")


def list_(config: Config, json_wanted: JsonWanted = False) -> None:
    """List all users with their roles and telephones."""
    users = _within(config, lambda database: Users(database).list_all())
    if json_wanted:
        _print_json([user_row(user) for user in users])
    else:
        shown_users(users)


def add(
    username: Username,
    config: Config,
    name: FullName = None,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = (
        Role.AGENT
    ),
    agent: Agents = None,
    take: Take = False,
    locale: Locale = None,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    expires: Expires = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="For a program: tokens only.")
    ] = False,
) -> None:
    """Add a user; asks for the password unless told where it comes from."""
    password = None if no_password else _password(password_stdin, generate)
    user = _within(
        config,
        lambda database: Users(database).create(
            username,
            password=password,
            name=name or "",
            role=role,
            agents=agent or (),
            locale=locale,
            until_us=_in_days(expires),
            take=take,
            by=_by(),
        ),
    )
    typer.echo(f"added {user.username} ({user.role.value})")
    _tell_generated(password if generate else None)


def passwd(
    username: Username,
    config: Config,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    expires: Expires = None,
) -> None:
    """Set a user's password; all their sessions end."""
    password = _password(password_stdin, generate)
    user = _within(
        config,
        lambda database: Users(database).set_password(
            username, password, until_us=_in_days(expires), by=_by()
        ),
    )
    typer.echo(f"changed the password of {user.username}; their sessions ended")
    _tell_generated(password if generate else None)


def set_(
    username: Username,
    config: Config,
    name: FullName = None,
    role: Annotated[
        Role | None, typer.Option("--role", help="What they may do.")
    ] = None,
    agent: Agents = None,
    no_agents: Annotated[
        bool, typer.Option("--no-agents", help="They have no telephone.")
    ] = False,
    take: Take = False,
    locale: Locale = None,
    active: Annotated[
        bool | None,
        typer.Option("--active/--inactive", help="May they log in at all?"),
    ] = None,
    end_sessions: Annotated[
        bool, typer.Option("--end-sessions", help="Log them out everywhere.")
    ] = False,
) -> None:
    """Change what is given and leave the rest; `--agent` replaces all agent ids.

    An agent id belongs to one person: `--take` moves it from whoever has it. To swap
    two: `users set ana --agent 1002 --take`, then `users set ben --agent 1001`.
    """

    async def change(database: Database) -> None:
        users = Users(database)
        user = await users.change(
            username,
            name=name,
            role=role,
            agents=() if no_agents else agent,
            active=active,
            locale=... if locale is None else locale,
            take=take,
            by=_by(),
        )
        if end_sessions:
            await users.end_sessions(username, by=_by())
        shown_users([user])

    _within(config, change)


def token(
    username: Username,
    config: Config,
    label: Annotated[
        str, typer.Option("--label", help="Which program will use it.")
    ] = "made on the command line",
    expires_days: Annotated[
        float | None,
        typer.Option("--expires", min=0.01, help="Days until it ends by itself."),
    ] = None,
    list_wanted: Annotated[
        bool, typer.Option("--list", help="List the tokens instead of making one.")
    ] = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Make a token for a program and print its secret once."""
    if list_wanted:
        found = _within(config, lambda database: Tokens(database).list_all(username))
        if json_wanted:
            _print_json([token_row(each) for each in found])
        else:
            shown_tokens(found)
        return
    expires_us = _in_days(expires_days)
    made, secret = _within(
        config,
        lambda database: Tokens(database).create(
            username, label, expires_us=expires_us, by=_by()
        ),
    )
    if json_wanted:
        _print_json({**token_row(made), "secret": secret})
    else:
        typer.echo(f"token {made.token_id}; its secret is shown only now:", err=True)
        typer.echo(secret)


def revoke(
    token_id: Annotated[str, typer.Argument(help="As `token NAME --list` shows it.")],
    config: Config,
) -> None:
    """Make a token useless, at once and for ever."""
    _within(config, lambda database: Tokens(database).revoke(token_id, by=_by()))
    typer.echo(f"revoked {token_id}")


def _within(config: Path, work: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        async with opened_store(config) as database:
            return await work(database)

    return asyncio.run(run())


def _in_days(days: float | None) -> int | None:
    return None if days is None else SystemClock().now_us() + round(days * DAY_US)


def _password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise typer.BadParameter("--password-stdin and --generate exclude each other")
    if generate:
        return generated()
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "no terminal to ask at: use --password-stdin or --generate"
        )
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _tell_generated(password: str | None) -> None:
    if password is not None:
        typer.echo("the password, shown only now:", err=True)
        typer.echo(password)


def _by() -> str:
    """Who sits at the terminal, for the audit."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container without names
        return "cli"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _example(words: str) -> str:
    return f"Example: screenpop users {words} --config screenpop.yaml"


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

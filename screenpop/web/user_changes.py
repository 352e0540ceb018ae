"""Who may log in from now on, and who not any more? For administrators.

Passwords are made here and given once, in the answer. They are of use for a week,
until their owner chooses another. Each change is written to the audit by the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar

import msgspec
from aiohttp import web

from screenpop.domain.agent import Role
from screenpop.domain.errors import BadInput
from screenpop.history.passwords import generated
from screenpop.support.clock import iso_from_us
from screenpop.web.body import decoded, read_body, require_json
from screenpop.web.site import Site, Visit, answered

BODY_BYTES_MAX = 16_384
FIRST_PASSWORD_DAYS = 7
DAY_US = 86_400_000_000

B = TypeVar("B", bound=msgspec.Struct)


class NewUserBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """`agents` are their ids in telephone systems."""

    username: str
    name: str = ""
    role: Literal["agent", "supervisor", "admin"] = "agent"
    agents: list[str] = []


class UserChangeBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """`active` false: may not log in, and all sessions end."""

    active: bool


class NewPasswordBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Nothing: the service makes the password."""


class UserChanged(msgspec.Struct, frozen=True, kw_only=True):
    username: str
    active: bool


class PasswordGiven(msgspec.Struct, frozen=True, kw_only=True):
    """`password` is in this answer alone; of use until `password_until`."""

    username: str
    password: str
    password_until: str


async def add(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/users`: an agent id of another user is refused."""
    wanted = await _body(site, visit, NewUserBody)
    password, until_us = generated(), _until_us(site)
    with _owner_not_named(site, visit):
        user = await site.services.users.add(
            wanted.username,
            password,
            name=wanted.name.strip(),
            role=Role(wanted.role),
            agents=[each for each in wanted.agents if each.strip()],
            until_us=until_us,
            by=visit.user.username,
        )
    return _given(user.username, password, until_us)


async def change(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/users/{username}`: the last active admin stays active."""
    wanted = await _body(site, visit, UserChangeBody)
    with _owner_not_named(site, visit):
        user = await site.services.users.set_active(
            visit.params["username"], wanted.active, by=visit.user.username
        )
    _end_sessions(site)
    return answered(UserChanged(username=user.username, active=user.active))


@contextmanager
def _owner_not_named(site: Site, visit: Visit) -> Iterator[None]:
    """Whose an agent id is stays unsaid to who may not see the names of agents."""
    privacy, role = site.services.privacy, visit.user.role
    try:
        yield
    except BadInput as error:
        named = privacy.names_live(role) or privacy.names_past(role)
        if error.code != "agent_taken" or named:
            raise
        raise BadInput(
            "agents: one of these agent ids belongs to another user",
            code="agent_taken",
            remedy="Use other ids, or move one with `screenpop users set --take`.",
        ) from None


async def give_password(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/users/{username}/password`: all sessions of the user end."""
    await _body(site, visit, NewPasswordBody)
    password, until_us = generated(), _until_us(site)
    user = await site.services.users.give_password(
        visit.params["username"],
        password,
        until_us=until_us,
        by=visit.user.username,
    )
    _end_sessions(site)
    return _given(user.username, password, until_us)


async def _body(site: Site, visit: Visit, kind: type[B]) -> B:
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    return decoded(await read_body(visit.request, BODY_BYTES_MAX, within_s), kind)


def _until_us(site: Site) -> int:
    return site.services.clock.now_us() + FIRST_PASSWORD_DAYS * DAY_US


def _end_sessions(site: Site) -> None:
    """Behind the answer: it may be the administrator's own session."""
    asyncio.get_running_loop().call_soon(site.sockets.access_changed)


def _given(username: str, password: str, until_us: int) -> web.Response:
    return answered(
        PasswordGiven(
            username=username,
            password=password,
            password_until=iso_from_us(until_us),
        )
    )

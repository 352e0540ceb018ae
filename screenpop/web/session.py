"""How does a person log in, and out?"""

from __future__ import annotations

import asyncio
import re

import msgspec
from aiohttp import web

from screenpop.config.label_texts import LabelTexts
from screenpop.domain.agent import User
from screenpop.domain.directory import principal
from screenpop.domain.errors import BadInput, Forbidden, NotFound, Unauthenticated
from screenpop.support.clock import iso_from_us
from screenpop.web.auth import Identity, SessionToken
from screenpop.web.body import decoded, read_body, require_json
from screenpop.web.errors import TooMany
from screenpop.web.site import Site, Visit, answered

BODY_BYTES_MAX = 4096
USERNAME_CHARS_MAX = 200
PASSWORD_CHARS_MAX = 1000
LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}", re.ASCII)


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    username: str
    password: str


class NewPassword(msgspec.Struct, frozen=True, kw_only=True):
    """`old` proves that the person, and not whoever sits there, asks."""

    old: str
    new: str


class NewLocale(msgspec.Struct, frozen=True, kw_only=True):
    """`de` or `de-AT`; null: the browser's own."""

    locale: str | None


class WhoAmI(msgspec.Struct, frozen=True, kw_only=True):
    """`agent` is the principal agent id; null for people without a telephone."""

    username: str
    name: str
    role: str
    agent: str | None
    locale: str | None  # null: the browser's


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`csrf` and `expires_at` are null for a bearer token.

    `labels` has the labels of the configuration in other languages, by language.
    """

    user: WhoAmI
    csrf: str | None
    expires_at: str | None
    labels: LabelTexts = {}


async def log_in(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/session`: a right password gives a cookie."""
    site.auth.require_own_page(visit.request)
    require_json(visit.request)
    body = await read_body(
        visit.request, BODY_BYTES_MAX, site.services.server.body_read_s
    )
    credentials = _checked(decoded(body, Credentials))
    user = await _verified(site, visit, credentials)
    return _new_session(site, user)


def _new_session(site: Site, user: User) -> web.Response:
    lifetime_s = round(site.services.security.session_h * 3600)
    expires_s = site.services.clock.now_us() // 1_000_000 + lifetime_s
    token, session = site.auth.signer.issue(user, expires_s)
    answer = answered(_session_answer(site, Identity(user, session)))
    _set_cookie(site, answer, token, lifetime_s)
    return answer


async def change_password(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/session/password`: all other sessions end, this one gets a new cookie.

    The old password is guessed as slowly here as at the log-in.
    """
    who = visit.who
    if who is None or who.session is None:
        raise NotFound("there is no session: a bearer token has no password.")
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, BODY_BYTES_MAX, within_s)
    wanted = decoded(body, NewPassword)
    proof = Credentials(username=who.user.username, password=wanted.old)
    try:
        await _verified(site, visit, _checked(proof))
    except Unauthenticated as error:
        raise Forbidden(
            "the old password is wrong.",
            code="bad_credentials",
            remedy="Type the password that you logged in with.",
        ) from error
    user = await site.services.users.change_password(who.user.username, wanted.new)
    # behind the answer, so that the page has its new cookie when its socket ends
    asyncio.get_running_loop().call_soon(site.sockets.access_changed)
    site.security.note("password changed", user=user.username, address=visit.remote)
    return _new_session(site, user)


async def change_locale(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/session/locale`: the language of this user's pages from now on."""
    who = visit.who
    if who is None or who.session is None:
        raise NotFound("there is no session: a bearer token has no language.")
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, BODY_BYTES_MAX, within_s)
    locale = decoded(body, NewLocale).locale
    if locale is not None and not LOCALE.fullmatch(locale):
        raise BadInput(
            "locale is not a language tag (BCP 47).",
            remedy="Give a language and, if needed, a country, e.g. de or de-AT.",
        )
    user = await site.services.users.change_locale(who.user.username, locale)
    return answered(_session_answer(site, Identity(user, who.session)))


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/session`: who am I; also gives the CSRF token after a reload."""
    assert visit.who is not None  # the route asks for a role
    return answered(_session_answer(site, visit.who))


async def log_out(site: Site, visit: Visit) -> web.StreamResponse:
    """`DELETE /v1/session`: the session ends here, its sockets with it."""
    if visit.who is None or visit.who.session is None:
        raise NotFound("there is no session: a bearer token has none to end.")
    await site.auth.end(visit.who.session)
    user = visit.who.user.username
    site.security.note("logged out", user=user, address=visit.remote)
    site.sockets.end_session(visit.who.session)
    await site.services.logged_out(visit.who.user)
    answer = web.Response(status=204)
    _set_cookie(site, answer, "", 0)
    return answer


async def _verified(site: Site, visit: Visit, credentials: Credentials) -> User:
    """The user; every refusal reads and lasts the same, whatever was wrong."""
    username, logins = credentials.username, site.services.metrics.logins
    try:
        site.logins.start(username, visit.remote)
    except TooMany:
        logins.labels("limited").inc()
        site.security.warn("log-in limited", user=username, address=visit.remote)
        raise
    try:
        async with site.login_gate.place():
            user = await site.services.users.verify(username, credentials.password)
    except BaseException:
        site.logins.undecided(username, visit.remote)
        raise
    if user is None or not user.active:
        logins.labels("refused").inc()
        site.security.warn("log-in failed", user=username, address=visit.remote)
        raise Unauthenticated(
            "user name or password is wrong.",
            code="bad_credentials",
            remedy="Try again; an administrator can set a new password.",
        )
    site.logins.succeeded(username, visit.remote)
    logins.labels("ok").inc()
    site.security.note("logged in", user=username, address=visit.remote)
    return user


def _checked(credentials: Credentials) -> Credentials:
    username, password = credentials.username, credentials.password
    if not 0 < len(username) <= USERNAME_CHARS_MAX:
        raise BadInput(f"username must have 1 to {USERNAME_CHARS_MAX} characters.")
    if not 0 < len(password) <= PASSWORD_CHARS_MAX:
        raise BadInput(f"password must have 1 to {PASSWORD_CHARS_MAX} characters.")
    return credentials


def _session_answer(site: Site, who: Identity) -> SessionAnswer:
    session = who.session
    return SessionAnswer(
        user=who_am_i(who.user),
        csrf=None if session is None else site.auth.signer.csrf(session),
        expires_at=expiry(session),
        labels=site.services.label_texts,
    )


def who_am_i(user: User) -> WhoAmI:
    return WhoAmI(
        username=user.username,
        name=user.name,
        role=user.role.value,
        agent=principal(user),
        locale=user.locale,
    )


def expiry(session: SessionToken | None) -> str | None:
    return None if session is None else iso_from_us(session.expires_s * 1_000_000)


def _set_cookie(site: Site, answer: web.Response, token: str, lifetime_s: int) -> None:
    answer.set_cookie(
        site.auth.cookie, token, max_age=lifetime_s, path="/", httponly=True,
        samesite="Strict", secure=site.auth.secure,
    )  # fmt: skip

"""How does the web start, and how does it stop without hurting anybody?

A stop: `/readyz` turns 503, the socket stops listening, every browser is told 1012
(they reconnect, here or to another node, and miss nothing), requests under way get
`server.drain_s` to finish.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from typing import TypedDict

from aiohttp import web

from screenpop.config.model import Limits
from screenpop.desk.close_codes import RESTART
from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.errors import ConfigError
from screenpop.support.tasks import TaskOwner, Watch
from screenpop.web import me
from screenpop.web.auth import Auth, SecurityLog, Signer, secure_cookie, session_key
from screenpop.web.built_ui import BuiltUi, security_headers
from screenpop.web.connection import Listener
from screenpop.web.dispatch import Dispatcher
from screenpop.web.login_limit import LoginGate, LoginLimit, OneEach, RateLimit
from screenpop.web.looks import Looks
from screenpop.web.openapi import document
from screenpop.web.pages import DEFAULT_FOLDER
from screenpop.web.remote import Origins, Proxies
from screenpop.web.routes import ROUTES
from screenpop.web.site import Services, Site
from screenpop.web.sockets import Sockets, TurnGate
from screenpop.web.webhooks import Webhooks

log = logging.getLogger(__name__)

BACKLOG = 4096  # all browsers of a large centre reconnecting at once


class WebServer:
    """Listens from `start` to `stop`; `port` is the one that was given."""

    def __init__(self, services: Services, watch: Watch | None = None):
        self._services = services
        self.site = site_of(services)
        self._tasks = TaskOwner("web", watch)
        self._runner: web.ServerRunner | None = None
        self.listener: Listener | None = None
        self.port = services.server.port

    @property
    def url(self) -> str:
        """For people on this machine, whatever address is listened on."""
        host = self._services.server.host
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        return f"http://{shown}:{self.port}"

    async def start(self) -> None:
        """Raises `ConfigError` when the address cannot be listened on."""
        services = self._services
        webhooks = Webhooks(services, self.site.proxies)
        self.listener = Listener(
            Dispatcher(self.site, webhooks),
            **_of_connections(services.limits),
            keepalive_s=services.server.keepalive_s,
            trusts=self.site.proxies.trusts,
            clock=services.clock,
        )
        runner = web.ServerRunner(
            self.listener, shutdown_timeout=services.server.drain_s
        )
        await runner.setup()
        await self._listen(runner)
        self._runner = runner
        self.port = services.server.port or runner.addresses[0][1]
        self._tasks.keep_running(
            lambda: self.site.sockets.sweep_for_ever(services.server.heartbeat_s),
            name="sweep the sockets",
        )
        if not self.site.ui.built:
            log.warning("the pages are not built: run scripts/build-ui")

    def limit(self, limits: Limits, privacy: AgentPrivacy) -> None:
        """By these from now on; a connection keeps the sizes with which it began."""
        site = self.site
        site.lookups.per_minute = limits.lookups_per_minute
        site.logins.entries_max = site.guesses.entries_max = limits.login_entries_max
        site.login_gate.resize(limits.logins_at_once_max)
        site.handshakes.per_turn_max = limits.handshakes_per_turn_max
        site.sockets.limit(**_of_sockets(limits))
        site.looks.privacy = privacy
        if self.listener is not None:
            self.listener.limit(**_of_connections(limits))

    async def stop(self) -> None:
        """Drain and end; a second call does nothing."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        self.site.draining.set()
        for listening in list(runner.sites):
            await listening.stop()
        await self.site.sockets.close_all(RESTART)
        await self._tasks.close()
        await runner.cleanup()

    async def _listen(self, runner: web.ServerRunner) -> None:
        """A worker listens on its own port, too, and first: it says who it is."""
        server, own = self._services.server, self._services.own_port
        shares = own is not None
        for port in (server.port,) if own is None else (own, server.port):
            site = web.TCPSite(
                runner,
                server.host,
                port,
                backlog=BACKLOG,
                reuse_port=shares and port == server.port,
            )
            try:
                await site.start()
            except OSError as error:
                await runner.cleanup()
                raise ConfigError(
                    f"cannot listen on {server.host}:{port}: {error.strerror}."
                    f" {_remedy(error, is_own=port == own)}"
                ) from error


def _remedy(error: OSError, *, is_own: bool) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            "Set server.host to an address of this machine, e.g. 127.0.0.1, or 0.0.0.0"
            " for all of them."
        )
    if isinstance(error, PermissionError):
        return "Set server.port to 1024 or above, or give the service the right to it."
    key = "server.worker_port" if is_own else "server.port"
    return (
        f"Set server.host and {key} to a free address, or end the program that"
        " holds it."
    )


def site_of(services: Services) -> Site:
    """Put the parts together; reads the key and the built pages."""
    origins = Origins(services.server.public_url)
    auth = Auth(
        services.users,
        Signer(session_key(services.key_file)),
        origins,
        services.clock,
        secure=secure_cookie(services.server, services.security),
    )
    limits = services.limits
    return Site(
        services=services,
        auth=auth,
        logins=_login_limit(services),
        guesses=_login_limit(services),
        lookups=RateLimit(
            services.clock,
            per_minute=limits.lookups_per_minute,
            name="limits.lookups_per_minute",
            code="too_many_lookups",
        ),
        own_data=RateLimit(
            services.clock,
            per_minute=me.DATA_PER_MINUTE,
            name="the limit of /v1/me/data",
            code="too_many_exports",
        ),
        comparing=OneEach(what="a comparison", code="comparison_under_way"),
        looks=Looks(services.privacy, services.audit, services.clock),
        security=SecurityLog(services.clock),
        login_gate=LoginGate(limits.logins_at_once_max),
        proxies=Proxies(services.server.trusted_proxies),
        ui=BuiltUi(services.assets or DEFAULT_FOLDER, services.server.language),
        sockets=Sockets(
            **_of_sockets(limits),
            metrics=services.metrics,
            still_welcome=auth.still_welcome,
        ),
        handshakes=TurnGate(limits.handshakes_per_turn_max),
        openapi=document(ROUTES, services.version),
        draining=asyncio.Event(),
        data_headers=security_headers(https=origins.https, kind="data"),
        page_headers=security_headers(https=origins.https, kind="page"),
    )


class ConnectionLimits(TypedDict):
    connections_max: int
    per_address_max: int
    header_bytes_max: int


class SocketLimits(TypedDict):
    sessions_max: int
    per_user_max: int
    message_bytes_max: int


def _of_connections(limits: Limits) -> ConnectionLimits:
    return ConnectionLimits(
        connections_max=limits.connections_max,
        per_address_max=limits.of_one_address,
        header_bytes_max=limits.header_bytes_max,
    )


def _of_sockets(limits: Limits) -> SocketLimits:
    return SocketLimits(
        sessions_max=limits.sessions_max,
        # the hub parts with a user's oldest tab; this holds those that do not go
        per_user_max=limits.sessions_per_user_max * 2,
        message_bytes_max=limits.client_frame_bytes_max,
    )


def _login_limit(services: Services) -> LoginLimit:
    return LoginLimit(
        services.clock,
        attempts=services.security.login_attempts,
        window_s=services.security.login_window_s,
        entries_max=services.limits.login_entries_max,
    )

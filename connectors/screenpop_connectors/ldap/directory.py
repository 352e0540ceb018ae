"""How is a directory asked without blocking the service?

python-ldap waits in C without holding the interpreter's lock, so each search runs in a
thread of a small pool, with a connection that no other thread uses meanwhile. Every
request ends at `timeout_ms`: a thread is never longer away than that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from screenpop.connector import TimedOut, Unavailable, Unloadable, told
from screenpop_connectors.ldap.entries import Entry
from screenpop_connectors.ldap.options import LdapSource

log = logging.getLogger(__name__)
T = TypeVar("T")

EXTRA = "Install it: pip install 'screenpop[ldap]' (needs the headers of OpenLDAP)."


def library() -> Any:
    """python-ldap, imported when a source needs it; raises `Unloadable`."""
    try:
        import ldap
        import ldap.controls
    except ImportError as error:
        raise Unloadable(f"python-ldap cannot be loaded: {told(error)}. {EXTRA}") from (
            error
        )
    return ldap


class LdapPage(NamedTuple):
    """Entries by DN, and where the next page begins; empty: there is none."""

    entries: Sequence[tuple[str, Entry]]
    cookie: bytes


class LdapDirectory:
    def __init__(self, options: LdapSource, folder: Path):
        self._ldap = library()
        self._options = options
        self._ca_file = folder / options.ca_file if options.ca_file else None
        self._timeout_s = options.timeout_ms / 1000
        self._free: list[Any] = []
        self._threads = ThreadPoolExecutor(
            options.connections_max, thread_name_prefix="ldap"
        )
        self._closed = False

    async def run(self, work: Callable[[Any], T]) -> T:
        """Do something with a connection, in a thread; raises `Unavailable`."""
        return await self._in_thread(self._retried, work)

    async def connected(self) -> Any:
        """A connection of the caller's own: pages are counted by the connection."""
        return await self._in_thread(self._connected)

    async def run_on(self, connection: Any, work: Callable[[Any], T]) -> T:
        return await self._in_thread(work, connection)

    async def _in_thread(self, work: Callable[..., T], *given: Any) -> T:
        if self._closed:
            raise Unavailable("the source is closed. Start the service again.")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work, *given)
        except self._ldap.LDAPError as error:
            raise self._failed(error) from error

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        while self._free:
            self._free.pop().unbind_s()

    def search(
        self,
        connection: Any,
        base: str,
        filter_: str,
        attributes: Sequence[str],
        *,
        size: int,
        cookie: bytes = b"",
    ) -> LdapPage:
        """One page of at most `size` entries; references to other servers left out."""
        paged = self._ldap.controls.SimplePagedResultsControl(
            True, size=size, cookie=cookie
        )
        asked = connection.search_ext(
            base, self._ldap.SCOPE_SUBTREE, filter_, list(attributes),
            serverctrls=[paged], timeout=self._timeout_s,
        )  # fmt: skip
        _, found, _, controls = connection.result3(asked, timeout=self._timeout_s)
        cookies = [c.cookie for c in controls if c.controlType == paged.controlType]
        entries = [(dn, entry) for dn, entry, *_ in found if dn is not None]
        return LdapPage(entries, bytes(cookies[0]) if cookies and cookies[0] else b"")

    def _retried(self, work: Callable[[Any], T]) -> T:
        """A connection that the server ended meanwhile is made again, once."""
        try:
            return self._used(self._free.pop(), work)
        except IndexError:
            pass  # none is kept
        except (self._ldap.SERVER_DOWN, self._ldap.CONNECT_ERROR):
            log.debug("the directory ended a connection")
        return self._used(self._connected(), work)

    def _used(self, connection: Any, work: Callable[[Any], T]) -> T:
        try:
            done = work(connection)
        except self._ldap.LDAPError:
            connection.unbind_ext()  # it may still be answering
            raise
        self._free.append(connection)
        return done

    def _connected(self) -> Any:
        ldap, options = self._ldap, self._options
        connection = ldap.initialize(options.url)
        connection.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
        connection.set_option(ldap.OPT_REFERRALS, 0)  # no password for other servers
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, self._timeout_s)
        connection.set_option(ldap.OPT_TIMEOUT, self._timeout_s)
        connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        if self._ca_file is not None:
            connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self._ca_file))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        if options.start_tls and options.url.startswith("ldap:"):
            connection.start_tls_s()
        connection.simple_bind_s(options.user, options.password.get_secret_value())
        return connection

    def _failed(self, error: Exception) -> Unavailable:
        """The library's error as `Unavailable`, without the password."""
        ldap, url = self._ldap, self._options.url
        given = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        reason = ": ".join(
            str(given[name]) for name in ("desc", "info") if given.get(name)
        )
        reason = told(
            reason or str(error), secrets=[self._options.password.get_secret_value()]
        )
        if isinstance(error, ldap.TIMEOUT | ldap.TIMELIMIT_EXCEEDED):
            return TimedOut(
                f"the directory {url} did not answer within"
                f" {self._options.timeout_ms} ms. Give the attributes of the filter an"
                " index, or raise timeout_ms."
            )
        if isinstance(error, ldap.SERVER_DOWN | ldap.CONNECT_ERROR | ldap.UNAVAILABLE):
            return Unavailable(
                f"cannot connect to the directory {url}: {reason}. Is it running,"
                " and is its certificate signed by the authority in ca_file?",
                brief="cannot be reached",
            )
        return Unavailable(f"the directory {url} refused: {reason}. {_remedy(error)}")


def _remedy(error: Exception) -> str:
    remedies = {
        "INVALID_CREDENTIALS": "Check user and password.",
        "INAPPROPRIATE_AUTH": "Check user and password.",
        "STRONG_AUTH_REQUIRED": "Use ldaps:// or start_tls: true.",
        "CONFIDENTIALITY_REQUIRED": "Use ldaps:// or start_tls: true.",
        "NO_SUCH_OBJECT": "Correct base, or let the user read it.",
        "OPERATIONS_ERROR": "Set user and password: this directory asks for them.",
        "FILTER_ERROR": "Correct filter.",
        "UNAVAILABLE_CRITICAL_EXTENSION": "It cannot page its results.",
        "INSUFFICIENT_ACCESS": "Let the user read these entries.",
        "PROTOCOL_ERROR": "Without TLS on that port set start_tls: false.",
    }
    return remedies.get(type(error).__name__, "Try it with ldapsearch.")

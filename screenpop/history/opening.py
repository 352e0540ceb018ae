"""What does the service remember beyond the journal, and who may log in?

The store's parts behind the few questions that the house asks: users and tokens
from memory, history for the desk and the API, the archiver that writes it.
"""

from __future__ import annotations

import asyncio
import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from screenpop.config.load import Loaded
from screenpop.domain.agent import Role, User
from screenpop.domain.call import AgentId
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.domain.profile import (
    CHOSEN_BEFORE,
    CHOSEN_BY_AN_AGENT,
    CONTACTS_SOURCE,
    REMEMBERED_MAX,
    Candidate,
    CandidateRef,
    Row,
)
from screenpop.history import migrate, rows, tables
from screenpop.history.audit import Audit
from screenpop.history.batch import Contact, NumberLink
from screenpop.history.calls import Calls
from screenpop.history.earlier import EarlierCalls, Known
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.own_calls import OwnCalls
from screenpop.history.own_records import OwnRecords
from screenpop.history.past_calls import Append, HistoryCalls, RecentNotes, earlier_row
from screenpop.history.past_counts import PastCounts
from screenpop.history.people import People
from screenpop.history.sessions import EndedSessions, UsersCache
from screenpop.history.statement import putting
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users
from screenpop.support.clock import Clock
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

T = TypeVar("T")
USERS_EVERY_S = 1.0  # so long a right that was taken away may still be used
CHECK_AFTER_S = 5.0  # of a start: cards and browsers come first
EARLIER_CALLS = 10


async def open_database(
    loaded: Loaded, data_dir: Path, *, upgrading: bool = True
) -> Database:
    """The configured store with its schema up to date, or refused."""
    url = loaded.config.store.url
    database = Database(
        url.get_secret_value()
        if url is not None
        else sqlite_url(data_dir / "store.sqlite")
    )
    await database.open()
    try:
        await migrate.ensure(database, str(loaded.file), upgrading=upgrading)
    except BaseException:
        await database.close()
        raise
    return database


class Past:
    """The store, opened; closed with `close`."""

    def __init__(
        self,
        loaded: Loaded,
        database: Database,
        clock: Clock,
        people: People,
    ):
        self.people = people
        self._loaded = loaded
        self._privacy = loaded.config.privacy.of_agents
        self.database = database
        self.audit = Audit(database, clock)
        self._clock = clock
        self._calls = Calls(database)
        self._contacts = Contacts(database)
        self.known = Known() if database.is_sqlite else None  # we alone write it
        self._earlier = EarlierCalls(database, self.known)
        self.may_have_called = self._earlier.may_have
        self._outage = Outage("the store", log, clock)
        self.damage: str | None = None
        self._users_due = False  # they changed, and not everything knows it yet

    def switch(self, loaded: Loaded) -> None:
        """With other lines, labels, dispositions and privacy from now on."""
        self._loaded = loaded
        self._privacy = loaded.config.privacy.of_agents

    def calls(self, append: Append, recent: RecentNotes | None = None) -> HistoryCalls:
        """History as the API shows it."""
        config = self._loaded.config
        return HistoryCalls(
            self._calls,
            append,
            self._clock,
            lines=tuple(config.lines),
            dispositions={x.code: x.note_required for x in config.dispositions},
            name_of=self._name_of,
            privacy=self._privacy,
            recent=recent,
            queue_labels={n: x.label for n, x in config.queues.items() if x.label},
            home_country=config.server.country,
        )

    def counts(self) -> PastCounts:
        """What was counted, by the centre's days."""
        zone = ZoneInfo(self._loaded.config.server.time_zone)
        return PastCounts(self.database, zone)

    def own_records(self) -> OwnRecords:
        """What each person may see of what is stored about them."""
        config = self._loaded.config
        return OwnRecords(
            self.database,
            history_days=config.store.history_days,
            journal_h=config.journal.retention_h,
        )

    def own_calls(self) -> OwnCalls:
        """What each person may see of their own calls."""
        config = self._loaded.config
        return OwnCalls(
            self._calls,
            self.database,
            queue_labels={n: x.label for n, x in config.queues.items() if x.label},
            result_labels={x.code: x.label for x in config.dispositions},
            home_country=config.server.country,
        )

    async def earlier(
        self,
        number: str | None,
        ref: CandidateRef | None,
        leave_out: str,
        occurrence: int,
    ) -> Sequence[Row]:
        """Rows of the `interactions` facet, newest first."""
        if number is not None:
            found = await self._earlier.from_number(
                number,
                leave_out=leave_out,
                occurrence=occurrence,
                limit=EARLIER_CALLS,
            )
        elif ref is not None:
            found = await self._earlier.of_customer(
                ref,
                leave_out=leave_out,
                occurrence=occurrence,
                limit=EARLIER_CALLS,
            )
        else:
            found = []
        return [earlier_row(call, self._colleague) for call in found]

    async def check(self) -> None:
        """Is the store's file whole? Damage is logged and shown, nothing stops."""
        await asyncio.sleep(CHECK_AFTER_S)
        found = await self._patiently(self.database.damage)
        if found is not None:
            self.damage = (
                f"the store is damaged: {found}. Stop the service and put the file back"
                " from the backup; entries of the journal's hours are written again."
            )
            log.error("%s", self.damage)

    async def note_privacy(self) -> None:
        """Write into the audit that names of agents may be seen, and who started it."""
        for key, least in self._loaded.config.privacy.seen_by.items():
            if least != "none":
                log.warning("privacy.%s is on: %s", key, least)
                write = partial(self.audit.write, _starter(), "privacy.on", key, least)
                await self._patiently(write)

    @property
    def trouble(self) -> str | None:
        """The outage of now, in words."""
        return self._outage.text

    async def learn_who_called(self) -> None:
        """From then on no query is made for callers who never called before."""
        await self._patiently(self._earlier.learn)

    async def remembered(self) -> list[tuple[str, Candidate, str, int]]:
        """(number, whom, by whom, when) of every choice agents made.

        A store that is away is waited for.
        """
        return await self._patiently(self._remembered)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                answer = await ask()
            except (Unavailable, Overloaded) as error:
                self._outage.failed(error)
                await asyncio.sleep(USERS_EVERY_S)
            else:
                self._outage.recovered()
                return answer

    async def _remembered(self) -> list[tuple[str, Candidate, str, int]]:
        contacts = {contact.key: contact async for contact in self._contacts.all()}
        return [
            (link.number, _candidate(link, contacts), link.chosen_by, link.at_us)
            async for link in self._contacts.links(REMEMBERED_MAX)
        ]

    async def watch_users(self, changed: Callable[[Sequence[User]], None]) -> None:
        """Report, for ever, when another process changed users or tokens."""
        while True:
            await asyncio.sleep(USERS_EVERY_S)
            try:
                if await self.people.refresh():
                    self._users_due = True
                if self._users_due:
                    changed(self.people.cache.all())
                    self._users_due = False
                self._outage.recovered()
            except (Unavailable, Overloaded) as error:
                self._outage.failed(error)

    async def close(self) -> None:
        await self.database.close()

    def _colleague(self, username: str | None, agent: AgentId | None) -> str | None:
        """Whom a card names: the same card is for every agent."""
        named = self._privacy.names_past(Role.AGENT)
        return self._name_of(username, agent) if named else None

    def _name_of(self, username: str | None, agent: AgentId | None) -> str | None:
        """Whom to name for a leg: the person of then, else the telephone."""
        if not username:
            return None if agent is None else str(agent)
        user = self.people.cache.get(username)
        return username if user is None else user.name


async def open_past(
    loaded: Loaded, data_dir: Path, clock: Clock, *, upgrading: bool = True
) -> Past:
    """Raises `ConfigError` or `Unavailable`; nothing is left open then."""
    database = await open_database(loaded, data_dir, upgrading=upgrading)
    try:
        users = Users(database, clock)
        people = People(
            users=users,
            tokens=Tokens(database, clock),
            cache=UsersCache(users),
            ended=EndedSessions(database, clock),
        )
        await people.read()
    except BaseException:
        await database.close()
        raise
    return Past(loaded, database, clock, people)


def _starter() -> str:
    """Whose account started the service, for the audit."""
    try:
        return f"config:{getpass.getuser()}"
    except (KeyError, OSError):  # a container without a name for the user id
        return "config"


def _candidate(link: NumberLink, contacts: Mapping[str, Contact]) -> Candidate:
    contact = contacts.get(link.ref.key) if link.ref.source == CONTACTS_SOURCE else None
    fields: Row = {}
    if contact is not None:
        named = {"company": contact.company, "account": contact.account}
        fields = {"name": contact.name} | {k: v for k, v in named.items() if v}
    return Candidate(
        ref=link.ref,
        name=link.name,
        company=contact.company or None if contact is not None else None,
        confidence=CHOSEN_BEFORE,
        why=CHOSEN_BY_AN_AGENT,
        fields=fields,
    )


# -- Whom did agents name, and whom did they choose for a number?

ROWS_PER_STEP = 2000
PUT_CONTACTS = putting(tables.contacts, newest_by="at_us")
PUT_LINKS = putting(tables.number_links, newest_by="at_us")


class Contacts:
    """All methods raise `Unavailable`. A newer row of the same key wins."""

    def __init__(self, database: Database):
        self._database = database

    async def all(self) -> AsyncIterator[Contact]:
        """Every contact, for the number index; read step by step."""
        table = tables.contacts
        after = ""
        while True:
            query = (
                select(table)
                .where(table.c.key > after)
                .order_by(table.c.key)
                .limit(ROWS_PER_STEP)
            )
            async with self._database.read() as connection:
                found = (await connection.execute(query)).mappings().all()
            for row in found:
                yield Contact(**row)
            if len(found) < ROWS_PER_STEP:
                return
            after = found[-1]["key"]

    async def links(self, limit: int) -> AsyncIterator[NumberLink]:
        """The newest choices for numbers, oldest of them first, at most `limit`."""
        table = tables.number_links
        newest = select(table).order_by(table.c.at_us.desc()).limit(limit).subquery()
        async with self._database.read() as connection:
            stream = await connection.stream(select(newest).order_by(newest.c.at_us))
            async for row in stream.mappings():
                yield NumberLink(
                    number=row["number"],
                    ref=CandidateRef(source=row["source"], key=row["key"]),
                    name=row["name"],
                    chosen_by=row["chosen_by"],
                    at_us=row["at_us"],
                )

    async def save(self, contact: Contact) -> None:
        await self._database.put([(PUT_CONTACTS, [rows.contact_row(contact)])])

    async def link(self, link: NumberLink) -> None:
        await self._database.put([(PUT_LINKS, [rows.link_row(link)])])

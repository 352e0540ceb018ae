"""Which searches does an LDAP source answer?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from screenpop.connector import (
    CertificateWatch,
    ConfigError,
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsBatch,
    Expiry,
    Lookup,
    Row,
    Scalar,
    lacking_for_contacts,
)
from screenpop.connector.records import batch_of_changes
from screenpop_connectors.ldap.directory import LdapDirectory, LdapPage
from screenpop_connectors.ldap.entries import Filter, changed_of, row_of
from screenpop_connectors.ldap.options import LdapContacts, LdapLookup, LdapSource
from screenpop_connectors.ldap.start_tls import certificate_of

FIRST_TIME = "19700101000000Z"
COUNTED = frozenset({"usnchanged", "usncreated"})
"""Attributes that are numbers: Active Directory counts its changes."""


class LdapConnector(Connector[LdapSource, LdapLookup]):
    """An LDAP directory or Active Directory: searches with escaped values."""

    name = "ldap"
    source_options = LdapSource
    lookup_options = LdapLookup
    example = """\
sources:
  staff:
    connector: ldap
    url: ldaps://dc1.example.net
    base: ou=People,dc=example,dc=net
    user: reader@example.net
    password: ${LDAP_PASSWORD}
    contacts:
      fields: {key: sAMAccountName, name: displayName, phone: telephoneNumber,
        phone_mobile: mobile, phone_other: otherTelephone, department: department}
      changed: uSNChanged
lookups:
  colleague:
    source: staff
    facet: notes
    filter: (sAMAccountName={customer.key})
    fields: {text: title, at: whenChanged}
"""

    def __init__(self, options: LdapSource, context: ConnectorContext):
        super().__init__(options, context)
        self._directory = LdapDirectory(options, context.folder)
        self._certificate = CertificateWatch(
            certificate_of(options, context.folder), context.source
        )
        contacts = options.contacts
        if contacts and (lacking := lacking_for_contacts(contacts.fields)):
            raise ConfigError(f"contacts.fields {lacking}")
        if contacts and (needs := Filter(contacts.filter).needs):
            raise ConfigError(
                f"contacts.filter asks for {', '.join(sorted(needs))}: it is read"
                " without a call and takes no parameters. Remove them."
            )

    async def open(self) -> None:
        self._certificate.begin()

    async def close(self) -> None:
        await self._certificate.close()
        await self._directory.close()

    def expiring(self) -> Sequence[Expiry]:
        return self._certificate.expiring()

    def lookup(self, name: str, options: LdapLookup) -> LdapSearch:
        rows_max = min(options.rows_max or self.context.rows_max, self.context.rows_max)
        base = options.base or self.options.base
        return LdapSearch(self._directory, base, options, rows_max)

    @property
    def at_once_max(self) -> int:
        """One thread is kept for reading contacts."""
        return max(
            1, self.options.connections_max - (self.options.contacts is not None)
        )

    async def ping(self) -> None:
        await self._directory.run(
            lambda connection: connection.search_ext_s(
                "", 0, "(objectClass=*)", ["1.1"]
            )
        )

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        contacts = self.options.contacts
        return None if contacts is None else self._all(contacts)

    @property
    def first_contacts_since(self) -> Scalar:
        contacts = self.options.contacts
        if contacts is None or contacts.changed is None:
            return None
        return 0 if contacts.changed.lower() in COUNTED else FIRST_TIME

    def contacts_from(self, since: Scalar) -> AsyncIterator[ContactsBatch] | None:
        contacts = self.options.contacts
        return None if contacts is None else self._batches(contacts, since)

    async def _all(self, contacts: LdapContacts) -> AsyncIterator[ContactRecord]:
        async for batch in self._batches(contacts, None):
            for contact in batch.contacts:
                yield contact

    async def _batches(
        self, contacts: LdapContacts, since: Scalar
    ) -> AsyncIterator[ContactsBatch]:
        """Pages in the directory's order: only after the last one is `since` known."""
        reading, newest = self.new_reading(), since
        connection = await self._directory.connected()
        try:
            cookie, more = b"", True
            while more:
                page = await self._page(connection, contacts, since, cookie)
                cookie, more = page.cookie, bool(page.cookie)
                newest = _newest(newest, page, contacts.changed)
                yield batch_of_changes(
                    [row_of(dn, entry, contacts.fields) for dn, entry in page.entries],
                    number_columns=(),
                    reading=reading,
                    since=None if more or since is None else newest,
                    of_changes=since is not None,
                )
        finally:
            connection.unbind_ext()

    async def _page(
        self, connection: Any, contacts: LdapContacts, since: Scalar, cookie: bytes
    ) -> LdapPage:
        asked = Filter(contacts.filter).filled({})
        if since is not None:
            asked = f"(&{asked}({contacts.changed}>={since}))"
        attributes = [*contacts.fields.values(), *filter(None, [contacts.changed])]

        def search(connection: Any) -> LdapPage:
            size, base = self.options.page_size, self.options.base
            return self._directory.search(
                connection, base, asked, attributes, size=size, cookie=cookie
            )

        return await self._directory.run_on(connection, search)


def _newest(before: Scalar, page: LdapPage, changed: str | None) -> Scalar:
    """The last change of a page, or before it; a number and a moment never meet."""
    if changed is None or before is None:
        return None
    marks = [changed_of(entry, changed) for _, entry in page.entries]
    same = [mark for mark in marks if type(mark) is type(before)]
    return max([before, *same])


class LdapSearch(Lookup):
    def __init__(
        self, directory: LdapDirectory, base: str, options: LdapLookup, rows_max: int
    ):
        self._directory = directory
        self._base = base
        self._filter = Filter(options.filter)
        self._fields = options.fields
        self._rows_max = rows_max
        self.needs = self._filter.needs

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        filled = self._filter.filled({name: params[name] for name in self.needs})
        if filled.encode(errors="replace").decode() != filled:
            return ()  # half a surrogate pair: no directory holds such a text
        page = await self._directory.run(
            lambda connection: self._directory.search(
                connection, self._base, filled, list(self._fields.values()),
                size=self._rows_max,
            )
        )  # fmt: skip
        return [row_of(dn, entry, self._fields) for dn, entry in page.entries]

"""Who is calling, says an address book in vCard format (RFC 6350)?"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from pydantic import Field

from screenpop.connector import (
    Connector,
    ContactRecord,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
    Unavailable,
    contact_from_row,
)
from screenpop.support.numbering import read_number


class VcardSource(SourceOptions):
    path: Path = Field(description="The .vcf file.")
    country: str | None = Field(None, description="Where its numbers are national.")


class VcardLookup(LookupOptions):
    """Asks by the caller's number; there is nothing to configure."""


class VcardConnector(Connector[VcardSource, VcardLookup], Lookup):
    """An address book in vCard format, matched by number."""

    name = "vcard"
    source_options = VcardSource
    lookup_options = VcardLookup
    example = "sources:\n  book: {connector: vcard, path: book.vcf, country: GB}\n"
    needs = frozenset({"number"})

    def lookup(self, name: str, options: VcardLookup) -> Lookup:
        return self

    async def ping(self) -> None:
        await asyncio.to_thread(self._cards)

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        rows = await asyncio.to_thread(self._cards)
        country = self.options.country
        return [
            row
            for row in rows
            if read_number(str(row.get("number")), country=country).e164
            == params["number"]
        ]

    async def contacts(self) -> AsyncIterator[ContactRecord]:
        for row in await asyncio.to_thread(self._cards):
            if contact := contact_from_row({**row, "country": self.options.country}):
                yield contact

    def _cards(self) -> list[Row]:
        path = self.context.folder / self.options.path
        try:
            text = re.sub(r"\r?\n[ \t]", "", path.read_text())  # folded lines
        except (OSError, ValueError) as error:
            raise Unavailable(f"cannot read {path}: {error}. Export it.") from error
        names = {"UID": "key", "FN": "name", "ORG": "company", "TEL": "number"}
        lines = re.findall(r"^(END|UID|FN|ORG|TEL)[^:\n]*:(?:tel:)?(.*)$", text, re.M)
        rows: list[Row] = []
        card: dict[str, Scalar] = {}
        for name, value in lines:
            if name == "END":
                rows.append(card)
                card = {}
            else:
                card[names[name]] = value
        return rows

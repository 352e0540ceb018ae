"""Who is calling, says an address book in vCard format (RFC 6350)?"""

import asyncio
import quopri
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
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
    from_bytes,
    read_field,
    subscriber,
)

COLUMNS = {"UID": "key", "FN": "name", "ORG": "company"}
# `item1.TEL;TYPE=work:…`: a group, a name, parameters, a value.
LINE = re.compile(r"(?:[\w-]+\.)?(END|UID|FN|ORG|TEL)((?:;[^:]*)?):(.*)", re.IGNORECASE)


def _cards_in(data: bytes) -> Iterator[Row]:
    """One flat row for each card: `number`, `number_2`, … hold its numbers."""
    card: dict[str, Scalar] = {}
    numbers = 0
    data = re.sub(rb"\r?\n[ \t]", b"", data)  # folded lines
    data = re.sub(rb"=\r?\n", b"", data)  # and those of quoted-printable
    for raw in data.splitlines():
        found = LINE.fullmatch(from_bytes(raw).strip())
        if found is None:
            continue
        name, value = found[1].upper(), _plain(found[2], found[3])
        if name == "END":
            # Many exports give no UID: then the name is the key.
            yield {"key": card.get("name"), **card}
            card, numbers = {}, 0
        elif name == "TEL":
            numbers += 1
            card["number" if numbers == 1 else f"number_{numbers}"] = value
        else:
            card.setdefault(COLUMNS[name], value)


def _plain(parameters: str, value: str) -> str:
    if "QUOTED-PRINTABLE" in parameters.upper():  # vCard 2.1
        value = from_bytes(quopri.decodestring(value.encode()))
    value = re.sub(r"\\([,;\\])", r"\1", re.sub(r"(?<!\\);+", ", ", value))
    return value.strip(", ")


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
        """Cards with the number, in whichever spelling and under whichever label."""
        wanted = subscriber(str(params["number"]))
        cards = await asyncio.to_thread(self._cards)
        return [card for card in cards if wanted in self._subscribers(card)]

    async def contacts(self) -> AsyncIterator[ContactRecord]:
        reading = self.new_reading()  # counts what is left out, and why
        country = self.options.country or self.context.country
        for number, card in enumerate(await asyncio.to_thread(self._cards), start=1):
            row = {**card, "country": country}
            contact = contact_from_row(row, reading=reading, place=f"card {number}")
            if contact:
                yield contact

    def _subscribers(self, card: Row) -> set[str]:
        country = self.options.country or self.context.country
        texts = [str(v) for column, v in card.items() if column.startswith("number")]
        fields = [read_field(text, country=country) for text in texts]
        return {subscriber(sure) for field in fields for sure in field.sure}

    def _cards(self) -> list[Row]:
        path = self.context.folder / self.options.path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Unavailable(f"cannot read {path}: {error}. Export it.") from error
        return list(_cards_in(data))

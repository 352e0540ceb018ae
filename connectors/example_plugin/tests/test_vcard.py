"""Does the address book keep the contract of all connectors?"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from screenpop_vcard import VcardConnector

from screenpop.connector import ConnectorContext, Scalar
from screenpop.connector.testing import ConnectorContract, Keys

BOOK = """BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:1
FN:Ada Lo
 velace
ORG:Analytical Engines
TEL;TYPE=work:020 7946 0958
END:VCARD
BEGIN:VCARD
UID:2
FN:Nobody
END:VCARD
"""


class TestVcard(ConnectorContract):
    connector = VcardConnector

    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        (tmp_path / "book.vcf").write_text(BOOK)
        return ConnectorContext(source="book", folder=tmp_path)

    @pytest.fixture
    def source(self) -> Keys:
        return {"path": "book.vcf", "country": "GB"}

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"path": "missing.vcf"}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


def opened(folder: Path, book: bytes = BOOK.encode()) -> VcardConnector:
    (folder / "book.vcf").write_bytes(book)
    context = ConnectorContext(source="book", folder=folder)
    options = VcardConnector.source_options(path="book.vcf", country="GB")
    return VcardConnector(options, context)


async def test_a_folded_name_is_read_whole(tmp_path: Path) -> None:
    (row,) = await opened(tmp_path).fetch({"number": "+442079460958"})
    assert row["name"] == "Ada Lovelace"


APPLE = b"""BEGIN:VCARD
VERSION:3.0
N:Holm;Greta;;;
FN:Greta Holm
ORG:Holm Timber\\, Ltd;Sales
TEL;type=WORK;type=pref:020 7946 0324
item1.TEL:+44 7700 900324
item1.X-ABLabel:Boat
TEL;VALUE=uri;TYPE="voice,home":tel:+44-20-7946-0326;ext=12
TEL:020 7946 0327 / 020 7946 0328
END:VCARD
BEGIN:VCARD
VERSION:2.1
FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg =
M=C3=BCller
TEL;CELL:020 7946 0329
END:VCARD
BEGIN:VCARD
FN:No number
END:VCARD
BEGIN:VCARD
FN:M\xfcller
TEL:020 7946 0330
END:VCARD
"""


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("+442079460324", "Greta Holm"),
        ("+447700900324", "Greta Holm"),
        ("+442079460326", "Greta Holm"),
        ("+442079460327", "Greta Holm"),
        ("+442079460328", "Greta Holm"),
        ("+442079460329", "Jörg Müller"),
        ("+442079460330", "Müller"),
    ],
)
async def test_a_card_is_found_by_each_of_its_numbers(
    tmp_path: Path, number: str, name: str
) -> None:
    (row,) = await opened(tmp_path, APPLE).fetch({"number": number})
    assert row["name"] == name


async def test_every_number_of_a_card_is_indexed_and_what_is_not_is_counted(
    tmp_path: Path,
) -> None:
    connector = opened(tmp_path, APPLE)
    contacts = [contact async for contact in connector.contacts()]
    assert [len(contact.numbers) for contact in contacts] == [4, 1, 1]
    assert contacts[0].company == "Holm Timber, Ltd, Sales"
    assert connector.reading is not None
    assert connector.reading.left_out == {"no number": 1}

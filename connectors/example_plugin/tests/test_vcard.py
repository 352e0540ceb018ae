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


async def test_a_folded_name_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "book.vcf").write_text(BOOK)
    context = ConnectorContext(source="book", folder=tmp_path)
    options = VcardConnector.source_options(path="book.vcf", country="GB")
    (row,) = await VcardConnector(options, context).fetch({"number": "+442079460958"})
    assert row["name"] == "Ada Lovelace"

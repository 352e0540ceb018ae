"""Does the `csv_file` connector keep the contract?"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from screenpop.connector import ConnectorContext, Scalar
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.csv_file import CsvFileConnector

CARDS = """Account;Name;Phone;Phone 2;Remark
4711;Ada Löve;020 7946 0958;;"Ask for ""the"" boss; always"
4712;Ben;;+49 30 231250;
4713;;;;no number
"""


class CsvContract(ConnectorContract):
    connector = CsvFileConnector

    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        (tmp_path / "cards.csv").write_text(CARDS, encoding="cp1252")
        return ConnectorContext(source="cards", folder=tmp_path)

    @pytest.fixture
    def source(self) -> Keys:
        return {
            "path": "cards.csv",
            "country": "GB",
            "contacts": {"key": "Account", "name": "Name"},
        }

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"path": "missing.csv"}


ORDERS = """Invoice;Code;What;Pieces;When;Price;Who
536365;85123A;Heart;6;2026-10-01 08:26;2,55;17850
536365;71053;Lantern;6;2026-10-01 08:26;3,39;17850
C536379;71053;Lantern;-1;2026-10-02 09:41;3,39;17850
536380;22961;Jam;24;2026-10-03 09:41;1,45;
"""


class TestOrders(CsvContract):
    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        (tmp_path / "orders.csv").write_text(ORDERS)
        return ConnectorContext(source="orders", folder=tmp_path)

    @pytest.fixture
    def source(self) -> Keys:
        return {
            "path": "orders.csv",
            "orders": {
                "customer": "Who", "order": "Invoice", "date": "When", "item": "Code",
                "quantity": "Pieces", "price": "Price", "currency": "GBP",
            },
            "items": {"key": "Code", "name": "What", "price": "Price"},
        }  # fmt: skip

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"match": {"Who": "customer.key"}}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"customer.key": "17850"}


class TestMatchedByNumber(CsvContract):
    @pytest.fixture
    def lookup(self) -> Keys:
        return {}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


class TestMatchedByColumns(CsvContract):
    @pytest.fixture
    def lookup(self) -> Keys:
        return {
            "match": {"account": "ivr.account", "name": "customer.name"},
            "fields": {"remark": "Remark"},
        }

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"ivr.account": "4711", "customer.name": "ADA LÖVE"}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"match": {"account": "numbr"}}

"""What does a connector get for nothing?"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from screenpop.connector import (
    Connector,
    ConnectorContext,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
)


class Smallest(Connector[SourceOptions, LookupOptions], Lookup):
    name = "smallest"
    source_options = SourceOptions
    lookup_options = LookupOptions
    needs = frozenset({"number"})

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return self

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return [{"number": params["number"]}]


async def test_only_lookup_and_fetch_must_be_written() -> None:
    connector = Smallest(SourceOptions(), ConnectorContext(source="s", folder=Path()))
    await connector.open()
    await connector.ping()
    asked = connector.lookup("x", LookupOptions())
    assert await asked.fetch({"number": "+44"}) == [{"number": "+44"}]
    assert connector.contacts() is None
    assert await connector.contacts_version() is None
    await connector.close()


def test_keys_that_a_connector_does_not_know_are_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        SourceOptions.model_validate({"colour": "red"})

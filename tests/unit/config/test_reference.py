from __future__ import annotations

from pydantic import BaseModel, Field

from screenpop.config.model import Configuration
from screenpop.config.schema import documented_keys, reference
from screenpop.connector.registry import Registry


class Part(BaseModel):
    """One part."""

    size: int = Field(3, gt=0, description="How big | wide.")


class Whole(BaseModel):
    parts: dict[str, Part] = {}
    listed: tuple[Part, ...] = ()
    one: Part | None = None


def test_keys_inside_of_mappings_and_lists_are_found() -> None:
    assert list(documented_keys(Whole)) == [
        "parts", "listed", "one", "parts.NAME.size", "listed[].size", "one.size",
    ]  # fmt: skip


def test_every_key_of_the_file_has_one_row() -> None:
    text = reference({})
    for key in documented_keys(Configuration):
        assert text.count(f"| `{key}` |") == 1, key


def test_a_connector_has_its_own_tables() -> None:
    text = reference({"csv_file": Registry().find("csv_file")})
    assert "| `sources.NAME.contacts.key` | text | required |" in text
    assert "| `lookups.NAME.match` |" in text


def test_types_bounds_and_defaults_are_told() -> None:
    text = reference({})
    assert "| `server.port` | whole number, ≥ 0, ≤ 65535 | `8080` |" in text
    assert "| `journal.engine` | `sqlite` or `redis` or `memory` | `sqlite` |" in text
    assert "| `store.url` | secret text |  |" in text

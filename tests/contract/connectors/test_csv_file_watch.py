"""A defect while a file is read ends no watching: `csv_file/watch.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.connector import ConnectorContext, Unavailable
from screenpop.support.clock import FakeClock
from screenpop_connectors.csv_file.table import Table
from screenpop_connectors.csv_file.watch import WatchedTable


class Reader:
    """Reads as it is set to: a table, or an error."""

    def __init__(self) -> None:
        self.answer: Table | Exception = KeyError("+442079460958")
        self.calls = 0

    def __call__(self) -> Table:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_a_defect_of_the_reader_is_said_and_the_next_version_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock, reader = tmp_path / "cards.csv", FakeClock(), Reader()
    context = ConnectorContext(source="cards", folder=tmp_path, clock=clock)
    table = Table(columns=("key",), rows=[{"key": "77"}])
    watched = WatchedTable(path, reader, context, poll_s=1, reload_wait_s=5)
    path.write_text("key\n7\n")
    with pytest.raises(Unavailable, match=r"cannot be read \(KeyError\)") as found:
        await watched.current()
    assert "7946" not in str(found.value)
    assert "KeyError" in caplog.text
    with pytest.raises(Unavailable, match="cannot be read"):
        await watched.current()
    assert reader.calls == 1  # the same version is not read again
    path.write_text("key\n77\n")
    reader.answer = table
    clock.advance(2)
    assert await watched.current() is table
    await watched.close()

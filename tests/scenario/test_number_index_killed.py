"""kill -9 in the first reading of a large source: it goes on where it was."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from screenpop.config.model import Configuration
from screenpop.connector.registry import Registry
from screenpop.lookup.identify import Evidence
from screenpop.lookup.sources import Sources, make_sources
from screenpop.support.clock import SystemClock

CUSTOMERS = 12_000
KILLED_AFTER = 2_000
QUERY = """select id as key, name, phone, id as changed from customer
    where id >= :since order by changed"""


def made(folder: Path) -> Sources:
    erp = {
        "connector": "sql",
        "url": "sqlite:///crm.sqlite",
        "contacts": {"query": QUERY, "since": 0},
    }
    config = Configuration.model_validate(
        {"server": {"country": "GB"}, "sources": {"erp": erp}}
    )
    return make_sources(
        config,
        folder,
        Registry().find,
        SystemClock(),
        index_folder=folder / "numbers",
    )


async def read(folder: Path) -> None:
    """What the killed process does."""
    sources = made(folder)
    await sources.open()
    await sources.read_contacts("erp")


def visible(folder: Path) -> int:
    path = folder / "numbers" / "erp.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as file:
        try:
            return int(file.execute("SELECT count(*) FROM contacts").fetchone()[0])
        except sqlite3.OperationalError:  # it is just being made
            return 0


@pytest.mark.slow
async def test_a_killed_first_reading_goes_on_and_misses_nobody(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as crm:
        crm.execute("create table customer (id integer primary key, name, phone)")
        crm.executemany(
            "insert into customer values (?, ?, ?)",
            [(n, f"C {n}", f"020 7{n:07}") for n in range(CUSTOMERS)],
        )
        crm.commit()
    code = (
        "import asyncio, pathlib, sys; import test_number_index_killed as test;"
        " asyncio.run(test.read(pathlib.Path(sys.argv[1])))"
    )
    reading = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    async with asyncio.timeout(60):
        while visible(tmp_path) < KILLED_AFTER:
            assert reading.returncode is None, "it was over before it was killed"
            await asyncio.sleep(0.01)
    reading.send_signal(signal.SIGKILL)
    await reading.wait()
    sources = made(tmp_path)
    await sources.open()
    try:
        found = sources.index.about("erp")
        assert not found.whole
        assert KILLED_AFTER <= found.contacts < CUSTOMERS
        assert [x.candidate.ref.key for x in find(sources, 7)] == ["7"]
        assert await sources.read_contacts("erp") == CUSTOMERS
        reading_again = sources.connectors["erp"].reading
        assert reading_again is not None
        assert isinstance(found.since, int)
        assert found.since > 0
        assert reading_again.rows == CUSTOMERS - found.since
        assert sources.index.is_whole("erp")
        for n in range(0, CUSTOMERS, 97):
            assert [x.candidate.ref.key for x in find(sources, n)] == [str(n)]
    finally:
        await sources.close()


def find(sources: Sources, n: int) -> list[Evidence]:
    return sources.index.find(f"+44207{n:07}", "GB")

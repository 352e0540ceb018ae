"""`screenpop index report`: what is in the number index, without whole numbers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from screenpop.cli import main
from screenpop.node.asking import load_checked
from screenpop.node.build import build
from screenpop.support.clock import SystemClock

CONFIG = """
version: 1
server: {data_dir: data, country: GB}
sources:
  crm:
    connector: csv_file
    path: crm.csv
    numbers: [phone]
    contacts: {key: key, name: name}
  off: {connector: csv_file, path: none.csv, enabled: false}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "screenpop.yaml"
    file.write_text(CONFIG)
    (tmp_path / "crm.csv").write_text(
        "key,name,phone\n1,Ada,020 7946 0958\n2,Ben,(020) 79460958\n3,Cy,see notes\n"
    )
    return file


def read_contacts(file: Path) -> None:
    async def read() -> None:
        service = await build(load_checked(file), SystemClock(), None)
        try:
            sources = service.lookups.sources
            await sources.open()
            await sources.read_contacts("crm")
        finally:
            await service.lookups.sources.close()
            await service.end()

    asyncio.run(read())


def report(file: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["index", "report", "--config", str(file), *more])
    return int(ended.value.code or 0)


def test_shared_and_unreadable_numbers_are_shown(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_contacts(file)
    capsys.readouterr()
    assert report(file) == 0
    shown = capsys.readouterr().out
    assert "3 customers, read 20" in shown
    assert "1 numbers have several customers" in shown
    assert "+442…958" in shown
    assert "not readable: 1 x holds no number: customer 3" in shown
    assert "79460958" not in shown


def test_as_json_it_has_the_same_numbers(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_contacts(file)
    capsys.readouterr()
    assert report(file, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    [source] = found["sources"]
    assert (source["source"], source["contacts"], source["rows"]) == ("crm", 3, 3)
    assert source["numbers"]["shared"] == 1
    assert source["numbers"]["most_shared"][0]["keys"] == ["1", "2"]
    assert found["collisions"] == []


def test_before_the_first_start_it_says_what_to_do(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(file) == 1
    assert "crm: its contacts were not read yet. Start the service" in " ".join(
        capsys.readouterr().out.split()
    )


def test_the_index_of_a_worker_is_found(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_contacts(file)
    data = file.parent / "data"
    (data / "worker-2").mkdir()
    (data / "numbers").rename(data / "worker-2" / "numbers")
    capsys.readouterr()
    assert report(file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["sources"][0]["contacts"] == 3

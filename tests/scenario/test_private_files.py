"""What the service keeps about people is for its own user alone."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from call_centre import open_call_centre, write_config

from screenpop.node.asking import load_checked
from screenpop.node.build import running


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [
        f"{path.name} {stat.S_IMODE(path.stat().st_mode):03o}"
        for path in [folder, *sorted(folder.rglob("*"))]
        if path.stat().st_mode & 0o077
    ]


async def test_a_first_start_makes_nothing_that_others_can_read(
    tmp_path: Path,
) -> None:
    async with running(load_checked(write_config(tmp_path))):
        assert open_to_others(tmp_path / "data") == []
    assert open_to_others(tmp_path / "data") == []


async def test_what_an_older_version_left_open_is_closed_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    for path in (tmp_path / "data").iterdir():
        if path.name != "session.key":
            path.chmod(0o644 if path.is_file() else 0o755)
    (tmp_path / "data").chmod(0o755)
    caplog.clear()
    async with running(load_checked(tmp_path / "screenpop.yaml")):
        assert open_to_others(tmp_path / "data") == []
    told = [r.getMessage() for r in caplog.records if "closed to them" in r.message]
    assert len([text for text in told if "journal.sqlite " in text]) == 1
    assert len([text for text in told if "store.sqlite " in text]) == 1


async def test_the_folder_of_the_configuration_itself_stays_as_it_is(
    tmp_path: Path,
) -> None:
    os.chmod(tmp_path, 0o755)
    path = write_config(tmp_path, server={"port": 0, "data_dir": "."})
    async with running(load_checked(path)):
        assert stat.S_IMODE(os.stat(tmp_path).st_mode) == 0o755
        assert (tmp_path / "store.sqlite").stat().st_mode & 0o077 == 0
        assert (tmp_path / "journal.sqlite").stat().st_mode & 0o077 == 0


async def test_verbs_write_for_their_user_alone(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    words = ["users", "add", "eve", "--generate", "--config", str(config)]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "screenpop", *words],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert open_to_others(tmp_path / "data") == []

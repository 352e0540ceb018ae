"""A running service is backed up, lost, and restored: what is there again?"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre, write_config
from redis_server import redis_server
from sqlalchemy import text
from unit.history.postgres_server import binary, postgres

from screenpop.cli.backup import checked
from screenpop.domain.errors import BadInput, ConfigError, Unavailable
from screenpop.journal.sqlite_writer import SKIPPED
from screenpop.node import restore as restoring
from screenpop.node.backup import make_backup, read_places
from screenpop.node.backup_file import (
    BackupManifest,
    BackupWriter,
    KeptJournal,
    KeptStore,
)

NOTE = "wants the blue one"


async def screenpop(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, in a process of its own."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "screenpop", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )


async def saved(folder: Path) -> Path:
    """A backup, made next to the service but for the process."""
    loaded = read_places(folder / "screenpop.yaml")
    file, _ = await asyncio.to_thread(make_backup, loaded, folder / "saved.zip")
    return file


async def a_finished_call(centre: CallCentre) -> str:
    """Answered by ana, with a note, and in the history."""
    ana = await centre.sign_in("ana")
    call_id = await centre.ring("ana", call_id="c-finished")
    await ana.next_pop()
    await centre.answer(call_id, "ana")
    await centre.hang_up(call_id)
    await ana.next("pop.closed")
    await centre.archived()
    status, _ = await centre.post("ana", f"/v1/calls/{call_id}/notes", text=NOTE)
    assert status == 201
    await centre.archived()
    await ana.leave()
    return call_id


async def shown(centre: CallCentre, call_id: str) -> dict[str, Any]:
    """The call as the API shows it to its agent."""
    return await centre.get("ana", f"/v1/calls/{call_id}")


def parts_of(backup: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(backup) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def open_to_others(path: Path) -> list[str]:
    return [
        str(each) for each in [path, *path.rglob("*")] if each.stat().st_mode & 0o077
    ]


def elsewhere(folder: Path) -> Path:
    """A new machine with an empty place, and a configuration of its own."""
    (folder / "new").mkdir()
    return folder / "new"


async def test_a_restored_service_has_the_calls_notes_users_and_sessions(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        call_id = await a_finished_call(centre)
        ringing = await centre.ring("ben", call_id="c-ringing")
        backup = tmp_path / "by hand.zip"
        config = tmp_path / "screenpop.yaml"
        done = await screenpop("backup", backup, "--config", config)  # while it runs
        assert done.returncode == 0, done.stderr
        before = await shown(centre, call_id)
        people = await centre.service.past.people.users.list_all()
        cookie = await centre.cookie_of("ana")
        await centre.ring("ben", call_id="c-after")
    shutil.rmtree(tmp_path / "data")  # the machine is lost
    done = await screenpop("restore", backup, "--config", config)
    assert done.returncode == 0, done.stderr
    async with open_call_centre(tmp_path, people=False) as centre:
        centre._cookies["ana"] = cookie  # of before: the key is the same
        after = await shown(centre, call_id)
        assert after == before
        assert NOTE in json.dumps(after)
        assert await centre.service.past.people.users.list_all() == people
        ben = await centre.sign_in("ben")
        opened = [pop["call_id"] for pop in ben.named("resync")[0]["pops"]]
        assert opened == [ringing]  # and not the one after the backup


async def test_a_browser_that_saw_more_than_the_backup_begins_again(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana", call_id="c-1")
    backup = await saved(tmp_path)  # of a service that was stopped well
    async with open_call_centre(tmp_path, people=False) as centre:
        for number in range(2, 6):
            await centre.ring("ana", call_id=f"c-{number}")
        seat = await centre.sign_in("ana")
        seen = seat.last_offset
        await centre.archived()
    shutil.rmtree(tmp_path / "data")
    restoring.restore(backup, tmp_path / "screenpop.yaml")
    async with open_call_centre(tmp_path, people=False) as centre:
        pass  # nobody calls; the numbers are still not given again
    async with open_call_centre(tmp_path, people=False) as centre:
        for number in range(10, 20):  # more than were lost
            await centre.ring("ana", call_id=f"c-{number}")
        ana = await centre.sign_in("ana", after=seen)
        (resync,) = ana.named("resync")
        assert resync["reason"] == "other_journal"
        ringing = {pop["call_id"] for pop in resync["pops"]}
        assert ringing == {"c-1", *(f"c-{number}" for number in range(10, 20))}
        assert ana.last_offset > seen + SKIPPED
        await centre.archived()  # the history follows the new numbers


async def test_the_numbers_passed_over_grow_with_the_age_of_the_backup(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    backup = await saved(tmp_path)
    day_us = 86_400_000_000
    parts = parts_of(backup)
    manifest = json.loads(parts["manifest.json"])
    manifest["made_us"] -= day_us
    parts["manifest.json"] = json.dumps(manifest).encode()
    rewritten = write_zip(tmp_path / "older.zip", parts)
    place = elsewhere(tmp_path)
    shutil.copy(tmp_path / "screenpop.yaml", place)
    restoring.restore(rewritten, place / "screenpop.yaml")
    async with open_call_centre(place, people=False) as centre:
        await centre.ring("ana", call_id="c-new")
        _, newest = await centre.service.journal.bounds()
        assert newest > 86_400 * restoring.ENTRIES_PER_S
        assert newest < 2**53  # a whole number of a browser


async def test_a_restored_start_uses_the_saved_state_of_the_calls(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    backup = await saved(tmp_path)
    assert "data/journal.sqlite.folds.snapshot" in parts_of(backup)
    shutil.rmtree(tmp_path / "data")
    restoring.restore(backup, tmp_path / "screenpop.yaml")
    caplog.clear()
    async with open_call_centre(tmp_path, people=False) as centre:
        ana = await centre.sign_in("ana")
        assert len(ana.named("resync")[0]["pops"]) == 1
    assert [r for r in caplog.records if "is not used" in r.getMessage()] == []


async def test_a_backup_under_load_is_one_consistent_state(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        stop = asyncio.Event()
        taken: list[str] = []

        async def load() -> None:
            while not stop.is_set():
                taken.append(await centre.ring("ana", call_id=f"c-{len(taken)}"))

        loading = centre.tasks.spawn(load(), name="load")
        while len(taken) < 50:
            await asyncio.sleep(0.01)
        at_least = list(taken)
        backup = await saved(tmp_path)
        stop.set()
        await loading
        assert len(taken) > len(at_least)  # it went on meanwhile
    place = elsewhere(tmp_path)
    shutil.copy(tmp_path / "screenpop.yaml", place)
    restoring.restore(backup, place / "screenpop.yaml")
    async with open_call_centre(place, people=False) as centre:
        await centre.archived()
        known = [call.key[1] for call in centre.service.follower.book]
        assert sorted(known) == sorted(taken[: len(known)])  # the first ones, no hole
        assert set(at_least) <= set(known)
        async with centre.service.past.database.read() as connection:
            found = await connection.execute(text("SELECT call_id FROM calls"))
            assert sorted(row.call_id for row in found) == sorted(known)


async def test_what_redis_did_not_take_yet_is_in_the_backup(tmp_path: Path) -> None:
    with redis_server() as server:
        journal = {"engine": "redis", "url": server.url, "timeout_s": 0.5}
        journal |= {"patience_s": 0.1, "node": "a"}
        async with open_call_centre(tmp_path, journal=journal) as centre:
            server.kill()
            await centre.ring("ana", call_id="c-spooled")
            backup = await saved(tmp_path)
        place = elsewhere(tmp_path)
        config = write_config(place, journal=journal)
        restoring.restore(backup, config)
        server.start()
        async with open_call_centre(place, people=False, journal=journal) as centre:
            ana = await centre.sign_in("ana")
            (pop,) = ana.named("resync")[0]["pops"]
            assert pop["call_id"] == "c-spooled"
            with pytest.raises(ConfigError, match="is in use"):
                await asyncio.to_thread(restoring.restore, backup, config)


# -- What is refused?


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    return await saved(tmp_path)


async def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(
    tmp_path: Path, backup: Path
) -> None:
    assert open_to_others(backup) == []
    assert names_in(tmp_path, ".*") == []
    config = tmp_path / "screenpop.yaml"
    done = await screenpop("backup", backup, "--config", config)
    assert done.returncode == 1
    assert "saved.zip is already there. Name another file." in done.stderr
    (folder := tmp_path / "backups").mkdir()
    done = await screenpop("backup", folder, "--config", config, "--json")
    made = json.loads(done.stdout)
    assert Path(made["file"]).parent == folder
    assert made["parts"][0]["name"] == "screenpop.yaml"


async def test_a_check_reads_every_byte(tmp_path: Path, backup: Path) -> None:
    done = await screenpop("backup", "--check", backup)
    assert done.returncode == 0
    assert "store.sqlite" in done.stdout
    parts = parts_of(backup)
    parts["data/session.key"] = bytes(32)
    changed = write_zip(tmp_path / "changed.zip", parts)
    with pytest.raises(BadInput, match=r"session\.key is not what its manifest says"):
        checked(changed)


def test_a_backup_that_was_cut_or_changed_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    (config := tmp_path / "screenpop.yaml").write_bytes(os.urandom(5000))
    make_backup_of(config, whole)
    data, changed = whole.read_bytes(), tmp_path / "changed.zip"
    for place in range(0, len(data), 97):
        changed.write_bytes(data[:place])
        with pytest.raises(BadInput, match="is not a whole backup"):
            checked(changed)
        flipped = bytearray(data)
        flipped[place] ^= 0xFF
        changed.write_bytes(flipped)
        with suppress(BadInput, ConfigError):  # some bytes, as of dates, say nothing
            assert checked(changed).parts == checked(whole).parts


def make_backup_of(file: Path, backup: Path) -> None:
    writer = BackupWriter(backup)
    writer.add("screenpop.yaml", file)
    kept = KeptJournal("memory"), KeptStore("sqlite", None)
    writer.finish(
        BackupManifest(
            screenpop="1", made_us=0, made_at="", journal=kept[0], store=kept[1]
        )
    )
    writer.close()


async def test_a_folder_in_use_is_refused(tmp_path: Path, backup: Path) -> None:
    config = tmp_path / "screenpop.yaml"
    async with open_call_centre(tmp_path, people=False) as centre:
        done = await screenpop("restore", backup, "--config", config)
        assert done.returncode == 1
        assert "is in use by another process" in done.stderr
        assert await centre.ring("ana", call_id="c-still")
    done = await screenpop("restore", backup, "--config", config)
    assert done.returncode == 1
    assert "is there already, and a restore replaces nothing" in done.stderr
    assert names_in(tmp_path / "data", ".restoring") == []


@pytest.mark.parametrize(
    ("part", "newer"),
    [
        ("format", {"format": 99}),
        ("journal", {"journal": {"engine": "sqlite", "schema": 99}}),
        ("store", {"store": {"engine": "sqlite", "schema": "9999"}}),
    ],
)
async def test_a_backup_of_a_newer_version_is_refused(
    tmp_path: Path, backup: Path, part: str, newer: dict[str, Any]
) -> None:
    parts = parts_of(backup)
    manifest = json.loads(parts["manifest.json"]) | newer
    parts["manifest.json"] = json.dumps(manifest).encode()
    of_tomorrow = write_zip(tmp_path / "newer.zip", parts)
    place = elsewhere(tmp_path)
    config = place / "screenpop.yaml"
    with pytest.raises(ConfigError, match="newer Screenpop"):
        restoring.restore(of_tomorrow, config)
    assert names_in(place) == []


async def test_a_part_that_would_leave_its_folder_is_refused(
    tmp_path: Path, backup: Path
) -> None:
    parts = parts_of(backup)
    manifest = json.loads(parts["manifest.json"])
    manifest["parts"][0]["name"] = "data/../../escaped"
    parts["data/../../escaped"] = parts["screenpop.yaml"]
    parts["manifest.json"] = json.dumps(manifest).encode()
    hostile = write_zip(tmp_path / "hostile.zip", parts)
    place = elsewhere(tmp_path)
    with pytest.raises(BadInput):
        restoring.restore(hostile, place / "screenpop.yaml")
    assert names_in(place) == []


async def test_a_restore_brings_the_configuration_and_needs_no_secret_of_a_source(
    tmp_path: Path,
) -> None:
    sources = {"crm": {"connector": "http_json", "base_url": "${file:not-there}"}}
    write_config(tmp_path)
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    write_config(tmp_path, sources=sources)
    backup = await saved(tmp_path)
    place = elsewhere(tmp_path)
    assert restoring.restore(backup, place / "screenpop.yaml").wrote_config
    restored = (place / "screenpop.yaml").read_text()
    assert restored == (tmp_path / "screenpop.yaml").read_text()
    assert open_to_others(place / "data") == []


async def test_included_files_come_with_the_configuration(tmp_path: Path) -> None:
    write_config(tmp_path, include="conf.d/*.yaml")
    team = tmp_path / "conf.d" / "erp.yaml"
    team.parent.mkdir()
    team.write_text('queues: {erp: {label: "ERP"}}\n')
    async with open_call_centre(tmp_path, include="conf.d/*.yaml") as centre:
        await centre.ring("ana")
    backup = await saved(tmp_path)
    place = elsewhere(tmp_path)
    assert restoring.restore(backup, place / "screenpop.yaml").wrote_config
    assert (place / "conf.d" / "erp.yaml").read_text() == team.read_text()
    assert "erp" in read_places(place / "screenpop.yaml").config.queues


async def test_an_included_file_that_differs_stays_and_is_said(tmp_path: Path) -> None:
    write_config(tmp_path, include="conf.d/*.yaml")
    team = tmp_path / "conf.d" / "erp.yaml"
    team.parent.mkdir()
    team.write_text('queues: {erp: {label: "ERP"}}\n')
    async with open_call_centre(tmp_path, include="conf.d/*.yaml") as centre:
        await centre.ring("ana")
    backup = await saved(tmp_path)
    place = elsewhere(tmp_path)
    shutil.copytree(tmp_path / "conf.d", place / "conf.d")
    mine = place / "conf.d" / "erp.yaml"
    mine.write_text('queues: {erp: {label: "Mine"}}\n')
    assert restoring.restore(backup, place / "screenpop.yaml").wrote_config is False
    assert "Mine" in mine.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
async def test_what_root_restores_belongs_to_the_owner_of_the_folder(
    tmp_path: Path, backup: Path
) -> None:
    place = elsewhere(tmp_path)
    write_config(place)
    (place / "data").mkdir(mode=0o700)
    os.chown(place / "data", 65534, 65534)
    restoring.restore(backup, place / "screenpop.yaml")
    assert {path.stat().st_uid for path in (place / "data").rglob("*")} == {65534}
    assert "journal.sqlite.lock" in names_in(place / "data")


async def test_a_damaged_store_is_saved_and_said(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    store = tmp_path / "data" / "store.sqlite"
    with store.open("r+b") as file:
        file.seek(4096 * 10)
        file.write(b"\xff" * 4096)
    config, backup = tmp_path / "screenpop.yaml", tmp_path / "saved.zip"
    with pytest.raises(Unavailable, match="was written, but the service"):
        make_backup(read_places(config), backup)
    assert checked(backup).parts


async def test_a_disk_without_room_leaves_nothing_behind(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
    config = tmp_path / "screenpop.yaml"
    script = 'ulimit -f 20; exec "$@"'  # blocks of 512 or 1,024 bytes
    command = [sys.executable, "-m", "screenpop", "backup", str(tmp_path / "b.zip")]
    done = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-c", script, "sh", *command, "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert names_in(tmp_path, "*b.zip*") == []
    assert names_in(tmp_path, ".screenpop-*") == []


# -- The store in PostgreSQL


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """The URLs of two empty databases of one server."""
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    with postgres() as url:
        port = url.rpartition(":")[2].partition("/")[0]
        command = ["psql", "-h", "127.0.0.1", "-p", port, "-U", "screenpop"]
        create = [*command, "-d", "postgres", "-c", "CREATE DATABASE other"]
        subprocess.run(create, check=True, capture_output=True)
        yield url, url.removesuffix("/postgres") + "/other"


async def test_a_store_in_postgresql_is_dumped_and_restored(
    tmp_path: Path, two_databases: tuple[str, str]
) -> None:
    first, second = two_databases
    config = write_config(tmp_path, store={"url": first})
    assert (await screenpop("db", "upgrade", "--config", config)).returncode == 0
    words = ("users", "add", "ana", "--agent", "1001", "--generate", "--config")
    assert (await screenpop(*words, config)).returncode == 0
    async with open_call_centre(tmp_path, people=False, store={"url": first}) as centre:
        call_id = await centre.ring("ana")
        await centre.hang_up(call_id)
        await centre.archived()
        backup = await saved(tmp_path)
    place = elsewhere(tmp_path)
    config = write_config(place, store={"url": second})
    await asyncio.to_thread(restoring.restore, backup, config)
    async with open_call_centre(place, people=False, store={"url": second}) as centre:
        users = await centre.service.past.people.users.list_all()
        assert [(user.username, [*user.agents]) for user in users] == [
            ("ana", ["1001"])
        ]
        earlier = await centre.service.past.earlier("+442079460958", None, "", 0)
        assert len(earlier) == 1
    shutil.rmtree(place / "data")
    with pytest.raises(ConfigError, match="is not empty"):
        await asyncio.to_thread(restoring.restore, backup, config)
    assert names_in(place / "data", "session.key") == []


async def test_a_dump_that_fails_is_said_without_the_password(
    tmp_path: Path, two_databases: tuple[str, str]
) -> None:
    url = two_databases[0].replace("screenpop@", "screenpop:hunter22@")
    config = write_config(tmp_path, store={"url": url.replace("/postgres", "/none")})
    done = await screenpop("backup", tmp_path / "b.zip", "--config", config)
    assert done.returncode == 1
    assert "hunter22" not in done.stdout + done.stderr
    assert names_in(tmp_path, "*b.zip*") == []

"""What has a worker for itself, and which configuration cannot have several?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from call_centre import write_config

from screenpop.config.load import Loaded, load_config
from screenpop.config.problems import ConfigProblems
from screenpop.domain.call import CallEvent, CallId, EventType, LineId
from screenpop.journal.records import EventRecord
from screenpop.journal.sqlite import SqliteJournal
from screenpop.node.backup import make_backup
from screenpop.node.parts import data_dir_of, node_name
from screenpop.node.worker import as_worker, check_workers, own_port, prepare_workers
from screenpop.web.auth import key_file

REDIS = {"engine": "redis", "url": "redis://127.0.0.1:1/0", "node": "pop"}
STORE = {"url": "postgresql+asyncpg://screenpop@127.0.0.1:1/screenpop"}


def loaded(folder: Path, **more: Any) -> Loaded:
    server = {"port": 8080, "country": "GB", "data_dir": "data"}
    server |= more.pop("server", {})
    keys = {"journal": REDIS, "store": STORE, "server": server, **more}
    return load_config(write_config(folder, **keys))


def test_each_worker_has_a_name_a_folder_and_a_port(tmp_path: Path) -> None:
    whole = loaded(tmp_path)
    workers = [as_worker(whole, number) for number in (1, 2)]
    assert [node_name(x.config) for x in workers] == ["pop-1", "pop-2"]
    folders = [tmp_path / "data" / f"worker-{number}" for number in (1, 2)]
    assert [data_dir_of(x) for x in workers] == folders
    assert [own_port(x) for x in workers] == [8081, 8082]
    assert {x.config.server.port for x in workers} == {8080}
    assert own_port(whole) is None


@pytest.mark.parametrize("named", [None, "keys/session.key"])
def test_workers_sign_sessions_with_one_key(tmp_path: Path, named: str | None) -> None:
    whole = loaded(tmp_path, security={"session_key_file": named})
    keys = {key_file(as_worker(whole, number)) for number in (1, 2)}
    assert keys == {key_file(whole)}


@pytest.mark.parametrize(
    ("keys", "count", "words"),
    [
        ({"journal": {"engine": "sqlite"}}, 2, ("journal.engine", "one process")),
        ({"store": {}}, 2, ("store.url", "one process")),
        ({"store": {"url": "sqlite:///x.sqlite"}}, 2, ("store.url", "one process")),
        ({"server": {"port": 0}}, 4, ("server.port", "4 different ports")),
        (
            {"server": {"port": 65534}},
            2,
            ("worker_port", "65535 to 65536; the highest"),
        ),
        (
            {"server": {"port": 8082, "worker_port": 8081}},
            2,
            ("worker_port", "8081 to 8082, of which 8082 is server.port"),
        ),
    ],
)
def test_what_several_workers_cannot_share_is_named(
    tmp_path: Path, keys: dict[str, Any], count: int, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigProblems) as caught:
        check_workers(loaded(tmp_path, **keys), count)
    [problem] = caught.value.problems
    assert all(word in str(problem) for word in words), str(problem)
    assert problem.remedy


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems) as caught:
        check_workers(loaded(tmp_path, journal={}, store={}), 2)
    assert len(caught.value.problems) == 2


def test_workers_share_the_models_and_the_key(tmp_path: Path) -> None:
    whole = loaded(tmp_path)
    for _ in range(2):  # also at the next start
        prepare_workers(whole, 2)
    data = tmp_path / "data"
    (data / "insight" / "model").write_text("trained once")
    assert (data / "worker-2" / "insight" / "model").read_text() == "trained once"
    assert (data / "session.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("spool", "remedy"),
    [
        ("spool.sqlite", "without --workers"),
        ("worker-3/spool.sqlite", "with --workers 3"),
    ],
)
def test_events_that_only_another_worker_would_drain_are_not_left_behind(
    tmp_path: Path, spool: str, remedy: str
) -> None:
    whole = loaded(tmp_path)
    prepare_workers(whole, 3)
    asyncio.run(_spooled(tmp_path / "data" / spool))
    with pytest.raises(ConfigProblems, match="did not take yet") as caught:
        prepare_workers(whole, 2)
    assert remedy in caught.value.problems[0].remedy


def test_a_backup_holds_what_the_workers_spooled(tmp_path: Path) -> None:
    whole = loaded(tmp_path)
    prepare_workers(whole, 2)
    for number in (1, 2):
        asyncio.run(_spooled(tmp_path / "data" / f"worker-{number}" / "spool.sqlite"))
    path, _ = make_backup(whole, tmp_path / "backup.zip", with_store=False)
    with ZipFile(path) as made:
        names = set(made.namelist())
    assert {f"data/worker-{number}/spool.sqlite" for number in (1, 2)} <= names


async def _spooled(path: Path) -> None:
    journal = SqliteJournal(path)
    await journal.open()
    event = CallEvent(
        type=EventType.ARRIVED,
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id="e-1",
        at_us=1,
        received_us=1,
    )
    await journal.append([EventRecord(event=event)])
    await journal.close()

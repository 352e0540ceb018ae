"""A person is erased: is their number or name found anywhere afterwards?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import msgspec
import pytest
from call_centre import CallCentre, open_call_centre
from canary import NAME, NUMBER, OTHER_NAME, OTHER_NUMBER, forms, places
from key_effects import shows_effect_of
from typer.testing import CliRunner, Result

from screenpop.cli import application
from screenpop.domain.errors import ConfigError
from screenpop.node import erase

WITHIN_S = 20.0


async def screenpop(*words: str | Path) -> str:
    """The command as an operator runs it, but in this process; what it printed."""
    return (await asyncio.to_thread(_run, [str(word) for word in words])).stdout


def _run(words: list[str]) -> Result:
    done = CliRunner().invoke(application(words[0]), words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


async def a_call(centre: CallCentre, call_id: str, number: str, name: str) -> None:
    """Answered by ana, with a note that names the caller."""
    ana = await centre.sign_in("ana")
    await centre.ring(
        "ana",
        call_id=call_id,
        caller=number,
        caller_name=name,
        queue="sales",
        attributes={"name": name},
    )
    await ana.next_pop()
    await centre.answer(call_id, "ana")
    for frame in ("note", "handover"):
        words = {"text": f"{name} calls back", "id": f"{frame}-{call_id}"}
        await ana.send(frame, call_id=call_id, **words)
        await ana.next("done")
    await centre.hang_up(call_id)
    await ana.next("pop.closed")
    await ana.leave()


async def the_day(centre: CallCentre) -> None:
    await a_call(centre, "c-canary", NUMBER, NAME)
    await a_call(centre, "c-other", OTHER_NUMBER, OTHER_NAME)
    await centre.archived()
    assert centre.service.keys is not None
    await centre.service.keys.keep()


def counters(centre: CallCentre) -> Any:
    """All sums of the day, of every queue."""
    return msgspec.to_builtins(centre.service.feed.counters.saved())


@pytest.fixture(autouse=True)
def no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look comes when the node has noticed: twice a second it asks."""
    monkeypatch.setattr(erase, "SECOND_LOOK_S", 2.0)


async def is_told_to_begin_again(centre: CallCentre) -> None:
    async with asyncio.timeout(WITHIN_S):
        await centre.service.replaced.wait()


async def the_others_are_untouched(
    centre: CallCentre, call_ids: AbstractSet[str] = frozenset({"c-canary", "c-other"})
) -> None:
    other = json.dumps(await centre.get("sue", "/v1/calls/c-other"), ensure_ascii=False)
    for text in (OTHER_NUMBER, OTHER_NAME, f"{OTHER_NAME} calls back"):
        assert text in other
    canary = json.dumps(await centre.get("sue", "/v1/calls/c-canary"))
    for text in ("1632", "Quill"):
        assert text not in canary
    past = await centre.get("sue", "/v1/calls?limit=10")
    assert {call["call_id"] for call in past["calls"]} == call_ids


async def test_an_erased_caller_is_found_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config, data, saved = (
        tmp_path / name for name in ("screenpop.yaml", "data", "saved")
    )
    saved.mkdir()
    async with open_call_centre(tmp_path) as centre:
        await the_day(centre)
        before = counters(centre)
        await screenpop("backup", saved / "before.zip", "--config", config)
        assert places(saved, forms()) == []  # it is encrypted, and the key apart
        assert places(data, forms())  # else nothing is proved
        said = await screenpop("privacy", "erase", NUMBER, "--config", config)
        assert "2 notes" in said
        assert NUMBER not in said
        assert "screenpop.keys" in said
        assert "are not encrypted: they leave the journal after 36 h" in said
        await is_told_to_begin_again(centre)
        metrics = await centre.http.get(f"{centre.url}/metrics")
        shown = await metrics.read()
        assert [x for x in forms() if x in shown] == []
    assert places(data, forms()) == []
    assert places(data, forms(OTHER_NUMBER, OTHER_NAME))
    async with open_call_centre(tmp_path, people=False) as centre:  # all is read again
        assert counters(centre) == before
        await the_others_are_untouched(centre)
        assert (await centre.get("ada", "/readyz"))["status"] == "ready"
        audit = await centre.service.past.audit.recent()
        assert [x.object for x in audit if x.action == "person.erased"] == [""]
    data.rename(tmp_path / "lost")
    await screenpop("restore", saved / "before.zip", "--config", config)
    assert places(tmp_path, forms()) == []
    async with open_call_centre(tmp_path, people=False) as centre:
        assert counters(centre) == before
        await the_others_are_untouched(centre)
        assert (await centre.get("ada", "/readyz"))["status"] == "ready"
    assert places(tmp_path, forms()) == []
    assert [x for x in forms() if x.decode() in caplog.text] == []


async def test_a_backup_without_an_erasure_gives_everybody_back(tmp_path: Path) -> None:
    config, data = tmp_path / "screenpop.yaml", tmp_path / "data"
    async with open_call_centre(tmp_path) as centre:
        await the_day(centre)
        before = await centre.get("sue", "/v1/calls/c-canary")
        assert NUMBER in json.dumps(before)
        for name in ("one.zip", "two.zip"):
            await screenpop("backup", tmp_path / name, "--config", config)
    data.rename(tmp_path / "lost")
    for name in ("one.zip", "two.zip"):  # the keys are those of the second
        await screenpop("restore", tmp_path / name, "--config", config)
        async with open_call_centre(tmp_path, people=False) as centre:
            assert await centre.get("sue", "/v1/calls/c-canary") == before
        data.rename(tmp_path / f"lost with {name}")


async def test_a_dry_run_says_what_would_go_and_changes_nothing(tmp_path: Path) -> None:
    config = tmp_path / "screenpop.yaml"
    async with open_call_centre(tmp_path) as centre:
        await the_day(centre)
        before = await centre.get("sue", "/v1/calls/c-canary")
        words = ("privacy", "erase", "01632 960147", "--config", config, "--dry-run")
        said = json.loads(await screenpop(*words, "--json"))
        assert said["erased"] is False
        assert (said["calls"], said["notes"], said["numbers"]) == (1, 2, 1)
        assert said["keys"] >= 1
        assert await centre.get("sue", "/v1/calls/c-canary") == before
        assert not centre.service.replaced.is_set()
        assert "would be erased" in await screenpop(*words)


async def test_what_is_no_number_and_what_names_nobody_is_refused(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path):
        pass
    config = tmp_path / "screenpop.yaml"
    for words in (["12"], ["--customer", "crm"], []):
        with pytest.raises(AssertionError, match=r"number|SOURCE:KEY"):
            await screenpop("privacy", "erase", *words, "--config", config)


async def test_a_restore_without_the_keys_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "screenpop.yaml"
    async with open_call_centre(tmp_path) as centre:
        await the_day(centre)
        await screenpop("backup", tmp_path / "saved.zip", "--config", config)
    (tmp_path / "data").rename(tmp_path / "lost")
    (tmp_path / "screenpop.keys").unlink()
    with pytest.raises(ConfigError, match=r"screenpop\.keys is missing"):
        await screenpop("restore", tmp_path / "saved.zip", "--config", config)
    assert not (tmp_path / "data" / "store.sqlite").exists()


@shows_effect_of("privacy.encrypt")
@pytest.mark.parametrize("encrypt", [True, False])
async def test_the_journal_is_encrypted_unless_told_otherwise(
    tmp_path: Path, encrypt: bool
) -> None:
    async with open_call_centre(tmp_path, privacy={"encrypt": encrypt}) as centre:
        await centre.ring("ana", caller=NUMBER, caller_name=NAME)
    journal = [x for x in places(tmp_path / "data", forms()) if "journal" in x]
    assert bool(journal) is not encrypt
    if encrypt:  # what was encrypted stays readable
        off = {"encrypt": False}
        async with open_call_centre(tmp_path, people=False, privacy=off) as centre:
            [call] = centre.service.follower.book
            assert (call.caller, call.caller_name) == (NUMBER, NAME)


@shows_effect_of("privacy.key_file")
async def test_the_key_is_where_the_configuration_says(tmp_path: Path) -> None:
    named = {"key_file": "secrets/persons.key"}
    async with open_call_centre(tmp_path, privacy=named) as centre:
        await centre.ring("ana", caller=NUMBER)
    key = tmp_path / "secrets" / "persons.key"
    assert len(key.read_bytes()) == 32
    assert key.stat().st_mode & 0o077 == 0
    assert not (tmp_path / "data" / "personal.key").exists()
    key.write_bytes(b"another" + bytes(25))
    with pytest.raises(ConfigError, match="wrapped with another key"):
        async with open_call_centre(tmp_path, people=False, privacy=named):
            pass

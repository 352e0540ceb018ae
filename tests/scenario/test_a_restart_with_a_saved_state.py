"""A restart reads what came after the saved state, and shows what was there before."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, Frame, open_call_centre, write_config
from key_effects import shows_effect_of

from screenpop.node.snapshots import NAME


async def cards(centre: CallCentre) -> list[Frame]:
    ana = await centre.sign_in("ana")
    [resync] = ana.named("resync")
    return [pop for pop in resync["pops"] if not pop.get("closed")]


async def test_a_stop_saves_what_the_next_start_shows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_call_centre(tmp_path) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana", queue="sales")
        await ana.next_pop()
        await ana.send("note", call_id=call_id, text="calls back", id="n1")
        await ana.next("done")
    caplog.set_level(logging.INFO)
    async with open_call_centre(tmp_path) as centre:
        [card] = await cards(centre)
        assert (card["call_id"], card["note"]["text"]) == (call_id, "calls back")
        assert centre.service.feed.counters.now("").alerting == 1
        await centre.hang_up(call_id)
        assert await cards(centre) == []
    assert [x for x in caplog.messages if "the state after entry" in x]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
async def test_a_damaged_state_is_reported_and_all_is_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    async with open_call_centre(tmp_path) as centre:
        call_id = await centre.ring("ana")
    [path] = (tmp_path / "data").glob(f"*.{NAME}.snapshot")
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[-3] ^= 16
    kept = {"cut": len(data) - 40, "empty": 0}.get(damage, len(data))
    path.write_bytes(bytes(data[:kept]))
    async with open_call_centre(tmp_path) as centre:
        [card] = await cards(centre)
        assert card["call_id"] == call_id
    assert len([x for x in caplog.messages if "is not used" in x]) == 1


@pytest.mark.parametrize(
    "other", [{"calls": {"short_abandon_s": 9}}, {"service_level": {"target_s": 9}}]
)
async def test_a_state_made_with_other_settings_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, other: dict[str, Any]
) -> None:
    async with open_call_centre(tmp_path) as centre:
        call_id = await centre.ring("ana")
    async with open_call_centre(tmp_path, **other) as centre:
        [card] = await cards(centre)
        assert card["call_id"] == call_id
    [told] = [x for x in caplog.messages if "is not used" in x]
    assert "with other settings" in told


WORDS: dict[str, Any] = {
    "queues": {"sales": {"label": "Sales"}},
    "facets": {"balance": {"label": "Owed"}},
    "dialled": {"+442079460100": {"label": "Hotline"}},
    "lines": {"main": {"label": "Switchboard"}},
    "calls": {"wrap_up_s": 5},
    "limits": {"searches_per_minute": 5},
}


@pytest.mark.parametrize("key", WORDS)
async def test_a_state_is_used_with_other_words_and_what_no_fold_reads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    async with open_call_centre(tmp_path) as centre:
        call_id = await centre.ring("ana", queue="sales")
        line = centre.service.loaded.config.lines["main"].model_dump(exclude_none=True)
    other: dict[str, Any] = {
        key: {"main": {**line, **WORDS[key]["main"]}} if key == "lines" else WORDS[key]
    }
    async with open_call_centre(tmp_path, **other) as centre:
        [card] = await cards(centre)
        assert card["call_id"] == call_id
    assert not [x for x in caplog.messages if "is not used" in x]


async def test_after_a_reload_the_state_goes_on_with_what_it_brought(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    more: dict[str, Any] = {
        "lines": {"second": {"settings": {"signing_secret": "x" * 20}}},
        "service_level": {"target_s": 9},
        "recall": {"claim_s": 60},
    }
    async with open_call_centre(tmp_path) as centre:
        call_id = await centre.ring("ana", queue="sales")
        write_config(tmp_path, **more)
        done = await centre.service.reloader.reload("ada")
        assert done.outcome == "switched", done.problems
    caplog.set_level(logging.INFO)
    async with open_call_centre(tmp_path, **more) as centre:
        [card] = await cards(centre)
        assert card["call_id"] == call_id
        counters = centre.service.feed.counters
        assert counters.sums("sales")["offered"] == 1
    assert [x for x in caplog.messages if "the state after entry" in x]


@shows_effect_of("journal.snapshot_every_s")
@pytest.mark.parametrize(("every_s", "saved"), [(0.01, True), (600, False)])
async def test_the_state_is_saved_in_its_time(
    tmp_path: Path, every_s: float, saved: bool
) -> None:
    journal = {"snapshot_every_s": every_s}
    async with open_call_centre(tmp_path, journal=journal) as centre:
        await centre.ring("ana")
        newest = centre.service.follower.offset
        try:
            async with asyncio.timeout(10 if saved else 0.3):
                while True:
                    found = await centre.service.journal.load_snapshot(NAME)
                    if found is not None and found[0] >= newest:
                        break
                    await asyncio.sleep(0.01)
        except TimeoutError:
            assert not saved
        else:
            assert saved

"""A file that a key names has changed, and the key has not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from call_centre import WITHIN_S, CallCentre, open_call_centre

from screenpop.intake.yaml_nodes import DIALECTS_FOLDER
from screenpop.node.canary_watch import try_due

CARDS = {
    "connector": "csv_file",
    "path": "cards.csv",
    "country": "GB",
    "contacts": {"key": "Account", "name": "Name"},
}


HEAD = "Account,Name,Phone\n"


async def reloaded(centre: CallCentre, by: str = "ada") -> tuple[str, list[str], Any]:
    done = await centre.service.reloader.reload(by)
    return done.outcome, [x.key for x in done.changed], done.sources


async def test_a_source_is_opened_again_when_only_its_file_has_changed(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cards.csv"
    file.write_text(f"{HEAD}7,Ada,020 7946 0958\n")
    config: dict[str, Any] = {"sources": {"cards": CARDS}}
    async with open_call_centre(tmp_path, **config) as centre:
        before = centre.service.lookups.sources.connectors["cards"]
        assert await reloaded(centre) == ("unchanged", [], ())
        file.write_text(f"{HEAD}7,Ada Byron,020 7946 0958\n")
        assert (await centre.service.reloader.reload("ada", dry_run=True)).changed
        # the connector follows its file by itself: the watch takes nothing from it
        assert await reloaded(centre, "file") == ("unchanged", [], ())
        taken = ("switched", ["sources.cards.path"], ["cards"])
        assert await reloaded(centre) == taken
        assert centre.service.lookups.sources.connectors["cards"] is not before
        assert await reloaded(centre) == ("unchanged", [], ())


async def test_canary_callers_are_tried_again_after_their_source_was_opened_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cards.csv"
    file.write_text(f"{HEAD}7,Ada,020 7946 0958\n")
    watched = {**CARDS, "canaries": {"numbers": ["+442079460958"]}}
    async with open_call_centre(tmp_path, sources={"cards": watched}) as centre:
        service, key = centre.service, "cards"
        tried = service.lookups.sources.canaries.tried
        while key not in tried or not tried[key].results:
            await asyncio.sleep(0.01)
            await try_due(service.lookups)
        before = tried[key]
        await try_due(service.lookups)
        assert tried[key] is before
        file.write_text(f"{HEAD}8,Ben,020 7946 0111\n")
        assert (await reloaded(centre))[0] == "switched"
        async with asyncio.timeout(WITHIN_S):
            while tried[key] is before:
                await asyncio.sleep(0.01)
                await try_due(service.lookups)
        assert [each.outcome for each in before.results] == ["found"]
        assert [each.outcome for each in tried[key].results] == ["not_found"]


async def test_a_secret_of_a_source_is_taken_and_its_key_named(tmp_path: Path) -> None:
    """`${file:…}` fills a value: the key differs."""
    for name in ("cards", "more"):
        (tmp_path / f"{name}.csv").write_text(f"{HEAD}7,Ada,020 7946 0958\n")
    (tmp_path / "secret").write_text("cards.csv")
    config: dict[str, Any] = {"sources": {"cards": {**CARDS, "path": "${file:secret}"}}}
    async with open_call_centre(tmp_path, **config) as centre:
        (tmp_path / "secret").write_text("more.csv")
        taken = ("switched", ["sources.cards.path"], ["cards"])
        assert await reloaded(centre, "file") == taken


async def test_a_changed_file_that_no_connector_follows_is_taken_by_itself(
    tmp_path: Path,
) -> None:
    """A dialect; the line's settings are as they were."""
    text = (DIALECTS_FOLDER / "generic.yaml").read_text()
    dialect = tmp_path / "ours.yaml"
    dialect.write_text(text)
    line = {"dialect": str(dialect), "settings": {"signing_secret": "q" * 20}}
    config: dict[str, Any] = {
        "server": {"reload_every_s": 0.02},
        "lines": {"main": line},
    }
    async with open_call_centre(tmp_path, **config) as centre:
        assert centre.service.web is not None
        intake = centre.service.web.site.services.intake
        before = intake.lines["main"]
        assert str(dialect) in centre.service.reloader.seen().files
        dialect.write_text(text + "\n# more\n")
        async with asyncio.timeout(WITHIN_S):
            while (last := centre.service.reloader.seen().last) is None:
                await asyncio.sleep(0.01)
        assert intake.lines["main"] is not before
        assert [x.key for x in last.changed] == ["lines.main.dialect"]

"""`screenpop explain --service`: what the running service knows, by its own means."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from call_centre import CallCentre, open_call_centre
from typer.testing import CliRunner, Result

from screenpop.cli import application

CARDS = "key,name,phone,open\n7,Ada Byron,020 7946 0958,1250\n"
SOURCES = {
    "cards": {
        "connector": "csv_file",
        "path": "cards.csv",
        "numbers": ["phone"],
        "contacts": {"key": "key", "name": "name"},
    },
}


async def explain(centre: CallCentre, *words: str) -> Result:
    file = str(centre.service.loaded.file)
    asked = ["explain", *words, "--service", "--url", centre.url, "--config", file]
    return await asyncio.to_thread(CliRunner().invoke, application("explain"), asked)


async def test_the_service_is_asked_and_the_look_is_noted(tmp_path: Path) -> None:
    cards = tmp_path / "cards.csv"
    cards.write_text(CARDS)
    async with open_call_centre(tmp_path, sources=SOURCES) as centre:
        async with asyncio.timeout(10):
            while centre.service.lookups.sources.unread:
                await asyncio.sleep(0.01)
        told = await explain(centre, "020 7946 0958", "--json")
        assert told.exit_code == 0, told.output
        (candidate,) = json.loads(told.stdout)["candidates"]
        assert candidate["name"] == "Ada Byron"
        told = await explain(centre, "020 7946 0958")
        assert "→ cards 7  Ada Byron" in told.stdout
        entry = (await centre.service.past.audit.recent(1))[0]
        assert (entry.username, entry.action) == ("ada", "lookup")
        told = await explain(centre, "1", "--dialled", "2")
        assert told.exit_code == 2


async def test_a_lookup_of_an_unknown_line_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text(CARDS)
    async with open_call_centre(tmp_path, sources=SOURCES) as centre:
        path = "/v1/lookup?number=020+7946+0958"
        assert await centre.status("ada", f"{path}&line=mian") == 404
        assert (await centre.get("ada", f"{path}&line=main"))["country"] == "GB"

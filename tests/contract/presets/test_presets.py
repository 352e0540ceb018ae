"""Does each preset find what the system's documents say it answers?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from recorded_systems import FOLDER, VARIABLE, Json, answers_of, system
from typer.testing import CliRunner

from screenpop.cli import application
from screenpop.config.check import check
from screenpop.config.load import Loaded, from_text
from screenpop.connector import Unavailable
from screenpop.connector.presets import Presets
from screenpop.lookup.explain import Explanation
from screenpop.lookup.sources import Sources
from screenpop.node.build import build
from screenpop.support.clock import SystemClock
from screenpop_connectors.http_json.auth import HttpOAuth2

NAMES = Presets().names()


def shown(facet: Any) -> dict[str, Any]:
    return {name: field.value for name, field in facet.fields.items()}


def expect(told: Explanation, wanted: Json, where: str) -> None:
    found = [candidate.ref.key for candidate in told.profile.candidates]
    assert found == [str(key) for key in wanted["candidates"]], where
    for name, values in wanted.get("facets", {}).items():
        facet = told.profile.facets[name]
        notes = [note.message for note in facet.notes]
        if isinstance(values, list):
            assert len(facet.rows) == len(values), (where, name, notes)
            pairs = [(row, want) for row, want in zip(facet.rows, values, strict=True)]
        else:
            pairs = [(shown(facet), values)]
        for row, want in pairs:
            kept = {key: row.get(key) for key in want}
            assert kept == want, (where, name, notes)


@pytest.mark.parametrize("name", NAMES)
async def test_callers_are_found_with_what_the_system_knows(
    tmp_path: Path, name: str
) -> None:
    async with system(name, tmp_path) as (recorded, loaded):
        service = await build(loaded, SystemClock(), None)
        try:
            sources = service.lookups.sources
            await sources.open()
            for source in sources.connectors:
                await sources.read_contacts(source)
            for number, wanted in recorded.told["callers"].items():
                expect(await service.explain(number), wanted, number)
            since = recorded.told.get("since")
            if since is not None:
                first = next(iter(sources.connectors))
                assert sources.index.about(first).since == since
        finally:
            await service.end()
        assert recorded.unknown == []
        auth = {head.get("Authorization", "") for head in recorded.heads}
        assert all("$" not in each for each in auth)


async def ask(sources: Sources, *, by_lookup: bool) -> None:
    """The first source: by one of its lookups, or for all customers."""
    name, connector = next(iter(sources.connectors.items()))
    if by_lookup:
        lookup = next(x.lookup for x in sources.plan if x.source == name)
        await lookup.fetch(dict.fromkeys(lookup.needs, "7"))
        return
    contacts = connector.contacts()
    assert contacts is not None
    async for _ in contacts:
        pass


@pytest.mark.parametrize("case", ["expired", "limited", "error"])
@pytest.mark.parametrize("name", NAMES)
async def test_what_the_system_refuses_is_told_in_a_sentence(
    tmp_path: Path, name: str, case: str
) -> None:
    async with system(name, tmp_path) as (recorded, loaded):
        refusal = recorded.told[case]
        service = await build(loaded, SystemClock(), None)
        sources = service.lookups.sources
        try:
            await sources.open()
            recorded.refusing = [refusal] * 9
            by_lookup = "after_s" in refusal
            with pytest.raises(Unavailable) as caught:
                await ask(sources, by_lookup=by_lookup)
            told = caught.value
            assert refusal["says"] in str(told)
            assert "Traceback" not in str(told)
            assert told.retry_after_s == refusal.get("after_s")
            renewed = 2 if case == "expired" and recorded.told.get("token") else 1
            assert recorded.tokens in (0, renewed)
        finally:
            await service.end()


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_accepted_as_it_is_printed(name: str, tmp_path: Path) -> None:
    said = CliRunner().invoke(
        application("connectors"), ["connectors", name, "--example"]
    )
    assert said.exit_code == 0
    variables = {
        found: f"https://{found.lower()}.example.net".replace("_", "-")
        for found in VARIABLE.findall(said.output)
    }
    loaded: Loaded = from_text(said.output, folder=tmp_path, environ=variables)
    assert [str(problem) for problem in check(loaded)] == []
    assert "Rests on" in said.output


def test_each_preset_has_its_answers_and_each_answer_its_preset() -> None:
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(NAMES)
    for name in NAMES:
        told = answers_of(name)
        candidates = [len(x["candidates"]) for x in told["callers"].values()]
        assert {0, 1} <= set(candidates), name
        assert max(candidates) > 1, name


def test_the_page_lists_every_preset() -> None:
    page = (Path(__file__).parents[3] / "docs" / "presets.md").read_text()
    for name in NAMES:
        preset = Presets().find(name)
        row = f"| `{name}` | {preset.rests_on} | {preset.title}: {preset.summary} |"
        assert row in page, f"add to docs/presets.md: {row}"


def test_a_preset_is_shown_with_what_it_rests_on() -> None:
    app = application("connectors")
    said = CliRunner().invoke(app, ["connectors", "salesforce"]).output
    for part in ("Rests on the system's documents", "Needs:", "To know:", "--example"):
        assert part in said
    assert "salesforce" in CliRunner().invoke(app, ["connectors"]).output
    wrong = CliRunner().invoke(app, ["connectors", "salesfroce"]).exception
    assert "Did you mean salesforce?" in str(wrong)
    sql = CliRunner().invoke(app, ["connectors", "sql", "--example"]).output
    assert sql.startswith("sources:")
    told = CliRunner().invoke(app, ["connectors", "xero", "--json"]).output
    assert json.loads(told)["rests_on"] == "documents"


@pytest.mark.parametrize("name", ["salesforce", "google_contacts"])
def test_the_signed_assertion_in_the_comments_can_be_used_instead(
    name: str, tmp_path: Path
) -> None:
    """Without the `# ` before it, and without what it says it replaces."""
    text = (
        CliRunner()
        .invoke(application("connectors"), ["connectors", name, "--example"])
        .output
    )
    if name == "google_contacts":
        text = re.sub(r"^ *(client_id):.*\n", "", text, flags=re.M)
    text = re.sub(r"^ *(client_secret|refresh_token):.*\n", "", text, flags=re.M)
    text = re.sub(r"^ +# (Or |client_id, ).*\n", "", text, flags=re.M)
    text = re.sub(r"^( +)# ", r"\1", text, flags=re.M)
    variables = {
        found: f"https://{found.lower()}.example.net".replace("_", "-")
        for found in VARIABLE.findall(text)
    }
    signing_key(tmp_path)
    loaded: Loaded = from_text(text, folder=tmp_path, environ=variables)
    assert [str(problem) for problem in check(loaded)] == []
    [source, *_] = loaded.config.sources.values()
    oauth2 = HttpOAuth2.model_validate(source.own["auth"]["oauth2"])
    assert oauth2.assertion is not None
    (tmp_path / oauth2.assertion.key_file).unlink()
    [problem] = check(loaded)
    assert str(oauth2.assertion.key_file) in str(problem)


def signing_key(folder: Path) -> None:
    """As the systems give it: a PEM file, or a JSON file with the key in it."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "salesforce.pem").write_bytes(key)
    account = {
        "type": "service_account",
        "client_email": "reader@example.iam.gserviceaccount.com",
        "private_key_id": "1",
        "private_key": key.decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    (folder / "service-account.json").write_text(json.dumps(account))

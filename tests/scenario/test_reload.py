"""Another configuration while calls go on: taken in one step, or refused as a whole."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from call_centre import WITHIN_S, CallCentre, open_call_centre, write_config
from key_effects import shows_effect_of
from streams_doubles import SECRET, USERNAME, FakeAmi, serving

from screenpop.config.reloads import ReloadSeen

NUMBER = "+442079460958"


def company(path: Path, balance: int = 1250) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.executescript(
            f"""create table customers (id, name, phone, balance);
            insert into customers values ('7', 'Ada Byron', '020 7946 0958', {balance});
            """
        )


def sources(*names: str) -> dict[str, Any]:
    return {
        name: {
            "connector": "sql",
            "url": f"sqlite+aiosqlite:///{name}.db",
            "contacts": {
                "query": "select id as key, name, phone from customers",
                "numbers": ["phone"],
            },
        }
        for name in names
    }


def balance(source: str, column: str = "balance") -> dict[str, Any]:
    query = f"select {column} as open from customers where id = :customer.key"
    return {"source": source, "facet": "balance", "query": query}


def written(**more: Any) -> dict[str, Any]:
    return {"sources": sources("erp"), "lookups": {"owed": balance("erp")}, **more}


@asynccontextmanager
async def centre_of(folder: Path, **more: Any) -> AsyncIterator[CallCentre]:
    for name in ("erp", "crm"):
        company(folder / f"{name}.db", 1250 if name == "erp" else 99)
    async with open_call_centre(folder, **written(**more)) as centre:
        await known(centre)
        yield centre


async def known(centre: CallCentre) -> None:
    """The customers of all sources were read."""
    async with asyncio.timeout(WITHIN_S):
        while centre.service.lookups.sources.unread:
            await asyncio.sleep(0.01)


async def reload(centre: CallCentre, folder: Path, **config: Any) -> ReloadSeen:
    write_config(folder, **config)
    return await centre.service.reloader.reload("ada")


async def owed(centre: CallCentre) -> object:
    """What an agent sees of the caller's balance."""
    seat = await centre.sign_in("ana")
    call = await centre.ring("ana", caller=NUMBER)
    facet = (await seat.card(call, "balance"))["balance"]
    await seat.leave()
    fields = facet["fields"]
    return fields["open"]["value"] if "open" in fields else facet["state"]


async def test_another_query_is_asked_from_the_next_call_on(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        assert await owed(centre) == 1250
        changed = written(lookups={"owed": balance("erp", "balance * 2")})
        done = await reload(centre, tmp_path, **changed)
        assert done.outcome == "switched"
        assert [x.key for x in done.changed] == ["lookups.owed.query"]
        assert done.sources == ["erp"]
        assert await owed(centre) == 2500


async def test_a_lookup_under_way_ends_against_the_old_source(tmp_path: Path) -> None:
    """It is closed after its last answer, and the new one answers meanwhile."""
    async with centre_of(tmp_path) as centre:
        old = centre.service.lookups.sources
        held, let_go = asyncio.Event(), asyncio.Event()
        closed = asyncio.Event()
        lookup = old.plan.lookups["owed"].lookup
        fetch, close = lookup.fetch, old.connectors["erp"].close

        async def slowly(params: Any) -> Any:
            held.set()
            await let_go.wait()
            assert not closed.is_set()
            return await fetch(params)

        async def closing_() -> None:
            closed.set()
            await close()

        object.__setattr__(lookup, "fetch", slowly)
        object.__setattr__(old.connectors["erp"], "close", closing_)
        seat = await centre.sign_in("ana")
        first = await centre.ring("ana", caller=NUMBER)
        await held.wait()
        changed = written(lookups={"owed": balance("erp", "balance * 2")})
        assert (await reload(centre, tmp_path, **changed)).outcome == "switched"
        assert await owed(centre) == 2500
        let_go.set()
        assert await seat.value(first, "balance", "open") == 1250
        async with asyncio.timeout(WITHIN_S):
            await closed.wait()


STOCK = "select stok as stock from customers where id = :item.key"
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a key that does not exist": (
        written(sources={"erp": {**sources("erp")["erp"], "ulr": "x"}}),
        "sources.erp.ulr",
        "not a known key",
    ),
    "a query that the source refuses": (
        written(lookups={"owed": balance("erp", "balanse")}),
        "lookups.owed",
        "balanse",
    ),
    "stock that the source cannot say": (
        written(insight={"item_lookup": {"source": "erp", "query": STOCK}}),
        "insight.item_lookup",
        "stok",
    ),
    "a source that cannot be reached": (
        written(sources=sources("erp", "gone")),
        "sources.gone",
        "gone.db",
    ),
    "a key that needs a restart": (
        written(server={"data_dir": "elsewhere"}),
        "server.data_dir",
        "needs a restart",
    ),
    "days of the list that the start has read": (
        written(recall={"days": 9}),
        "recall.days",
        "needs a restart: the list is read",
    ),
}


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with centre_of(tmp_path) as made:
        yield made


async def test_what_cannot_work_is_refused_and_the_old_one_stays(
    centre: CallCentre, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for why, (config, key, said) in REFUSED.items():
        with caplog.at_level(logging.ERROR):
            done = await reload(centre, tmp_path, **config)
        assert done.outcome == "refused", why
        found = [x for x in done.problems if x.key.startswith(key)]
        assert any(said in x.sentence for x in found), (why, done.problems)
        assert any("configuration refused" in x.message for x in caplog.records), why
        ready = await centre.get("ada", "/readyz")
        shown = [x for x in ready["problems"] if x["part"] == "configuration"]
        assert "is refused" in shown[0]["message"], why
        caplog.clear()
    assert centre.service.metrics.config_refused._value.get() == 1
    assert await owed(centre) == 1250
    done = await reload(centre, tmp_path, **written())
    assert done.outcome == "unchanged"
    assert (await centre.get("ada", "/readyz"))["status"] == "ready"


async def test_sources_come_and_go_with_their_customers(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        kept = centre.service.lookups.sources.connectors["erp"]
        both = written(sources=sources("erp", "crm"))
        assert (await reload(centre, tmp_path, **both)).sources == ["crm"]
        await known(centre)
        told = await centre.service.explain(NUMBER)
        assert {x.ref.source for x in told.profile.candidates} == {"erp", "crm"}
        only = {"sources": sources("crm"), "lookups": {"owed": balance("crm")}}
        assert (await reload(centre, tmp_path, **only)).outcome == "switched"
        await known(centre)
        assert await owed(centre) == 99
        told = await centre.service.explain(NUMBER)
        assert {x.ref.source for x in told.profile.candidates} == {"crm"}
        assert not kept.options.model_extra
        async with asyncio.timeout(WITHIN_S):
            while len(centre.service.reloader._tasks):
                await asyncio.sleep(0.01)


async def test_unchanged_sources_keep_connection_and_cache(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        before = centre.service.lookups.sources
        assert await owed(centre) == 1250
        done = await reload(
            centre, tmp_path, **written(queues={"sales": {"label": "Sales"}})
        )
        assert (done.outcome, list(done.sources)) == ("switched", [])
        after = centre.service.lookups.sources
        assert after.connectors["erp"] is before.connectors["erp"]
        assert len(after.guards["erp"].cache) == 1


async def test_lines_come_change_and_go(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        settings = {"dialect": "generic", "settings": {"signing_secret": "x" * 20}}
        line = centre.service.loaded.config.lines["main"].model_dump(exclude_none=True)
        assert await centre.tell({"type": "arrived", "call_id": "a"}) == 200
        more = written(lines={"main": line, "second": settings})
        assert (await reload(centre, tmp_path, **more)).outcome == "switched"
        seen = await centre.get("ada", "/v1/lines")
        assert [x["line"] for x in seen["lines"]] == ["main", "second"]
        assert seen["lines"][0]["today"]["accepted"] == 1
        event = {"type": "arrived", "call_id": "b"}
        assert await centre.tell(event, line="second") == 401  # it is signed otherwise
        other = {**line, "settings": {"signing_secret": "y" * 20}}
        assert (
            await reload(centre, tmp_path, **written(lines={"main": other}))
        ).outcome == "switched"
        assert await centre.tell(event) == 401
        assert await centre.tell(event, line="second") == 404


def switch_at(fake: FakeAmi, **more: object) -> dict[str, Any]:
    login = {"host": "127.0.0.1", "username": USERNAME, "secret": SECRET}
    settings = {**login, "port": fake.port, **more}
    return {"dialect": "asterisk_ami", "country": "GB", "settings": settings}


async def test_only_the_stream_whose_line_changed_is_opened_again(
    tmp_path: Path,
) -> None:
    east, west = (FakeAmi([(b"", b"")]) for _ in range(2))
    async with serving(east), serving(west):
        lines = {"east": switch_at(east), "west": switch_at(west)}
        async with centre_of(tmp_path, lines=lines) as centre:
            await connections(east, 1)
            await connections(west, 1)
            lines["west"] = {**lines["west"], "country": "DE"}
            done = await reload(centre, tmp_path, **written(lines=lines))
            assert done.outcome == "switched", done.problems
            await connections(west, 2)
            del lines["west"]
            done = await reload(centre, tmp_path, **written(lines=lines))
            assert done.outcome == "switched", done.problems
            seen = await centre.get("ada", "/v1/lines")
            streams = {x["line"]: x["stream"] for x in seen["lines"] if x["stream"]}
            assert [*streams] == ["east"]
            assert streams["east"]["connected_since"] is not None
            assert (east.connections, west.connections) == (1, 2)


async def connections(fake: FakeAmi, count: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while fake.connections < count:
            await asyncio.sleep(0.01)


async def test_words_policy_alerts_and_reports_are_taken(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        seat = await centre.sign_in("ana")
        board = await centre.sign_in("sue", kind="wallboard")
        config = written(
            queues={"sales": {"label": "Sales"}},
            facets={"balance": {"label": "Owed"}},
            dispositions=[{"code": "lost", "label": "Lost"}],
            policy=[
                {
                    "name": "owes",
                    "kind": "warn",
                    "when": {"balance.open": {"above": 1000}},
                    "say": "Ask for it.",
                    "because": "It is much.",
                }
            ],
            alerts={"rules": {"waits": {"number": "waiting", "warning": 1}}},
            recall={"claim_s": 60},
            reports={"daily": {"at": "07:00", "to_folder": "out"}},
        )
        done = await reload(centre, tmp_path, **config)
        assert done.outcome == "switched", done.problems
        hello = await seat.next("hello")
        assert [x["code"] for x in hello["dispositions"]] == ["lost"]
        labels = {x["name"]: x["label"] for x in hello["facets"]}
        assert labels["balance"] == "Owed"
        assert hello["has_policy"]
        whole = await board.next("wallboard.snapshot")
        while "sales" not in [row["queue"] for row in whole["queues"]]:
            whole = await board.next("wallboard.snapshot")
        call = await centre.ring("ana", caller=NUMBER)
        await seat.until(
            lambda x: x.get("call_id") == call and "Ask for it." in str(x.get("policy"))
        )
        service = centre.service
        assert list(service.feed.alerts.rules) == ["waits"]
        assert (await centre.get("sue", "/v1/alerts"))["watched"] == 1
        assert service.feed.recalls.settings.rules.claim_us == 60_000_000
        service.reporting._take_next()
        assert list(service.reporting.reports) == ["daily"]
        await seat.send("disposition", call_id=call, code="lost", id="1")
        assert (await seat.next("done", "error"))["frame"] == "done"


async def test_a_dry_run_names_keys_and_changes_nothing(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        path = "/v1/configuration/reload"
        write_config(tmp_path, **written(lookups={"owed": balance("erp", "0")}))
        status, done = await centre.post("ada", path, dry_run=True)
        assert (status, done["outcome"]) == (200, "acceptable")
        assert done["changed"] == [
            {"key": "lookups.owed.query", "what": "changed", "restart": None}
        ]
        assert done["by"] == "ada"
        assert (await centre.get("ada", "/v1/configuration"))["last"] is None
        assert await owed(centre) == 1250
        status, done = await centre.post("ada", path)
        assert (status, done["outcome"]) == (200, "switched")
        seen = await centre.get("ada", "/v1/configuration")
        assert seen["last"]["outcome"] == "switched"
        assert await centre.status("sue", "/v1/configuration") == 403
        status, _ = await centre.post("sue", path)
        assert status == 403


async def test_who_changed_what_is_noted_without_values(tmp_path: Path) -> None:
    async with centre_of(tmp_path) as centre:
        line = {"dialect": "generic", "settings": {"signing_secret": "q" * 20}}
        await reload(centre, tmp_path, **written(lines={"main": line}))
        entry = (await centre.service.past.audit.recent(1))[0]
        assert (entry.username, entry.action) == ("ada", "configuration switched")
        assert entry.detail == "lines.main.country removed, " + (
            "lines.main.settings.signing_secret changed"
        )
        assert "qqq" not in str(entry)


@shows_effect_of("server.reload_every_s")
async def test_a_changed_file_is_taken_by_itself(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 20)
    line = {"dialect": "generic", "settings": {"signing_secret": "${file:secret}"}}
    watched = {"server": {"reload_every_s": 0.02}, "lines": {"main": line}}
    async with centre_of(tmp_path, **watched) as centre:
        reloaded = centre.service.metrics.config_reloads.labels("switched")
        secret.write_text("t" * 20)
        async with asyncio.timeout(WITHIN_S):
            while not reloaded.total:
                await asyncio.sleep(0.01)
        settings = centre.service.loaded.config.lines["main"].settings
        assert settings["signing_secret"] == "t" * 20
        async with asyncio.timeout(WITHIN_S):  # it is written down after it is counted
            while (await centre.service.past.audit.recent(1))[0].username != "file":
                await asyncio.sleep(0.01)


async def test_no_call_is_lost_or_doubled_while_files_change(tmp_path: Path) -> None:
    """The small version of `tests/load/reload.py`."""
    good = [
        written(lookups={"owed": balance("erp", "balance * 2")}),
        written(queues={"sales": {"label": "Sales"}}),
        written(),
    ]
    bad = written(sources=sources("erp", "gone"))
    async with centre_of(tmp_path) as centre:
        seat = await centre.sign_in("ana")

        async def ring(calls: int) -> list[str]:
            return [await centre.ring("ana", caller=NUMBER) for _ in range(calls)]

        rung = await ring(5)
        for other in good:
            ringing = centre.tasks.spawn(ring(8), name="ring")
            outcomes = [
                (await reload(centre, tmp_path, **x)).outcome for x in (other, bad)
            ]
            assert outcomes == ["switched", "refused"]
            rung += await ringing
        sentinel = await centre.ring("ana", caller=NUMBER)
        await seat.card(sentinel, "balance")
        for call in rung:
            assert "fields" in (await seat.card(call, "balance"))["balance"]
        opened = [frame["call_id"] for frame in seat.named("pop.opened")]
        assert opened == [*rung, sentinel]
        for call in [*rung, sentinel]:
            await centre.hang_up(call)
        await centre.archived()
        listed = await centre.get("sue", "/v1/calls?limit=100")
        kept = [each["call_id"] for each in listed["calls"]]
        assert sorted(kept) == sorted([*rung, sentinel])

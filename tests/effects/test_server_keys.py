"""Keys under `server`, `journal` and `store`: each changes what the service does."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from call_centre import CallCentre, open_call_centre, signed
from key_effects import built, hello_of, loaded, ringing, shows_effect_of, turns

from screenpop.domain.errors import ConfigError
from screenpop.journal.base import Journal, Receipt
from screenpop.journal.records import Record
from screenpop.journal.sqlite import SqliteJournal
from screenpop.node.parts import journal_of
from screenpop.node.worker import as_worker, own_port
from screenpop.support.clock import FakeClock, SystemClock
from screenpop.support.tasks import TaskOwner


@shows_effect_of("version")
def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    loaded(tmp_path)
    with pytest.raises(ConfigError, match="version"):
        loaded(tmp_path, version=2)


@shows_effect_of("server.host")
async def test_the_address_is_listened_on_and_no_other(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, server={"host": "127.0.0.2"}) as centre:
        port = int(centre.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.2", port)
        writer.close()
        with pytest.raises(OSError, match=str(port)):
            await asyncio.open_connection("127.0.0.1", port)


@shows_effect_of("server.port")
async def test_the_port_is_listened_on(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with open_call_centre(tmp_path, server={"port": port}) as centre:
        assert centre.url.endswith(f":{port}")


@shows_effect_of("server.worker_port")
def test_workers_listen_on_ports_of_their_own(tmp_path: Path) -> None:
    given = loaded(tmp_path, server={"port": 8080, "worker_port": 9001})
    assert [own_port(as_worker(given, number)) for number in (1, 2)] == [9001, 9002]
    without = loaded(tmp_path, server={"port": 8080})
    assert own_port(as_worker(without, 1)) == 8081


@shows_effect_of("server.public_url")
async def test_pages_of_the_public_address_may_log_in(tmp_path: Path) -> None:
    async def status(centre: CallCentre) -> int:
        answer = await centre.http.post(
            f"{centre.url}/v1/session",
            json={"username": "ana", "password": "wrong"},
            headers={"Origin": "https://pop.example.net"},
        )
        return answer.status

    async with open_call_centre(tmp_path) as centre:
        assert await status(centre) == 403
    public = {"public_url": "https://pop.example.net"}
    async with open_call_centre(tmp_path, server=public) as centre:
        assert await status(centre) == 401


@shows_effect_of("server.trusted_proxies")
@pytest.mark.parametrize(
    ("proxies", "address"), [([], "127.0.0.1"), (["127.0.0.0/8"], "198.51.100.7")]
)
async def test_a_trusted_proxy_names_the_sender(
    tmp_path: Path, proxies: list[str], address: str
) -> None:
    async with open_call_centre(tmp_path, server={"trusted_proxies": proxies}) as house:
        body = json.dumps({"type": "arrived", "call_id": "1"}).encode()
        headers = signed(body) | {"X-Forwarded-For": "198.51.100.7"}
        url = f"{house.url}/v1/telephony/main"
        await house.http.post(url, data=body, headers=headers)
        seen = await house.http.get(
            f"{house.url}/v1/lines/main/requests",
            headers={"Cookie": await house.cookie_of("ada")},
        )
        [request] = (await seen.json())["requests"]
        assert request["remote"] == address


@shows_effect_of("server.data_dir")
async def test_files_lie_in_the_data_folder(tmp_path: Path) -> None:
    async with built(tmp_path, server={"data_dir": "elsewhere"}):
        assert (tmp_path / "elsewhere" / "journal.sqlite").is_file()
        assert (tmp_path / "elsewhere" / "store.sqlite").is_file()
        assert not (tmp_path / "data").exists()


@shows_effect_of("server.company", "server.heartbeat_s", "calls.wrap_up_s")
async def test_browsers_are_told_what_the_page_needs(tmp_path: Path) -> None:
    server = {"company": "Larkspoke", "heartbeat_s": 3}
    async with open_call_centre(
        tmp_path, server=server, calls={"wrap_up_s": 7}
    ) as centre:
        hello = await hello_of(centre)
        assert hello["company"] == "Larkspoke"
        assert hello["heartbeat_s"] == 3
        assert hello["wrap_up_s"] == 7


@shows_effect_of("server.heartbeat_s")
async def test_a_browser_that_is_silent_is_cut_off(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, server={"heartbeat_s": 0.05}) as centre:
        cookie = {"Cookie": await centre.cookie_of("ana"), "Origin": centre.url}
        url = f"{centre.url}/v1/agent".replace("http", "ws", 1)
        async with centre.http.ws_connect(
            url, headers=cookie, protocols=["screenpop.v1"], autoping=False
        ) as browser:
            async with asyncio.timeout(5):
                while (message := await browser.receive()).type not in ENDS:
                    pass
            assert message.type in ENDS


ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)


@shows_effect_of("server.time_zone")
async def test_the_business_day_is_that_of_the_zone(tmp_path: Path) -> None:
    late = FakeClock(datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    async with built(tmp_path, clock=late) as service:
        assert service.feed.snapshot().day == "2026-11-21"
    there = {"time_zone": "Pacific/Auckland"}
    async with built(tmp_path, clock=late, server=there) as service:
        assert service.feed.snapshot().day == "2026-11-22"


@shows_effect_of("server.language")
@pytest.mark.parametrize("language", [None, "pl"])
async def test_pages_name_the_language_of_the_house(
    tmp_path: Path, language: str | None
) -> None:
    server = {} if language is None else {"language": language}
    async with (
        open_call_centre(tmp_path, server=server) as centre,
        aiohttp.ClientSession() as browser,
        browser.get(centre.url) as answer,
    ):
        page = await answer.text()
    assert ('name="screenpop-language" content="pl"' in page) == (language == "pl")


@shows_effect_of("server.country")
@pytest.mark.parametrize(
    ("country", "display"), [("GB", "020 7946 0100"), ("US", "+44 20 7946 0100")]
)
async def test_numbers_are_written_as_at_home(
    tmp_path: Path, country: str, display: str
) -> None:
    async with open_call_centre(tmp_path, server={"country": country}) as centre:
        frame = await ringing(centre)
        assert frame["dialled"]["display"] == display


@shows_effect_of("server.keepalive_s", "server.body_read_s")
@pytest.mark.parametrize(
    ("key", "sent", "answer"),
    [
        ("keepalive_s", b"POST /v1/telephony/main HTTP/1.1\r\nHost:", b""),
        (
            "body_read_s",
            b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 9\r\n\r\nx",
            b"HTTP/1.1 408",
        ),
    ],
)
async def test_a_request_that_trickles_in_is_given_up(
    tmp_path: Path, key: str, sent: bytes, answer: bytes
) -> None:
    async with open_call_centre(tmp_path, server={key: 0.05}) as centre:
        reader, writer = await asyncio.open_connection(*address_of(centre))
        writer.write(sent)
        async with asyncio.timeout(5):
            assert (await reader.read(12)) == answer
        writer.close()


def address_of(centre: CallCentre) -> tuple[str, int]:
    host, _, port = centre.url.removeprefix("http://").rpartition(":")
    return host, int(port)


class SlowDisk:
    """A journal whose appends become durable when the test lets them."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self.asked = asyncio.Event()
        self.free = asyncio.Event()

    async def append(self, records: Sequence[Record]) -> list[Receipt]:
        self.asked.set()
        await self.free.wait()
        return list(await self._journal.append(records))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


@shows_effect_of("server.drain_s")
@pytest.mark.parametrize("drain_s", [0.05, 20])
async def test_a_stop_waits_so_long_for_a_request_under_way(
    tmp_path: Path, drain_s: float
) -> None:
    tasks = TaskOwner("test")
    async with open_call_centre(tmp_path, server={"drain_s": drain_s}) as centre:
        assert centre.service.web is not None
        disk = SlowDisk(centre.service.events.journal)
        centre.service.events.journal = disk  # type: ignore[assignment]
        event = {"type": "arrived", "call_id": "1"}
        asking = tasks.spawn(centre.tell(event), name="an event")
        await disk.asked.wait()
        stopping = tasks.spawn(centre.service.web.stop(), name="stop")
        async with asyncio.timeout(10):
            if drain_s > 1:
                await turns(100)
                assert not stopping.done()
                disk.free.set()
                assert await asking == 200
            else:
                with pytest.raises(aiohttp.ClientError):
                    await asking
            await stopping


@shows_effect_of("journal.engine")
async def test_a_journal_in_memory_leaves_no_file(tmp_path: Path) -> None:
    async with built(tmp_path, journal={"engine": "memory"}):
        assert not (tmp_path / "data" / "journal.sqlite").exists()
    async with built(tmp_path, journal={"engine": "sqlite"}):
        assert (tmp_path / "data" / "journal.sqlite").exists()


@shows_effect_of("journal.synchronous")
@pytest.mark.parametrize(("value", "level"), [("normal", 1), ("full", 2)])
async def test_commits_wait_for_the_disk_as_asked(
    tmp_path: Path, value: str, level: int
) -> None:
    found = loaded(tmp_path, journal={"synchronous": value})
    journal = journal_of(found, SystemClock())
    assert isinstance(journal, SqliteJournal)
    await journal.open()
    levels = [
        connection.execute("PRAGMA synchronous").fetchone()[0]
        for connection in journal._connections[1:]  # the first is the lock
    ]
    await journal.close()
    assert set(levels) == {level}


@shows_effect_of("journal.pending_max")
async def test_more_than_may_wait_is_refused_and_the_remedy_works(
    tmp_path: Path,
) -> None:
    events = [{"type": "arrived", "call_id": f"{n}"} for n in range(5)]
    async with open_call_centre(tmp_path, journal={"pending_max": 3}) as centre:
        assert await centre.tell(*events) == 503
    async with open_call_centre(tmp_path, journal={"pending_max": 5}) as centre:
        assert await centre.tell(*events) == 200


@shows_effect_of("store.url")
async def test_history_lies_where_the_address_says(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/other.sqlite"
    async with built(tmp_path, store={"url": url}):
        assert (tmp_path / "other.sqlite").is_file()
        assert not (tmp_path / "data" / "store.sqlite").exists()

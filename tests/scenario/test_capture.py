"""Learning a new telephone system: requests are watched as they arrive, and saved."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from call_centre import SIGNING_SECRET, CallCentre, open_call_centre
from typer.testing import CliRunner

from screenpop.cli import application
from screenpop.domain.errors import ConfigError
from screenpop.intake.cases import decode_case, read_case
from screenpop.intake.dialect import load_dialect

WITHIN_S = 30.0
LINES = {
    "main": {
        "dialect": "generic",
        "country": "GB",
        "settings": {"signing_secret": SIGNING_SECRET},
    },
    "cti": {
        "dialect": "zammad_cti",
        "settings": {"header_name": "X-Gate", "header_value": "gate-secret-1"},
    },
}


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path, lines=LINES) as centre:
        yield centre


@dataclass
class Watcher:
    """`screenpop capture` as a process of its own."""

    process: Process
    terminal: int | None = None

    async def reads(self, text: str) -> str:
        """What it writes, until the text is there."""
        assert self.process.stdout is not None
        seen = ""
        async with asyncio.timeout(WITHIN_S):
            while text not in seen:
                piece = await self.process.stdout.read(4096)
                assert piece, seen
                seen += piece.decode()
        return seen


async def watch(folder: Path, centre: CallCentre, *words: str, **env: str) -> Watcher:
    command = [
        sys.executable, "-m", "screenpop", "capture", *words, "--url", centre.url,
        "--config", str(folder / "screenpop.yaml"),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.STDOUT,
        cwd=folder, env={**os.environ, **env},
    )  # fmt: skip
    return Watcher(process)


async def stop(watcher: Watcher) -> None:
    watcher.process.send_signal(2)  # Ctrl-C
    await watcher.process.communicate()
    assert watcher.process.returncode == 0


async def test_requests_are_shown_as_they_arrive_and_saved_without_a_terminal(
    call_centre: CallCentre, tmp_path: Path
) -> None:
    saved = tmp_path / "case.json"
    watcher = await watch(tmp_path, call_centre, "main", "--save", str(saved))
    await watcher.reads("Waiting for requests")
    await call_centre.ring("ana", call_id="c-9")
    shown = await watcher.reads("← 200")
    assert "Saved 1 request" in shown
    assert "→ alerting: call_id c-9" in shown
    assert "X-Screenpop-Signature: t=" in shown
    assert "v1=***(64 hex)" in shown
    assert SIGNING_SECRET not in shown
    await call_centre.hang_up("c-9")
    await watcher.reads("ended")
    await stop(watcher)
    case = read_case(saved)
    decoded = decode_case(load_dialect("generic"), case)
    assert [types(each) for each in decoded] == [["alerting"], ["ended"]]


async def test_what_is_refused_and_what_is_ignored_says_why(
    call_centre: CallCentre, tmp_path: Path
) -> None:
    watcher = await watch(tmp_path, call_centre, "cti", "--json")
    await watcher.reads("Waiting for requests")
    address = f"{call_centre.url}/v1/telephony/cti"
    for gate in ("wrong-secret-2", "gate-secret-1"):
        await call_centre.http.post(
            address, json={"event": "dancing", "callId": "1"}, headers={"X-Gate": gate}
        )
    shown = await watcher.reads('"number":2')
    refused, ignored = (
        json.loads(line) for line in shown.splitlines() if line.startswith("{")
    )
    assert (refused["verdict"], refused["status"]) == ("refused", 401)
    assert (ignored["verdict"], ignored["status"]) == ("ignored", 200)
    assert "dancing" in ignored["why"]
    assert "gate-secret-1" not in shown
    assert "wrong-secret-2" not in shown
    await stop(watcher)


async def test_one_keystroke_saves_a_case_and_another_ends(
    call_centre: CallCentre, tmp_path: Path
) -> None:
    """On a terminal, where the process reads single keys."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screenpop", "capture", "main", "--url", call_centre.url,
        "--config", str(tmp_path / "screenpop.yaml"),
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path,
    )  # fmt: skip
    os.close(theirs)
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    pipe = os.fdopen(ours, "rb+", buffering=0)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    try:
        async with asyncio.timeout(WITHIN_S):
            await reader.readuntil(b"s saves, q ends")
            await call_centre.ring("ana", call_id="c-7")
            await reader.readuntil(b"call_id c-7")
            os.write(ours, b"s")
            await reader.readuntil(b"Saved 1 request")
            os.write(ours, b"q")
            assert await process.wait() == 0
    finally:
        transport.close()
    [name] = [each for each in os.listdir(tmp_path) if each.startswith("main-")]
    saved = tmp_path / name
    assert os.stat(saved).st_mode & 0o077 == 0
    [decoded] = decode_case(load_dialect("generic"), read_case(saved))
    assert types(decoded) == ["alerting"]


@pytest.mark.parametrize(
    ("line", "token", "said"),
    [
        ("main", "no-token", "the service answered 401: the bearer token is not known"),
        ("mian", "", "the service has no line 'mian'. It has: cti, main."),
    ],
)
async def test_what_cannot_be_followed_is_told(
    call_centre: CallCentre,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    token: str,
    said: str,
) -> None:
    monkeypatch.setenv("SCREENPOP_TOKEN", token)
    config = str(tmp_path / "screenpop.yaml")
    words = ["capture", line, "--config", config, "--url", call_centre.url]
    app = application("capture")
    ended = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert isinstance(ended.exception, ConfigError)
    assert said in str(ended.exception)


async def test_the_admin_page_hears_the_same_over_http(
    call_centre: CallCentre,
) -> None:
    await call_centre.ring("ana", caller="+442079460999", withheld=True)
    headers = {"Cookie": await call_centre.cookie_of("ada")}
    url = f"{call_centre.url}/v1/lines/main/requests"
    async with call_centre.http.get(url, headers=headers) as answer:
        shown = await answer.text()
    [seen] = json.loads(shown)["requests"]
    assert seen["events"][0]["withheld"] is True
    assert "79460999" not in shown
    async with call_centre.http.get(
        f"{call_centre.url}/v1/sources", headers=headers
    ) as answer:
        names = [each["source"] for each in (await answer.json())["sources"]]
    assert names == ["screenpop"]
    headers = {"Cookie": await call_centre.cookie_of("sue")}
    async with call_centre.http.get(url, headers=headers) as answer:
        assert answer.status == 403


def types(entry: dict[str, Any]) -> list[str]:
    return [str(event["type"]) for event in entry["events"]]

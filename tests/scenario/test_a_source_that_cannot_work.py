"""One source that cannot work: every verb says why, and the rest of the house works."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp

UP_WITHIN_S = 60
CONFIG = """\
version: 1
server: {{country: GB, port: {port}, data_dir: data}}
lines:
  main: {{dialect: generic, country: GB, settings: {{token: "0123456789abcdef"}}}}
sources:
  mssql: {{connector: sql, url: "mssql+aioodbc://reader:secret-word@db/erp"}}
  refused:
    connector: sql
    url: "postgresql://reader:secret-word@127.0.0.1:1/erp?sslmode=require"
    contacts: {{query: "select id as key, name, phone from customer"}}
  cards: {{connector: csv_file, path: cards.csv, contacts: {{key: Id, name: Name}}}}
lookups:
  balance:
    source: mssql
    facet: balance
    query: select open from account where customer = :number
  terms: {{source: refused, facet: credit_terms, query: "select 1 where 'a' = :number"}}
"""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def written(folder: Path) -> Path:
    (folder / "cards.csv").write_text("Id,Name,Phone\nA-1,Ada,020 7946 0958\n")
    file = folder / "screenpop.yaml"
    file.write_text(CONFIG.format(port=free_port()))
    return file


async def screenpop(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "screenpop",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def said(*words: str) -> tuple[int, str]:
    """Exit code and all output of a verb; a traceback in it is a failure."""
    process = await screenpop(*words)
    out, err = await process.communicate()
    text = (out + err).decode()
    assert "Traceback" not in text
    assert "secret-word" not in text
    return process.returncode or 0, text


async def test_every_verb_says_why_a_source_cannot_work(tmp_path: Path) -> None:
    file = str(written(tmp_path))
    code, text = await said("check-config", file)
    assert code == 1
    assert "sources.mssql.url: the driver of mssql+aioodbc" in text
    assert "pip install" in text
    code, text = await said("explain", "020 7946 0958", "--config", file, "--json")
    told = json.loads(text[text.index("{\n") : text.rindex("}") + 1])
    assert code == 1
    assert told["chosen"] == {"source": "cards", "key": "A-1"}
    assert "aioodbc" in told["unread"]["mssql"]
    assert "Is the database running" in told["unread"]["refused"]
    details = {each["name"]: each["detail"] for each in told["lookups"]}
    assert "aioodbc" in details["balance"]
    assert "cannot connect to the database" in details["terms"]


async def test_a_folder_that_cannot_be_made_is_said_by_every_verb(
    tmp_path: Path,
) -> None:
    file = written(tmp_path)
    (tmp_path / "plain").write_text("a file, not a folder")
    text = file.read_text()
    for folder in ("plain/data", "x" * 300):
        file.write_text(text.replace("data_dir: data", f"data_dir: {folder}"))
        for words in (
            ("check-config", str(file)),
            ("serve", "--config", str(file)),
            ("users", "list", "--config", str(file)),
        ):
            code, found = await said(*words)
            assert code == 1
            assert folder.partition("/")[0] in found
    assert sorted(os.listdir(tmp_path)) == ["cards.csv", "plain", "screenpop.yaml"]


async def test_the_service_runs_with_the_sources_that_work(tmp_path: Path) -> None:
    file = written(tmp_path)
    port = int(file.read_text().split("port: ")[1].split(",")[0])
    process = await screenpop("serve", "--config", str(file))
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(UP_WITHIN_S):
            problems = await degraded(http, url)
            while "being read" in " ".join(problems.values()):
                await asyncio.sleep(0.05)
                problems = await degraded(http, url)
            assert "cannot be used" in problems["source mssql"]
            assert "cannot be read" in problems["source refused"]
            assert "source cards" not in problems
            os.kill(process.pid, signal.SIGHUP)
            assert await degraded(http, url)
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    text = (out + err).decode()
    assert process.returncode == 0
    assert "Traceback" not in text


async def degraded(http: aiohttp.ClientSession, url: str) -> dict[str, str]:
    """What `/readyz` reports, by part, as soon as the service listens."""
    while True:
        try:
            async with http.get(f"{url}/readyz") as response:
                found = await response.json()
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)
            continue
        if found["status"] != "not_ready":
            return {one["part"]: one["message"] for one in found["problems"]}
        await asyncio.sleep(0.05)

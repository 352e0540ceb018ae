"""From a real Asterisk's manager interface to the agents' cards."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from call_centre import open_call_centre
from streams_doubles import SECRET, USERNAME, FakeAmi, recorded, serving

from screenpop.intake.lines import IGNORED_SHOWN_MAX


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


async def test_a_recorded_queue_call_rings_two_agents_and_stays_with_one(
    tmp_path: Path,
) -> None:
    port = free_port()
    pbx = {
        "dialect": "asterisk_ami",
        "country": "GB",
        "settings": {
            "host": "127.0.0.1",
            "port": port,
            "username": USERNAME,
            "secret": SECRET,
        },
    }
    fake = FakeAmi([(b"", recorded("01_queue_answer_hold"))], port=port)
    async with open_call_centre(tmp_path, lines={"pbx": pbx}) as centre:
        answer = await centre.http.get(f"{centre.url}/readyz")
        assert "line pbx" in await answer.text()
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        async with serving(fake):
            at_ana, at_ben = await ana.next_pop(), await ben.next_pop()
            assert at_ana.call_id == at_ben.call_id
            assert at_ana.caller == "+442079460958"
            assert at_ana.frame["queue"] == "sales"
            leaves = await ben.next("pop.closed")
            assert leaves["reason"] == "answered_elsewhere"
            stays = await ana.next("pop.closed")
            assert stays["wrap_up"]


async def test_an_administrator_sees_how_a_stream_does_and_what_to_set_better(
    tmp_path: Path,
) -> None:
    port = free_port()
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "username": USERNAME,
        "secret": SECRET,
    }
    pbx = {"dialect": "asterisk_ami", "country": "GB", "settings": settings}
    fake = FakeAmi([(b"", recorded("01_queue_answer_hold"))], port=port)
    async with open_call_centre(tmp_path, lines={"pbx": pbx}) as centre:
        headers = {"Cookie": await centre.cookie_of("ada")}

        async def line() -> dict[str, Any]:
            address = f"{centre.url}/v1/lines"
            answer = await (await centre.http.get(address, headers=headers)).json()
            lines: list[dict[str, Any]] = answer["lines"]
            return next(each for each in lines if each["line"] == "pbx")

        before = await line()
        assert before["stream"]["connected_since"] is None
        ana = await centre.sign_in("ana")
        async with serving(fake):
            await ana.next_pop()
            stays = await ana.next("pop.closed")
            assert stays["wrap_up"]
            shown = await line()
        assert shown["address"] == f"127.0.0.1:{port}"
        assert shown["settings"]["secret"] is True
        assert SECRET not in json.dumps(shown)
        stream = shown["stream"]
        assert stream["connected_since"]
        assert shown["last_event_at"]
        assert stream["events"] > 5
        assert 1 < len(stream["ignored"]) <= IGNORED_SHOWN_MAX
        assert stream["ignored"]["VarSet"] > 5
        (hint,) = stream["hints"]
        assert "channelvars = CALLERID(num-pres)" in hint
        address = f"{centre.url}/v1/lines/pbx/requests"
        answer = await centre.http.get(address, headers=headers)
        assert answer.status == 404
        assert "is a live stream" in await answer.text()


async def test_a_withheld_caller_of_a_switch_is_shown_to_nobody(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "username": USERNAME,
        "secret": SECRET,
    }
    pbx = {"dialect": "asterisk_ami", "country": "GB", "settings": settings}
    fake = FakeAmi([(b"", recorded("03b_anonymous_presentation"))], port=port)
    async with open_call_centre(tmp_path, lines={"pbx": pbx}) as centre:
        ana = await centre.sign_in("ana")
        async with serving(fake):
            pops = [await ana.next_pop(), await ana.next_pop()]
            await ana.next("pop.closed")
    told = [pop.frame["caller"]["presentation"] for pop in pops]
    assert told == ["withheld", "withheld"]
    assert "7700900456" not in str(ana.frames)

from __future__ import annotations

import contextlib
import json
import weakref
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.config.load import examine_text
from screenpop.domain.errors import (
    BadInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from screenpop.domain.profile import Profile
from screenpop.intake.recent import (
    BODY_BYTES_MAX,
    REQUESTS_MAX,
    RING_BYTES_MAX,
    KeptRequest,
    RequestLog,
    Ring,
    day_end_us,
)
from screenpop.intake.request import Request
from screenpop.intake.shown import Counts, LineToday, RequestsSeen
from screenpop.intake.webhook import Intake, bind_lines
from screenpop.journal.memory import MemoryJournal
from screenpop.support.clock import FakeClock
from screenpop.support.metrics import Metrics

YAML = """
version: 1
server: {time_zone: Europe/Berlin, public_url: https://pop.example.net}
lines:
  main: {dialect: generic, country: GB, settings: {token: line-token-7f3a}}
  other:
    dialect: zadarma
    settings: {api_secret: "zadarma secret/9", header_name: X-Mine, header_value: abcd}
  cti: {dialect: zammad_cti, settings: {allow_unauthenticated: true}}
"""


class Desk:
    """The intake with its log, as the service puts them together."""

    def __init__(self, text: str = YAML, limits: str = ""):
        text = f"{text}\nlimits: {{{limits}}}\n"
        loaded = examine_text(text, Path("/nowhere/x.yaml"), environ={}).loaded
        assert loaded is not None
        self.config = loaded.config
        self.clock = FakeClock()
        self.journal = MemoryJournal(self.clock)
        bound = bind_lines(loaded.config)
        self.log = RequestLog(loaded, bound, self.clock.now_us)
        self.intake = Intake(bound, self, self.profile_of, Metrics(), self.log)  # type: ignore[arg-type]
        self.away: Exception | None = None

    async def keep(self, records: Any) -> Any:
        """As the door of the events."""
        if self.away is not None:
            raise self.away
        return await self.journal.append(records)

    async def profile_of(self, number: str) -> Profile:
        raise AssertionError("nobody asked")

    async def send(
        self, content: object, token: str = "line-token-7f3a", line: str = "main"
    ) -> int:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        request = Request(
            method="POST", path=f"/v1/telephony/{line}?call=1",
            headers=(("Authorization", f"Bearer {token}"),), body=body,
            remote="192.0.2.7", received_us=self.clock.now_us(),
        )  # fmt: skip
        return (await self.intake.take(line, request)).status

    def seen(self, line: str = "main", after: int = 0) -> RequestsSeen:
        return self.log.requests(line, after)


def ringing(number: int = 1, **more: object) -> dict[str, object]:
    return {
        "type": "alerting", "call_id": f"c-{number}", "from": "+442079460958",
        "to": "+442079460100", "agents": ["1001"], **more,
    }  # fmt: skip


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    await made.journal.open()
    return made


async def test_a_request_is_shown_with_its_events(desk: Desk) -> None:
    assert await desk.send([ringing(), {"type": "dancing", "call_id": "c-1"}]) == 200
    [seen] = desk.seen().requests
    assert (seen.number, seen.status, seen.verdict) == (1, 200, "events")
    assert seen.headers == [("Authorization", "Bearer ***(15)")]
    alerting, ignored = seen.events
    assert (alerting["type"], alerting["agents"]) == ("alerting", ["1001"])
    assert alerting["from"] == "+442079460958"
    assert ignored["type"] == "ignored"
    assert "dancing" in ignored["why"]
    assert seen.remote == "192.0.2.7"


async def test_a_request_of_which_nothing_is_made_says_why(desk: Desk) -> None:
    await desk.send({"event": "dancing", "callId": "c-1"}, line="cti")
    [seen] = desk.seen("cti").requests
    assert seen.verdict == "ignored"
    assert "dancing" in (seen.why or "")


async def test_a_forged_request_is_kept_with_the_reason(desk: Desk) -> None:
    with pytest.raises(Unauthenticated):
        await desk.send(ringing(), token="wrong")
    [seen] = desk.seen().requests
    assert (seen.verdict, seen.status, seen.events) == ("refused", 401, [])
    assert "secret" in (seen.why or "")
    assert "secret" in (seen.remedy or "")


async def test_a_flood_of_forged_requests_pushes_no_genuine_one_out(
    desk: Desk,
) -> None:
    await desk.send(ringing())
    for _ in range(3 * REQUESTS_MAX):
        with pytest.raises(Unauthenticated):
            await desk.send(ringing(), token="wrong")
    seen = desk.seen()
    assert [x.verdict for x in seen.requests] == ["events"] + ["refused"] * REQUESTS_MAX
    assert seen.requests[0].number == 1
    assert seen.missed == 2 * REQUESTS_MAX


async def test_following_shows_each_request_once(desk: Desk) -> None:
    await desk.send(ringing(1))
    await desk.send(ringing(2))
    first = desk.seen()
    await desk.send(ringing(3))
    second = desk.seen(after=first.newest)
    assert [x.number for x in first.requests] == [1, 2]
    assert [x.number for x in second.requests] == [3]
    assert (first.run, second.missed) == (second.run, 0)


async def test_a_request_that_could_not_be_kept_is_genuine_all_the_same(
    desk: Desk,
) -> None:
    desk.away = Unavailable("the journal is full")
    with pytest.raises(Unavailable):
        await desk.send(ringing())
    [seen] = desk.seen().requests
    assert (seen.verdict, seen.status) == ("failed", 503)
    assert seen.why == "the journal is full"
    assert seen.events[0]["type"] == "alerting"


async def test_a_repeated_delivery_says_so(desk: Desk) -> None:
    for _ in range(2):
        await desk.send(ringing(event_id="same"))
    assert [x.repeated for x in desk.seen().requests] == [0, 1]


async def test_a_withheld_number_is_not_kept(desk: Desk) -> None:
    await desk.send(ringing() | {"withheld": True, "from": "+442079460999"})
    [seen] = desk.seen().requests
    assert seen.events[0]["withheld"] is True
    assert "79460999" not in msgspec.json.encode(seen).decode()
    assert "+442079460100" in seen.body
    [kept] = desk.log.line("main").after(0)
    assert b"79460999" not in kept.request.body


@given(data=st.data())
async def test_no_secret_of_the_settings_is_ever_shown(data: st.DataObject) -> None:
    """Wherever it stands, at its own line or at another, right or wrong."""
    desk = Desk()
    await desk.journal.open()
    secret = data.draw(st.sampled_from(["line-token-7f3a", "zadarma secret/9", "abcd"]))
    place = data.draw(
        st.sampled_from(["call_id", "from", "queue", "attributes", "type", "key"])
    )
    event: dict[str, Any] = ringing()
    if place == "attributes":
        event["attributes"] = {secret: f"<{secret}>"}
    elif place == "key":
        event[secret] = secret
    else:
        event[place] = f"x{secret}"
    token = data.draw(st.sampled_from(["line-token-7f3a", secret]))
    line = data.draw(st.sampled_from(["main", "other"]))
    with contextlib.suppress(Unauthenticated, BadInput):
        await desk.send(event, token=token, line=line)
    shown = msgspec.json.encode([desk.seen(line), desk.log.lines("https://x")])
    assert desk.seen(line).requests
    assert secret not in shown.decode()
    assert "zadarma+secret%2F9" not in shown.decode()


async def test_a_large_body_is_cut_and_says_how_large_it_was(desk: Desk) -> None:
    padding = b" " * (2 * BODY_BYTES_MAX)
    await desk.send(json.dumps(ringing()).encode() + padding)
    [seen] = desk.seen().requests
    assert seen.cut
    assert seen.body_bytes > 2 * BODY_BYTES_MAX
    assert len(seen.body) <= BODY_BYTES_MAX
    [kept] = desk.log.line("main").after(0)
    assert len(kept.request.body) == BODY_BYTES_MAX


def test_large_requests_push_older_ones_out_before_there_are_many() -> None:
    ring = Ring(bytes_max=10_000)
    request = Request(method="POST", path="/", received_us=0)
    for number in range(20):
        ring.add(KeptRequest(number, request, body_bytes=4000))
    assert [kept.number for kept in ring] == [19]
    ring.add(KeptRequest(20, request, body_bytes=RING_BYTES_MAX))
    assert [kept.number for kept in ring] == [20]


async def test_of_an_error_nothing_but_words_is_kept(desk: Desk) -> None:
    class Big:
        pass

    async def fail() -> weakref.ref[Big]:
        big = Big()
        with pytest.raises(Unauthenticated):
            await desk.send(ringing(), token="wrong")
        return weakref.ref(big)

    gone = await fail()
    assert gone() is None


async def test_the_counts_are_of_the_business_day(desk: Desk) -> None:
    await desk.send([ringing(1), ringing(2)])
    await desk.send([ringing(3), {"type": "dancing", "call_id": "c"}])
    with pytest.raises(Unauthenticated):
        await desk.send(ringing(), token="wrong")
    main, other, _ = desk.log.lines("https://pop.example.net")
    assert main.today == Counts(requests=3, accepted=3, ignored=1, refused=1)
    assert main.last_event_at == "2026-11-21T09:00:00Z"
    assert other.today.requests == 0
    desk.clock.advance(14.1 * 3600)  # midnight in Berlin is 23:00 UTC
    main, _, _ = desk.log.lines("https://pop.example.net")
    assert main.today.requests == 0
    assert main.last_event_at == "2026-11-21T09:00:00Z"


async def test_the_counts_go_on_after_a_restart_and_not_into_the_next_day(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.send([ringing(1), ringing(2)])
    with pytest.raises(Unauthenticated):
        await desk.send(ringing(), token="wrong")
    saved = desk.log.counts()
    desk.log.go_on_from({name: LineToday(day_end_us=0) for name in saved})
    desk.log.go_on_from({**saved, "gone": saved["main"]})
    main, _, _ = desk.log.lines("https://pop.example.net")
    assert main.today == Counts(requests=2, accepted=2, refused=1)
    desk.clock.advance(24 * 3600)
    main, _, _ = desk.log.lines("https://pop.example.net")
    assert main.today == Counts()


def test_a_day_ends_at_midnight_of_its_zone_also_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    before = 1_774_739_400_000_000  # 2026-03-29 00:10, an hour before summer time
    assert day_end_us(before, zone) == 1_774_821_600_000_000  # after 23 hours


async def test_lines_say_what_to_paste_and_no_secret(desk: Desk) -> None:
    main, other, _ = desk.log.lines("https://pop.example.net")
    assert main.address == "https://pop.example.net/v1/telephony/main"
    assert (main.dialect, main.country, main.settings["token"]) == (
        "generic",
        "GB",
        True,
    )
    assert other.settings["header_name"] == "X-Mine"
    assert other.settings["header_value"] is True


async def test_a_line_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.seen("none")


async def test_a_request_is_masked_once_however_often_somebody_looks(
    desk: Desk,
) -> None:
    await desk.send([ringing()])
    first, again = desk.seen().requests, desk.seen().requests
    assert first[0] is again[0]


async def test_what_becomes_of_a_request_after_a_look_is_shown(desk: Desk) -> None:
    """Between its append and its answer somebody looks."""
    verdicts = []

    class LookedAt:
        async def keep(self, records: Any) -> Any:
            verdicts.append(desk.seen().requests[0].verdict)
            raise Unavailable("the disk is full.")

    desk.intake = Intake(
        bind_lines(desk.config),
        LookedAt(),  # type: ignore[arg-type]
        desk.profile_of,
        Metrics(),
        desk.log,
    )
    with pytest.raises(Unavailable):
        await desk.send([ringing()])
    verdicts.append(desk.seen().requests[0].verdict)
    assert verdicts == ["events", "failed"]


@pytest.mark.parametrize(
    ("limits", "events", "blanks", "code"),
    [
        ("events_per_request_max: 2", 3, 0, "too_many_events"),
        ("events_per_request_max: 600", 600, 0, None),
        ("body_bytes_max: 1000000", 1, 300_000, None),
        ("body_bytes_max: 500", 1, 600, "too_large"),
    ],
)
async def test_the_limits_of_the_configuration_are_those_of_the_lines(
    limits: str, events: int, blanks: int, code: str | None
) -> None:
    desk = Desk(limits=limits)
    await desk.journal.open()
    body = json.dumps([ringing(n) for n in range(events)]).encode() + b" " * blanks
    if code is None:
        assert await desk.send(body) == 200
        return
    with pytest.raises(TooLarge) as refused:
        await desk.send(body)
    assert refused.value.code == code


async def test_forged_webhooks_are_one_line_a_minute_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await desk.send([ringing()], token="wrong-token-of-nobody")
    lines = [r for r in caplog.records if r.name == "screenpop.security"]
    assert [r.getMessage() for r in lines] == ["webhook refused"]
    said = vars(lines[0])
    assert (said["line"], said["address"]) == ("main", "192.0.2.7")
    assert "wrong-token" not in caplog.text

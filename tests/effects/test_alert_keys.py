"""Keys under `alerts`: what is watched, and who hears of it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from key_effects import built, shows_effect_of
from one_source import serving
from smtp_server import mail_server

from screenpop.domain.call import AgentId, Call, CallEvent, CallId, EventType, LineId
from screenpop.domain.call_state import CallBook
from screenpop.journal.base import START, Entry, Offset
from screenpop.node.node import Service
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner
from screenpop.wallboard.alerts import Alert
from screenpop.web.alert_list import AlertsAsked

S = 1_000_000
QUEUES = {"sales": {"label": "Sales"}, "support": {"label": "Support"}}
WAIT: dict[str, Any] = {"number": "longest_wait_s", "warning": 60, "for_s": 0}


class WatchedNode:
    """A node that is looked at by hand; its clock stands still."""

    def __init__(self, service: Service, clock: FakeClock):
        self.service = service
        self.clock = clock
        self._book = CallBook()
        self._read = START

    def call(self, name: str, *events: tuple[str, float], queue: str = "sales") -> None:
        """Each event at so many seconds from now, which may be ago."""
        for kind, at_s in events:
            at_us = self.clock.now_us() + round(at_s * S)
            event = CallEvent(
                type=EventType(kind),
                line=LineId("main"),
                call_id=CallId(name),
                event_id=f"{name}/{kind}",
                at_us=at_us,
                received_us=at_us,
                caller="+442079460958",
                queue=queue,
                agents=(AgentId("1001"),) if kind != "queued" else (),
            )
            change = self._book.apply(event)
            assert change is not None
            before: Call | None = change.before
            self.service.feed.replace(before, change.after, 1)

    async def look(self, after_s: float = 0) -> list[str]:
        """What is open after a look, as `NAME SUBJECT LEVEL`."""
        self.clock.advance(after_s)
        await self.service.alerting.look()
        entries: list[Entry] = await self.service.journal.read(self._read)
        for entry in entries:
            self._read = Offset(entry.offset)
            self.service.feed.alerts.act(entry.record)  # type: ignore[arg-type]
        return [f"{x.name} {x.subject} {x.level}" for x in self.open]

    @property
    def open(self) -> Sequence[Alert]:
        return self.service.feed.alerts.open()


@asynccontextmanager
async def watched(
    folder: Path, rule: dict[str, Any], **more: Any
) -> AsyncIterator[WatchedNode]:
    clock = FakeClock()
    notices: dict[str, Any] = {
        x: more.pop(x) for x in ("webhook", "email") if x in more
    }
    alerts = {"rules": {"wait": rule}, **notices}
    config: dict[str, Any] = {"queues": QUEUES, "alerts": alerts, **more}
    async with built(folder, clock=clock, **config) as service:
        yield WatchedNode(service, clock)


@asynccontextmanager
async def sending(it: WatchedNode) -> AsyncIterator[None]:
    owner = TaskOwner("notices")
    owner.spawn(it.service.alerting.notices.run(), name="send")
    try:
        yield
    finally:
        await owner.close()


@shows_effect_of("alerts.rules.NAME.number")
@pytest.mark.parametrize(("number", "is_open"), [("waiting", False), (None, True)])
async def test_a_rule_watches_its_number(
    tmp_path: Path, number: str | None, is_open: bool
) -> None:
    rule: dict[str, Any] = {**WAIT, "number": number or WAIT["number"]}
    async with watched(tmp_path, rule) as it:
        it.call("c-1", ("queued", -61))
        assert await it.look() == (["wait  warning"] if is_open else [])


@shows_effect_of("alerts.rules.NAME.of")
@pytest.mark.parametrize(
    ("of", "found"),
    [
        ([], ["wait  warning"]),
        (["support"], []),
        (["sales", "support"], ["wait sales warning"]),
    ],
)
async def test_a_rule_watches_its_queues(
    tmp_path: Path, of: list[str], found: list[str]
) -> None:
    async with watched(tmp_path, {**WAIT, "of": of}) as it:
        it.call("c-1", ("queued", -61))
        assert await it.look() == found


@shows_effect_of("alerts.rules.NAME.warning", "alerts.rules.NAME.critical")
async def test_limits_say_how_bad_it_is(tmp_path: Path) -> None:
    async with watched(tmp_path, {**WAIT, "critical": 90}) as it:
        it.call("c-1", ("queued", -59))
        assert await it.look() == []
        assert await it.look(1) == ["wait  warning"]
        assert await it.look(29) == ["wait  warning"]
        assert await it.look(1) == ["wait  critical"]


@shows_effect_of("alerts.rules.NAME.for_s")
async def test_it_must_last(tmp_path: Path) -> None:
    async with watched(tmp_path, {**WAIT, "for_s": 20}) as it:
        it.call("c-1", ("queued", -61))
        assert await it.look() == []
        assert await it.look(19) == []
        assert await it.look(1) == ["wait  warning"]
        it.call("c-1", ("answered", 0))
        assert await it.look() == ["wait  warning"]
        assert await it.look(20) == []


@shows_effect_of("alerts.rules.NAME.back")
@pytest.mark.parametrize(("back", "is_open"), [(0, False), (10, True)])
async def test_it_closes_when_the_number_is_far_enough_back(
    tmp_path: Path, back: int, is_open: bool
) -> None:
    async with watched(tmp_path, {**WAIT, "back": back}) as it:
        it.call("c-1", ("queued", -61))
        it.call("c-2", ("queued", -55))
        await it.look()
        it.call("c-1", ("answered", 0))
        assert bool(await it.look()) is is_open


@shows_effect_of("alerts.rules.NAME.calls_min")
@pytest.mark.parametrize(("least", "is_open"), [(1, True), (2, False)])
async def test_shares_of_few_calls_say_nothing(
    tmp_path: Path, least: int, is_open: bool
) -> None:
    rule = {"number": "abandon_rate", "warning": 0.1, "for_s": 0, "calls_min": least}
    async with watched(tmp_path, rule) as it:
        it.call("c-1", ("queued", -61), ("ended", -1))
        assert bool(await it.look()) is is_open


@shows_effect_of("alerts.rules.NAME.label")
@pytest.mark.parametrize("label", ["", "Callers wait too long"])
async def test_a_rule_has_a_name_for_people(tmp_path: Path, label: str) -> None:
    async with watched(tmp_path, {**WAIT, "label": label}) as it:
        it.call("c-1", ("queued", -61))
        await it.look()
        shown = it.service.alerting.for_web().listed(AlertsAsked(), 10)["alerts"]
        assert [x["label"] for x in shown] == [label or "Longest wait"]


@shows_effect_of("alerts.webhook.url", "alerts.webhook.signing_secret")
@pytest.mark.parametrize("secret", [None, "a secret of the receiver"])
async def test_each_change_is_posted_once(tmp_path: Path, secret: str | None) -> None:
    taken: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        taken.put_nowait((dict(request.headers), await request.read()))
        return web.Response()

    async with serving(take) as url:
        hook = {"url": f"{url}/alerts"}
        if secret is not None:
            hook["signing_secret"] = secret
        async with watched(tmp_path, {**WAIT, "of": ["sales"]}, webhook=hook) as it:
            it.call("c-1", ("queued", -61))
            await it.look()
            await it.look()
            async with sending(it):
                headers, body = await asyncio.wait_for(taken.get(), 5)
            assert taken.empty()
    told = json.loads(body)
    assert (told["do"], told["subject_label"], told["level"], told["value"]) == (
        "open", "Sales", "warning", 61.0
    )  # fmt: skip
    given = headers.get("X-Screenpop-Signature")
    if secret is None:
        assert given is None
    else:
        at, _, signed = str(given).removeprefix("t=").partition(",v1=")
        expected = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
        assert hmac.compare_digest(signed, expected.hexdigest())


SERVER: dict[str, Any] = {
    "host": "127.0.0.1", "security": "none", "username": "desk",
    "password": "a password", "sender": "pop@example.com",
}  # fmt: skip
TO = ["sue@example.com", "tom@example.com"]


@shows_effect_of(
    "alerts.email.host", "alerts.email.port", "alerts.email.security",
    "alerts.email.username", "alerts.email.password", "alerts.email.sender",
    "alerts.email.to", "mail.host", "mail.port", "mail.security", "mail.username",
    "mail.password", "mail.sender",
)  # fmt: skip
@pytest.mark.parametrize("shared", [False, True])
async def test_each_change_is_sent_by_mail(tmp_path: Path, shared: bool) -> None:
    """By a server of its own, or by that of all mail."""
    async with mail_server() as mail:
        server = {**SERVER, "port": mail.port}
        keys: dict[str, Any] = (
            {"email": {"to": TO}, "mail": server}
            if shared
            else {"email": {**server, "to": TO}, "mail": {**server, "port": 1}}
        )
        async with watched(tmp_path, {**WAIT, "of": ["sales"]}, **keys) as it:
            it.call("c-1", ("queued", -61))
            await it.look()
            async with sending(it):
                await asyncio.wait_for(mail.arrived.wait(), 5)
    (message,) = mail.messages
    assert message["From"] == "pop@example.com"
    assert message["To"] == "sue@example.com, tom@example.com"
    assert message["Subject"] == "[warning] Longest wait (Sales)"
    assert mail.log_ins == [["desk", "a password"]]


async def test_mail_without_the_asked_encryption_is_not_sent(tmp_path: Path) -> None:
    async with mail_server() as mail:
        email = {
            "host": "127.0.0.1", "port": mail.port, "username": "desk",
            "password": "a password", "sender": "pop@example.com", "to": ["a@b.de"],
        }  # fmt: skip
        async with watched(tmp_path, WAIT, email=email) as it:
            notices = it.service.alerting.notices
            notices._pauses_s = ()
            it.call("c-1", ("queued", -61))
            await it.look()
            async with sending(it), asyncio.timeout(5):
                while notices.trouble() is None:
                    await asyncio.sleep(0.01)
    assert not mail.messages
    assert not mail.log_ins
    assert "by email" in str(notices.trouble())

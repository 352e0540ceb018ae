"""OAuth 2.0 and sessions: when a token is asked for, and who gets to see it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from key_effects import shows_effect_of

from screenpop.connector import ConnectorContext, Row, Unavailable
from screenpop.support.clock import FakeClock
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.options import HttpLookup, HttpSource

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]
Keys = dict[str, Any]
OAUTH: Keys = {"client_id": "screenpop", "client_secret": "s3cr3t-of-client"}


class Service:
    """A token endpoint at `/token`, a log-in at `/login`, customers elsewhere."""

    def __init__(self) -> None:
        self.granted: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.heads: list[dict[str, str]] = []
        self.expires_in: int | None = 3600
        self.more: Keys = {}
        self.refusal: tuple[int, Keys, dict[str, str]] | None = None
        self.valid: set[str] = set()
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path in ("/token", "/login"):
            return await self._grant(request)
        sent = request.headers.get("Authorization", request.headers.get("Cookie", ""))
        self.asked.append(sent)
        token = sent.split(" ")[-1].partition("=")[2] or sent.split(" ")[-1]
        if token not in self.valid:
            return web.json_response({"error": f"expired {token}"}, status=401)
        return web.json_response({"name": "Ada", "sent": sent})

    async def _grant(self, request: web.Request) -> web.StreamResponse:
        self.heads.append(dict(request.headers))
        if request.path == "/login":
            self.forms.append(await request.json())
        else:
            self.forms.append({k: str(v) for k, v in (await request.post()).items()})
        await self.gate.wait()
        if self.refusal is not None:
            status, body, headers = self.refusal
            return web.json_response(body, status=status, headers=headers)
        token = f"token-{len(self.granted) + 1}"
        self.granted.append(token)
        self.valid.add(token)
        answer: Keys = {"access_token": token, "SessionId": token, **self.more}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        return web.json_response(answer)


class Asking:
    def __init__(self, crm: HttpJsonConnector, clock: FakeClock, service: Service):
        self.crm, self.clock, self.service = crm, clock, service

    async def ask(self, path: str = "/who") -> list[Row]:
        options = HttpLookup.model_validate({"path": path})
        return list(await self.crm.lookup("who", options).fetch({}))


@pytest.fixture
async def asking(
    serve: Serve, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Asking]]]:
    opened: list[HttpJsonConnector] = []

    async def start(service: Service, **source: Any) -> Asking:
        url = await serve(service.handle)
        auth = source.pop("auth", None) or {"oauth2": OAUTH}
        if "oauth2" in auth:
            auth = {"oauth2": {"token_url": f"{url}/token", **auth["oauth2"]}}
        clock = FakeClock()
        crm = HttpJsonConnector(
            HttpSource.model_validate({"base_url": url, "auth": auth, **source}),
            ConnectorContext(source="crm", folder=tmp_path, clock=clock),
        )
        opened.append(crm)
        await crm.open()
        return Asking(crm, clock, service)

    yield start
    for crm in opened:
        await crm.close()


Start = Callable[..., Awaitable[Asking]]


@shows_effect_of(
    "http_json: sources.NAME.auth.oauth2.token_url",
    "http_json: sources.NAME.auth.oauth2.client_id",
    "http_json: sources.NAME.auth.oauth2.client_secret",
    "http_json: sources.NAME.auth.oauth2.scope",
    "http_json: sources.NAME.auth.oauth2.form",
    "http_json: sources.NAME.auth.oauth2.scheme",
)
async def test_client_credentials_are_exchanged_for_a_token(asking: Start) -> None:
    more = {"scope": "read all", "form": {"audience": "crm"}, "scheme": "Zoho-token"}
    one = await asking(Service(), auth={"oauth2": {**OAUTH, **more}})
    assert (await one.ask())[0]["sent"] == "Zoho-token token-1"
    assert one.service.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "screenpop",
            "client_secret": "s3cr3t-of-client",
            "scope": "read all",
            "audience": "crm",
        }
    ]


@shows_effect_of("http_json: sources.NAME.auth.oauth2.client_in")
async def test_the_client_may_be_named_in_a_header(asking: Start) -> None:
    one = await asking(
        Service(),
        auth={
            "oauth2": {
                "client_id": "a:b",
                "client_secret": "c d",
                "client_in": "header",
            }
        },
        headers={"X-House": "secret-of-the-api"},
    )
    await one.ask()
    assert one.service.forms == [{"grant_type": "client_credentials"}]
    (head,) = one.service.heads
    assert head["Authorization"] == "Basic YSUzQWI6YyUyMGQ="
    assert "X-House" not in head  # it belongs to the service, not to the token endpoint


async def test_one_renewal_serves_all_who_wait(asking: Start) -> None:
    service = Service()
    service.gate.clear()
    one = await asking(service)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(one.ask(f"/{n}")) for n in range(20)]
        while not service.forms:
            await asyncio.sleep(0)
        waiting[0].cancel()  # its deadline: the others still get the token
        service.gate.set()
    assert len(service.forms) == 1
    assert {each.result()[0]["sent"] for each in waiting[1:]} == {"Bearer token-1"}


async def test_a_token_is_renewed_before_its_end_while_it_still_serves(
    asking: Start,
) -> None:
    one = await asking(Service())
    await one.ask()
    one.clock.advance(3400)
    assert (await one.ask())[0]["sent"] == "Bearer token-1"
    one.clock.advance(100)  # within the last two minutes
    one.service.gate.clear()
    assert (await one.ask())[0]["sent"] == "Bearer token-1"  # nobody waits
    one.service.gate.set()
    while len(one.service.granted) < 2:
        await asyncio.sleep(0)
    while (await one.ask())[0]["sent"] != "Bearer token-2":
        await asyncio.sleep(0)


async def test_a_token_that_has_ended_is_never_sent(asking: Start) -> None:
    one = await asking(Service())
    await one.ask()
    one.clock.advance(3601)
    assert (await one.ask())[0]["sent"] == "Bearer token-2"
    assert one.service.asked == ["Bearer token-1", "Bearer token-2"]


async def test_a_refused_token_is_renewed_once(asking: Start) -> None:
    service = Service()
    service.expires_in = None  # as Salesforce: it does not say for how long
    one = await asking(service)
    await one.ask()
    service.valid.clear()
    assert (await one.ask())[0]["sent"] == "Bearer token-2"
    service.valid = {"none"}
    one.service.more = {"access_token": "still-refused"}
    one.clock.advance(31)
    with pytest.raises(Unavailable, match="401") as caught:
        await one.ask()
    assert "still-refused" not in str(caught.value)
    assert service.asked[-2:] == ["Bearer token-2", "Bearer still-refused"]
    for _ in range(5):  # a service that refuses every token
        with pytest.raises(Unavailable, match="401"):
            await one.ask()
    assert len(service.granted) == 3


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((401, {"error": "invalid_client"}, {}), "401, invalid_client"),
        ((400, {"error": "invalid_scope"}, {}), "client_id, client_secret and scope"),
        ((200, {"hello": 1}, {}), "without an access_token"),
        ((200, {"access_token": "two\nlines"}, {}), "without an access_token"),
        ((503, {"error": "down"}, {"Retry-After": "40"}), "answered 503"),
    ],
)
async def test_credentials_that_are_refused_are_not_sent_again_and_again(
    asking: Start, refusal: tuple[int, Keys, dict[str, str]], said: str
) -> None:
    service = Service()
    service.refusal = refusal
    one = await asking(service)
    for _ in range(5):
        with pytest.raises(Unavailable) as caught:
            await one.ask()
        assert said in str(caught.value)
        assert "s3cr3t" not in str(caught.value)
    assert len(service.forms) == 1
    service.refusal = None
    one.clock.advance(41)
    assert await one.ask()


@shows_effect_of("http_json: sources.NAME.auth.oauth2.refresh_token")
async def test_a_new_refresh_token_is_used_and_its_loss_is_said(
    asking: Start, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service()
    service.more = {"refresh_token": "refresh-2"}
    one = await asking(
        service, auth={"oauth2": {**OAUTH, "refresh_token": "refresh-1"}}
    )
    await one.ask()
    one.clock.advance(4000)
    await one.ask()
    sent = [(form["grant_type"], form["refresh_token"]) for form in service.forms]
    assert sent == [("refresh_token", "refresh-1"), ("refresh_token", "refresh-2")]
    assert "refresh_token_file" in caplog.text
    assert "refresh-2" not in caplog.text


@shows_effect_of("http_json: sources.NAME.auth.oauth2.refresh_token_file")
async def test_a_new_refresh_token_is_kept_in_its_file(
    asking: Start, tmp_path: Path
) -> None:
    file = tmp_path / "xero.token"
    file.write_text("refresh-1\n")
    oauth = {**OAUTH, "refresh_token_file": "xero.token"}
    service = Service()
    service.more = {"refresh_token": "refresh-2"}
    await (await asking(service, auth={"oauth2": oauth})).ask()
    assert file.read_text() == "refresh-2"
    assert file.stat().st_mode & 0o777 == 0o600
    again = Service()
    await (await asking(again, auth={"oauth2": oauth})).ask()
    assert again.forms[0]["refresh_token"] == "refresh-2"


async def test_a_refresh_token_that_another_node_renewed_is_read_again(
    asking: Start, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("old")
    service = Service()
    service.more = {"refresh_token": "mine"}
    one = await asking(
        service, auth={"oauth2": {**OAUTH, "refresh_token_file": "token"}}
    )
    await one.ask()
    file.write_text("of another node")
    plain = service._grant

    async def strict(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if form["refresh_token"] != "of another node":
            return web.json_response({"error": "invalid_grant"}, status=400)
        return await plain(request)

    service._grant = strict  # type: ignore[method-assign]
    one.clock.advance(4000)
    assert await one.ask()


async def test_an_expired_refresh_token_says_what_to_do(
    asking: Start, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("old")
    service = Service()
    service.refusal = (400, {"error": "invalid_grant"}, {})
    oauth = {**OAUTH, "refresh_token_file": "token"}
    one = await asking(service, auth={"oauth2": oauth})
    with pytest.raises(Unavailable, match="let a user consent again"):
        await one.ask()
    (tmp_path / "token").unlink()
    one.clock.advance(100)
    with pytest.raises(Unavailable, match=r"cannot read .*token: No such file"):
        await one.ask()


@shows_effect_of(
    "http_json: sources.NAME.auth.login.path",
    "http_json: sources.NAME.auth.login.body",
    "http_json: sources.NAME.auth.login.token",
    "http_json: sources.NAME.auth.login.header",
    "http_json: sources.NAME.auth.login.value",
    "http_json: sources.NAME.auth.login.lifetime_s",
)
async def test_a_session_is_opened_and_opened_again(asking: Start) -> None:
    login = {
        "path": "/login",
        "body": {"UserName": "reader", "Password": "pa55word"},
        "token": "SessionId",
        "header": "Cookie",
        "value": "B1SESSION={token}",
        "lifetime_s": 600,
    }
    one = await asking(Service(), auth={"login": login})
    assert (await one.ask())[0]["sent"] == "B1SESSION=token-1"
    assert one.service.forms == [{"UserName": "reader", "Password": "pa55word"}]
    one.clock.advance(601)
    assert (await one.ask())[0]["sent"] == "B1SESSION=token-2"
    one.service.refusal = (401, {"error": "pa55word is wrong"}, {})
    one.clock.advance(601)
    with pytest.raises(Unavailable, match=r"refused the log-in \(401\)") as caught:
        await one.ask()
    assert "pa55word" not in str(caught.value)
    one.clock.advance(31)
    one.service.refusal = (200, {"SessionId": None}, {})
    with pytest.raises(Unavailable, match=r"without what auth\.login\.token"):
        await one.ask()


async def test_a_token_is_in_no_log_and_no_error(
    asking: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = Service()
    one = await asking(service)
    rows = await one.ask()
    assert "token-1" in str(rows)  # this service repeats it: as a value it is its own
    service.valid.clear()
    service.more = {"access_token": "opaque-9"}
    service.expires_in = None
    with pytest.raises(Unavailable) as caught:
        await one.ask()
    assert "expired ***" in str(caught.value)
    for secret in ("token-1", "opaque-9", "s3cr3t"):
        assert secret not in str(caught.value)
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"oauth2": {**OAUTH, "token_url": "http://login.example.net/t"}}, "https://"),
        ({"oauth2": {**OAUTH, "token_url": "login.example.net"}}, "the whole address"),
        (
            {"oauth2": {**OAUTH, "token_url": "https://h/t", "refresh_token": "a",
                        "refresh_token_file": "b"}},
            "not both",
        ),
        ({"bearer": "a", "oauth2": {**OAUTH, "token_url": "https://h/t"}}, "give one"),
        (
            {"login": {"path": "/l", "body": {}, "token": "t", "value": "Session"}},
            "must hold {token}",
        ),
        ({"login": {"path": "l", "body": {}, "token": "t"}}, "must start with /"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_a_problem_of_the_configuration(
    auth: Keys, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        HttpSource.model_validate({"base_url": "https://h", "auth": auth})


async def test_a_token_is_sent_to_pages_too(serve: Serve, asking: Start) -> None:
    service = Service()
    contacts = {
        "path": "/all",
        "fields": {"key": "sent", "name": "name", "phone": "name"},
    }
    one = await asking(service, contacts=contacts)
    found = one.crm.contacts()
    assert found is not None
    assert json.dumps([each.key async for each in found]) == '["Bearer token-1"]'
    assert service.asked == ["Bearer token-1"]

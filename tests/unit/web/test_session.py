from __future__ import annotations

import dataclasses
import logging
from typing import Any

import pytest
from web_doubles import FakeUsers

from screenpop.config.model import Security, Server
from screenpop.domain.agent import User, UserId
from screenpop.domain.errors import Unavailable
from screenpop.web.auth import COOKIE, HOST_COOKIE


async def test_a_right_password_gives_a_session(house: Any) -> None:
    answer = await house.sign_in("ana")
    assert answer.status == 200
    assert answer.json["user"] == {
        "username": "ana", "name": "Ana", "role": "agent", "agent": "1001",
        "locale": None,
    }  # fmt: skip
    assert answer.json["expires_at"] == "2026-11-21T21:00:00Z"
    again = await house.ask("GET", "/v1/session")
    assert again.json == answer.json


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    house: Any,
) -> None:
    cookie = (await house.sign_in("ana")).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        assert attribute in cookie
    assert "Secure" not in cookie


async def test_under_https_the_cookie_is_secure(open_house: Any) -> None:
    house = await open_house(server=Server(port=0, public_url="https://pop.test"))
    assert "Secure" in (await house.sign_in("ana")).headers["Set-Cookie"]


async def test_a_wrong_password_and_an_unknown_name_look_alike(house: Any) -> None:
    answers = [
        await house.ask("POST", "/v1/session", json={"username": name, "password": "x"})
        for name in ("ana", "nobody")
    ]
    assert [answer.status for answer in answers] == [401, 401]
    texts = [answer.json["error"] | {"request_id": ""} for answer in answers]
    assert texts[0] == texts[1]
    assert house.users.verified == ["ana", "nobody"]
    assert "Set-Cookie" not in answers[0].headers


async def test_after_too_many_failures_even_the_right_password_waits(
    open_house: Any,
) -> None:
    house = await open_house(security=Security(login_attempts=2, login_window_s=60))
    for _ in range(2):
        await house.ask("POST", "/v1/session", json={"username": "ana", "password": ""})
        body = {"username": "ana", "password": "wrong"}
        await house.ask("POST", "/v1/session", json=body)
    refused = await house.sign_in("ana")
    assert (refused.status, refused.json["error"]["code"]) == (429, "too_many_logins")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert (await house.sign_in("ben")).status == 200
    house.clock.advance(61)
    assert (await house.sign_in("ana")).status == 200


async def test_a_store_that_is_away_locks_nobody_out(open_house: Any) -> None:
    class Away(FakeUsers):
        away = True

        async def verify(self, username: str, password: str) -> User | None:
            if self.away:
                raise Unavailable("the store is away.")
            return await super().verify(username, password)

    house = await open_house(users=Away(), security=Security(login_attempts=1))
    for _ in range(3):
        assert (await house.sign_in("ana")).status == 503
    house.users.away = False
    assert (await house.sign_in("ana")).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_another_site_cannot_log_anybody_in(
    house: Any, headers: dict[str, str], status: int
) -> None:
    body = b'{"username":"ana","password":"correct horse"}'
    given = {"Content-Type": "application/json"} | headers
    answer = await house.ask("POST", "/v1/session", data=body, headers=given)
    assert answer.status == status
    assert house.users.verified == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"username":1,"password":"x"}', b"\xff\xfe",
     b'{"username":"","password":"x"}', b'{"username":"a","password":""}',
     b'{"username":"' + b"a" * 201 + b'","password":"x"}', b"[" * 4000],
)  # fmt: skip
async def test_a_body_that_cannot_be_used_is_told_so(house: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await house.ask("POST", "/v1/session", data=body, headers=headers)
    assert answer.status == 400
    assert set(answer.json["error"]) == {"code", "message", "remedy", "request_id"}


async def test_logging_out_ends_the_session_at_once(house: Any) -> None:
    await house.sign_in("ana")
    answer = await house.change("DELETE", "/v1/session")
    assert answer.status == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await house.ask("GET", "/v1/session")).status == 401


async def test_logging_out_needs_the_csrf_token(house: Any) -> None:
    await house.sign_in("ana")
    answer = await house.ask("DELETE", "/v1/session")
    assert (answer.status, answer.json["error"]["code"]) == (403, "csrf")
    assert (await house.ask("GET", "/v1/session")).status == 200


async def test_a_session_expires(house: Any) -> None:
    await house.sign_in("ana")
    house.clock.advance(12 * 3600)
    assert (await house.ask("GET", "/v1/session")).status == 401


async def test_raising_the_epoch_ends_all_sessions_of_a_user(house: Any) -> None:
    await house.sign_in("ana")
    ana = house.users.known[UserId("ana")]
    house.users.known[UserId("ana")] = dataclasses.replace(ana, token_epoch=1)
    assert (await house.ask("GET", "/v1/session")).status == 401


async def test_a_planted_cookie_before_ours_does_no_harm(house: Any) -> None:
    await house.sign_in("ana")
    cookie = f"{COOKIE}=planted; other=1; {COOKIE}={house.cookies[COOKIE]}"
    answer = await house.ask("GET", "/v1/session", headers={"Cookie": cookie})
    assert answer.status == 200


async def test_a_program_shows_a_bearer_token_and_needs_no_csrf(house: Any) -> None:
    headers = {"Authorization": "Bearer token-of-sue"}
    answer = await house.ask("GET", "/v1/session", headers=headers)
    assert answer.json["user"]["username"] == "sue"
    assert answer.json["csrf"] is None
    note = await house.ask(
        "POST", "/v1/calls/c-ana/notes", json={"text": "hi"}, headers=headers
    )
    assert note.status == 201


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Basic YTpi", "Bearer " + "x" * 2000, "x"]
)
async def test_a_wrong_bearer_token_is_refused_even_with_a_good_cookie(
    house: Any, header: str
) -> None:
    await house.sign_in("ana")
    headers = {"Authorization": header}
    assert (await house.ask("GET", "/v1/session", headers=headers)).status == 401


async def test_under_https_the_cookie_is_of_this_host_alone(open_house: Any) -> None:
    house = await open_house(server=Server(port=0, public_url="https://pop.test"))
    cookie = (await house.sign_in("ana")).headers["Set-Cookie"]
    assert cookie.startswith(f"{HOST_COOKIE}=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    planted = {"Cookie": f"{COOKIE}={house.cookies[HOST_COOKIE]}"}
    assert (await house.ask("GET", "/v1/session", headers=planted)).status == 401
    assert (await house.ask("GET", "/v1/session")).status == 200


async def test_a_planted_cookie_of_somebody_else_never_wins(house: Any) -> None:
    await house.sign_in("ben")
    planted = house.cookies[COOKIE]
    await house.sign_in("ana")
    mine = house.cookies[COOKIE]
    for pair in ((planted, mine), (mine, planted)):
        both = {"Cookie": "; ".join(f"{COOKIE}={value}" for value in pair)}
        answer = await house.ask("GET", "/v1/session", headers=both)
        assert (answer.status, answer.json["error"]["code"]) == (
            401,
            "several_sessions",
        )


async def test_guessed_tokens_are_limited_by_address_and_right_ones_are_not(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    house = await open_house(security=Security(login_attempts=2))

    async def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return int((await house.ask("GET", "/v1/session", headers=headers)).status)

    assert [await status("wrong") for _ in range(4)] == [401, 401, 429, 429]
    assert await status("token-of-ana") == 200
    assert caplog.text.count("unknown or revoked token") == 1


def said(record: logging.LogRecord, *names: str) -> list[str]:
    return [getattr(record, name) for name in names]


async def test_events_of_security_are_logged_with_user_and_address(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    house = await open_house(security=Security(login_attempts=1))
    caplog.set_level(logging.INFO)
    house.users.password = "the wrong one"
    await house.ask("POST", "/v1/session", json={"username": " ANA", "password": "x y"})
    await house.ask("POST", "/v1/session", json={"username": "aNa", "password": "x y"})
    await house.sign_in("ben")
    await house.ask("GET", "/v1/stats")
    await house.change("DELETE", "/v1/session")
    told = [
        (record.getMessage(), *said(record, "user", "address"))
        for record in caplog.records
        if record.name == "screenpop.security"
    ]
    assert told == [
        ("log-in failed", "ana", "127.0.0.1"),
        ("log-in limited", "ana", "127.0.0.1"),
        ("logged in", "ben", "127.0.0.1"),
        ("refused", "ben", "127.0.0.1"),
        ("logged out", "ben", "127.0.0.1"),
    ]
    access = [r for r in caplog.records if r.name == "screenpop.access"]
    assert said(access[-1], "user", "address") == ["ben", "127.0.0.1"]
    assert "x y" not in caplog.text


async def test_people_change_their_own_password_and_other_sessions_end(
    house: Any,
) -> None:
    await house.sign_in("ana")
    elsewhere, csrf = dict(house.cookies), house.csrf
    await house.sign_in("ana")
    old, new = house.users.password, "quite another phrase"
    path, change = "/v1/session/password", house.change
    wrong = await change("POST", path, json={"old": "a guess", "new": new})
    assert (wrong.status, wrong.json["error"]["code"]) == (403, "bad_credentials")
    weak = await change("POST", path, json={"old": old, "new": "short"})
    assert (weak.status, weak.json["error"]["code"]) == (400, "bad_password")
    assert (await house.ask("GET", "/v1/session")).status == 200
    answer = await change("POST", path, json={"old": old, "new": new})
    assert answer.status == 200
    assert (await house.ask("GET", "/v1/session")).status == 401
    house.cookies = {COOKIE: answer.headers["Set-Cookie"].split("=")[1].split(";")[0]}
    assert (await house.ask("GET", "/v1/session")).json["csrf"] == answer.json["csrf"]
    house.cookies, house.csrf = elsewhere, csrf
    assert (await house.ask("GET", "/v1/session")).status == 401


async def test_people_choose_the_language_of_their_pages(house: Any) -> None:
    await house.sign_in("ana")
    path = "/v1/session/locale"
    answer = await house.change("POST", path, json={"locale": "de-AT"})
    assert (answer.status, answer.json["user"]["locale"]) == (200, "de-AT")
    assert (await house.ask("GET", "/v1/session")).json["user"]["locale"] == "de-AT"
    wrong = await house.change("POST", path, json={"locale": "<de>"})
    assert (wrong.status, wrong.json["error"]["code"]) == (400, "bad_input")
    assert (await house.ask("POST", path, json={"locale": "de"})).status == 403
    program = {"Authorization": "Bearer token-of-ana"}
    answer = await house.ask("POST", path, json={"locale": "de"}, headers=program)
    assert answer.status == 404


async def test_people_keep_how_they_like_the_pages(house: Any) -> None:
    await house.sign_in("ana")
    path = "/v1/session/settings"
    assert (await house.ask("GET", path)).json == {"settings": None}
    liked = {"settings": {"type": "large", "keysOff": ["?"]}}
    answer = await house.change("POST", path, json=liked)
    assert (answer.status, answer.json) == (200, liked)
    assert (await house.ask("GET", path)).json == liked
    wrong = await house.change("POST", path, json={"settings": [1]})
    assert (wrong.status, wrong.json["error"]["code"]) == (400, "bad_json")
    long = {"settings": {"team": "x" * 5000}}
    assert (await house.change("POST", path, json=long)).status == 413
    assert (await house.ask("POST", path, json=liked)).status == 403
    program = {"Authorization": "Bearer token-of-ana"}
    assert (await house.ask("GET", path, headers=program)).status == 404
    await house.sign_in("ben")
    assert (await house.ask("GET", path)).json == {"settings": None}


async def test_a_password_is_changed_with_the_token_of_the_page_alone(
    house: Any,
) -> None:
    await house.sign_in("ana")
    body = {"old": house.users.password, "new": "quite another phrase"}
    assert (await house.ask("POST", "/v1/session/password", json=body)).status == 403
    program = {"Authorization": "Bearer token-of-ana"}
    answer = await house.ask("POST", "/v1/session/password", json=body, headers=program)
    assert answer.status == 404


async def test_the_old_password_is_guessed_as_slowly_as_at_the_log_in(
    open_house: Any,
) -> None:
    house = await open_house(security=Security(login_attempts=2))
    await house.sign_in("ana")
    body = {"old": "a guess", "new": "quite another phrase"}
    answers = [
        await house.change("POST", "/v1/session/password", json=body) for _ in range(3)
    ]
    assert [answer.status for answer in answers] == [403, 403, 429]

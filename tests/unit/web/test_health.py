from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from key_effects import shows_effect_of
from redis_server import free_port

from screenpop.config.model import Security, Server
from screenpop.support.log import NodeProblem


async def test_it_lives(house: Any) -> None:
    answer = await house.ask("GET", "/livez")
    assert answer.json == {"status": "alive"}
    assert (await house.ask("HEAD", "/livez")).body == b""


@pytest.mark.parametrize(
    ("problems", "status", "word"),
    [
        ((), 200, "ready"),
        ((NodeProblem(part="redis", message="away", fatal=False),), 200, "degraded"),
        ((NodeProblem(part="journal", message="disk is full"),), 503, "not_ready"),
    ],
)
async def test_readiness_says_what_is_wrong(
    open_house: Any, problems: tuple[NodeProblem, ...], status: int, word: str
) -> None:
    async def ready() -> Sequence[NodeProblem]:
        return problems

    house = await open_house(ready=ready)
    answer = await house.ask("GET", "/readyz")
    assert (answer.status, answer.json["status"]) == (status, word)
    assert [p["part"] for p in answer.json["problems"]] == [p.part for p in problems]


async def test_a_stopping_node_is_not_ready(house: Any) -> None:
    house.server.site.draining.set()
    assert (await house.ask("GET", "/readyz")).status == 503


async def test_metrics_are_for_this_machine_or_a_supervisors_token(house: Any) -> None:
    here = await house.ask("GET", "/metrics")
    assert here.status == 200
    assert b"screenpop_webhook_seconds" in here.body
    proxied = {"X-Forwarded-For": "192.0.2.1"}
    assert (await house.ask("GET", "/metrics", headers=proxied)).status == 401
    agent = proxied | {"Authorization": "Bearer token-of-ana"}
    assert (await house.ask("GET", "/metrics", headers=agent)).status == 403
    program = proxied | {"Authorization": "Bearer token-of-sue"}
    assert (await house.ask("GET", "/metrics", headers=program)).status == 200


async def test_metrics_of_one_worker_are_not_at_the_port_that_several_share(
    open_house: Any,
) -> None:
    shared, own = free_port(), free_port()
    house = await open_house(server=Server(port=shared), own_port=own)
    answer = await house.ask("GET", "/metrics")
    assert (answer.status, answer.json["error"]["code"]) == (421, "shared_port")
    assert f"this one has {own}" in answer.json["error"]["remedy"]
    assert (await house.ask("GET", "/readyz")).status == 200
    async with house.http.get(f"http://127.0.0.1:{own}/metrics") as there:
        assert there.status == 200


async def test_answers_are_counted_by_route_and_never_by_path(house: Any) -> None:
    await house.ask("GET", "/v1/calls/c-1")
    await house.ask("GET", "/no/such/path")
    text = (await house.ask("GET", "/metrics")).body.decode()
    assert (
        'screenpop_http_requests_total{method="GET",route="/v1/calls/{call_id}"'
        ',status="401"} 1.0'
    ) in text
    assert 'method="other",route="none",status="404"} 1.0' in text
    assert "/no/such" not in text


MESSAGES = {
    "the store postgresql+asyncpg://pop@10.0.0.5:5432/pop does not answer: password"
    ' authentication failed for user "pop". Check store.url.': "the store [hidden]"
    " does not answer",
    "the store sqlite+aiosqlite:////var/lib/pop/store.sqlite does not answer: disk I/O"
    " error. Check the disk.": "the store [hidden] does not answer",
    "the journal /var/lib/pop/journal.sqlite refuses: database or disk is full"
    " (SQLITE_FULL). Free space.": "the journal [hidden] refuses",
    "cannot reach crm.internal:8443 or 192.0.2.7": "cannot reach [hidden] or [hidden]",
    "what is stored is being read: 45%": "what is stored is being read: 45%",
    "12 customers were left out at contacts_max": "12 customers were left out at"
    " contacts_max",
}


@pytest.mark.parametrize("message", MESSAGES)
async def test_strangers_hear_what_is_wrong_and_not_where(
    open_house: Any, message: str
) -> None:
    async def ready() -> list[NodeProblem]:
        return [NodeProblem(part="store", message=message, fatal=False)]

    house = await open_house(ready=ready)
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        [seen] = (await house.ask("GET", "/readyz", headers=headers)).json["problems"]
        assert seen == {"part": "store", "message": MESSAGES[message], "fatal": False}
    await house.sign_in("sue")
    [seen] = (await house.ask("GET", "/readyz")).json["problems"]
    assert seen["message"] == MESSAGES[message]
    await house.sign_in("ada")
    [seen] = (await house.ask("GET", "/readyz")).json["problems"]
    assert seen["message"] == message


@shows_effect_of("security.open_metrics")
@pytest.mark.parametrize(
    ("server", "asked", "status"),
    [
        (Server(port=0), None, 200),
        (Server(port=0, public_url="https://pop.test"), None, 401),
        (Server(port=0, trusted_proxies=("127.0.0.1/32",)), None, 401),
        (Server(port=0, public_url="https://pop.test"), True, 200),
        (Server(port=0), False, 401),
    ],
)
async def test_behind_a_proxy_of_this_machine_metrics_need_a_token(
    open_house: Any, server: Server, asked: bool | None, status: int
) -> None:
    """A proxy that adds no header makes every stranger seem to be local."""
    house = await open_house(server=server, security=Security(open_metrics=asked))
    assert (await house.ask("GET", "/metrics")).status == status
    sue = {"Authorization": "Bearer token-of-sue"}
    assert (await house.ask("GET", "/metrics", headers=sue)).status == 200

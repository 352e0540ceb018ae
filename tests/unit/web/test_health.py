from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from screenpop.web.services import Problem


async def test_it_lives(house: Any) -> None:
    answer = await house.ask("GET", "/livez")
    assert answer.json == {"status": "alive", "version": "0.0.0"}
    assert (await house.ask("HEAD", "/livez")).body == b""


@pytest.mark.parametrize(
    ("problems", "status", "word"),
    [
        ((), 200, "ready"),
        ((Problem(part="redis", message="away", fatal=False),), 200, "degraded"),
        ((Problem(part="journal", message="disk is full"),), 503, "not_ready"),
    ],
)
async def test_readiness_says_what_is_wrong(
    open_house: Any, problems: tuple[Problem, ...], status: int, word: str
) -> None:
    async def ready() -> Sequence[Problem]:
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

"""What systems do to integrators, one trap each, and what the agent sees of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from crm_desk import ADA, CALLER, FIELDS, TERMS, Keys, card, desk, giving, keys, seen

from screenpop.connector.presets import Presets
from screenpop.domain.profile import FieldState


@pytest.mark.parametrize(
    ("person", "phone"),
    [
        ({"id": "A", "name": "Ada", "phone": "Fr. Hahn 020 7946 0958"}, "phone"),
        ({"id": "A", "name": "Ada", "phone": "030-0074321 / 020 7946 0958"}, "phone"),
        (
            {"id": "A", "name": "Ada", "cc": "44", "area": "(20)", "no": "7946 0958"},
            "phone(cc, area, no)",
        ),
    ],
)
async def test_01_a_number_in_parts_or_with_a_name_is_found(
    tmp_path: Path, person: Keys, phone: str
) -> None:
    contacts = {"fields": {**FIELDS, "phone": phone}}
    async with desk(tmp_path, giving(person), contacts) as service:
        assert keys(await seen(service)) == ["A"]


async def test_02_a_fax_number_is_no_caller(tmp_path: Path) -> None:
    person = {
        "id": "A",
        "name": "Ada",
        "phones": [
            {"type": "FAX", "number": "020 7946 0958"},
            {"type": "DEFAULT", "number": "020 7946 0959"},
        ],
    }
    phone = "numbers(phones[?type != 'FAX'].number)"
    contacts = {"fields": {**FIELDS, "phone": phone}}
    async with desk(tmp_path, giving(person), contacts) as service:
        assert keys(await seen(service)) == []
        assert keys(await service.explain("+442079460959")) == ["A"]


async def test_03_a_filter_that_the_service_refuses_is_told_in_its_words(
    tmp_path: Path,
) -> None:
    def refuses(_: web.Request) -> web.Response:
        text = "OR operator is not supported on distinct fields"
        return web.json_response({"error": {"message": text}}, status=400)

    async with desk(tmp_path, giving(ADA, terms=refuses), terms=TERMS) as service:
        told = await seen(service)
        state, sentence = card(told, "credit_terms")
        assert (state, sentence) == (FieldState.FAILED, "CRM failed: it answered 400")
        (answer,) = [x for x in told.answers if x.lookup == "terms"]
        assert "OR operator is not supported" in str(answer.detail)
    preset = Presets().find("business_central").configuration
    assert " or " not in preset


def test_04_a_search_that_lags_is_asked_once_more_after_the_pop() -> None:
    """The card does not wait: tests/unit/lookup/test_run.py shows the second look."""
    for name in ("hubspot", "salesforce"):
        preset = Presets().find(name)
        assert "again_after_s: 60" in preset.configuration
        assert any("lag" in x or "missing from the live" in x for x in preset.notes)


@pytest.mark.parametrize(
    ("given", "source", "state", "sentence"),
    [
        (
            {"error": {"message": "Access Denied"}},
            {"error": "error.message"},
            FieldState.FAILED,
            "CRM failed: it reports an error",
        ),
        ([], {}, FieldState.EMPTY, None),  # no right to see it: no rows, no error
        ({"result": None}, {}, FieldState.EMPTY, None),
    ],
)
async def test_05_an_error_inside_of_200_is_one_and_an_empty_list_is_none(
    tmp_path: Path, given: object, source: Keys, state: FieldState, sentence: str | None
) -> None:
    answer = giving(ADA, terms=given)
    async with desk(tmp_path, answer, source=source, terms=TERMS) as service:
        assert card(await seen(service), "credit_terms") == (state, sentence)


async def test_06_what_is_empty_in_its_own_way_is_empty_on_the_card(
    tmp_path: Path,
) -> None:
    given = {"open": False, "overdue": "", "currency": None, "since": "0001-01-01",
             "last": "/Date(-62135596800000)/", "hold": False}  # fmt: skip
    balance = {
        "facet": "balance",
        "path": "/open/{customer.key}",
        "fields": {"open": "open", "overdue": "overdue", "currency": "currency",
                   "overdue_since": "since", "last_payment_at": "last",
                   "credit_hold": "hold", "last_payment": "missing"},
    }  # fmt: skip
    async with desk(tmp_path, giving(ADA, open=given), balance=balance) as service:
        fields = (await seen(service)).profile.facets["balance"].fields
        shown = {
            name: x.value for name, x in fields.items() if x.value not in ("", None)
        }
        assert shown == {"credit_hold": False}  # a flag's false is an answer


async def test_07_a_customer_who_is_blocked_is_gone_with_the_next_reading(
    tmp_path: Path,
) -> None:
    blocked = False

    async def answer(request: web.Request) -> web.Response:
        changed = "2026-11-02" if blocked else "2026-11-01"
        return web.json_response([{**ADA, "blocked": blocked, "changed": changed}])

    contacts = {
        "path": "/all?from={since}",
        "since": "2026-01-01",
        "fields": {
            **FIELDS,
            "phone": "(!blocked && phone) || `null`",
            "changed": "changed",
        },
    }
    async with desk(tmp_path, answer, contacts) as service:
        assert keys(await seen(service)) == ["A"]
        blocked = True
        assert keys(await seen(service)) == []


async def test_08_a_list_with_a_hard_end_is_read_by_key(tmp_path: Path) -> None:
    people = [
        {"id": n, "name": f"n{n}", "phone": f"+4420794609{n:02}"} for n in range(1, 26)
    ]
    asked: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        body = await request.json()
        asked.append(body["filters"][0]["value"])
        if body.get("offset", 0) + 5 > 10:
            return web.json_response({"message": "paging beyond 10"}, status=400)
        rows = [each for each in people if each["id"] > asked[-1]]  # type: ignore[operator]
        return web.json_response({"results": rows[:5]})

    contacts = {
        "method": "POST",
        "body": {"filters": [{"property": "id", "operator": "GT", "value": 0}]},
        "select": "results",
        "next": "results[-1].id",
        "next_param": "body.filters.0.value",
    }
    async with desk(tmp_path, answer, contacts) as service:
        assert keys(await seen(service, "+442079460925")) == ["25"]
        assert asked == [0, 5, 10, 15, 20, 25]


async def test_09_a_remaining_count_is_not_believed_but_429_is(tmp_path: Path) -> None:
    def limited(_: web.Request) -> web.Response:
        headers = {"Retry-After": "30", "X-RateLimit-Remaining": "5999"}
        return web.json_response({"message": "per server"}, status=429, headers=headers)

    async with desk(tmp_path, giving(ADA, terms=limited), terms=TERMS) as service:
        state, sentence = card(await seen(service), "credit_terms")
        assert (state, sentence) == (FieldState.FAILED, "CRM asked to be asked less")
        again = card(await service.explain(CALLER), "credit_terms")
        assert again[1] == "CRM asked to be asked less; next try in 30 s"
        guard = service.lookups.sources.guards["crm"]
        assert not guard.breaker.is_open  # it is no failure


async def test_10_our_own_deadline_comes_before_a_queue_of_eight_minutes(
    tmp_path: Path,
) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path != "/all":
            await asyncio.Event().wait()
        return web.json_response([ADA])

    terms = {**TERMS, "timeout_ms": 100}
    async with desk(tmp_path, answer, terms=terms) as service:
        state, sentence = card(await seen(service), "credit_terms")
        assert state is FieldState.TIMED_OUT
        assert sentence == "CRM did not answer within 0.1 s"


@pytest.mark.parametrize(
    "body",
    [
        '{"debug": "Traceback (most recent call last):\\n s3cr3t.py", "name": "E"}',
        'Traceback (most recent call last):\n  File "s3cr3t.py"',
        '{"message": "Traceback (most recent call last): s3cr3t.py"}',
    ],
)
async def test_11_a_traceback_reaches_nobody(
    tmp_path: Path, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: web.Request) -> web.Response:
        return web.Response(text=body, status=500)

    async with desk(tmp_path, giving(ADA, terms=fails), terms=TERMS) as service:
        told = await seen(service)
        assert card(told, "credit_terms")[1] == "CRM failed: it answered 500"
        details = " ".join(str(x.detail) for x in told.answers)
        for text in (details, caplog.text):
            assert "s3cr3t" not in text
            assert "most recent call" not in text


async def test_12_a_key_that_ends_quietly_is_said_before(tmp_path: Path) -> None:
    """To operators; the agent sees the same card until the key has ended."""
    source = {"auth": {"bearer": "k", "expires": "2020-01-31"}}
    answer = giving(ADA, terms={"limit": 5})
    async with desk(tmp_path, answer, source=source, terms=TERMS) as service:
        assert card(await seen(service), "credit_terms")[0] is FieldState.FRESH
        said = [problem.message for problem in await service.problems()]
        assert "the key under auth has expired" in said


async def test_13_a_masked_number_stays_masked(tmp_path: Path) -> None:
    masked = {
        "id": "A",
        "name": "Ada",
        "phone": "+44*******958",
        "calculated": "2079460958",
    }
    async with desk(tmp_path, giving(masked)) as service:
        assert keys(await seen(service)) == []
    assert "hs_calculated" not in Presets().find("hubspot").configuration


async def test_14_more_matches_than_can_be_shown_are_offered_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    many = [{"id": n, "name": f"n{n}", "phone": CALLER} for n in range(300)]
    finds = {"facet": "identity", "path": "/find?n={number}", "fields": FIELDS}
    async with desk(tmp_path, giving(find=many), finds=finds) as service:
        told = await seen(service)
        assert told.profile.chosen is None  # offered, none guessed
        limit = service.lookups.tools.certainty.candidates_max
        assert len(told.profile.candidates) == limit
        assert "those after the first 200 are left out" in caplog.text


@pytest.mark.parametrize(("listed", "found"), [(False, []), (True, ["A"])])
async def test_15_a_custom_field_is_searched_when_it_is_listed(
    tmp_path: Path, listed: bool, found: list[str]
) -> None:
    person = {"id": "A", "name": "Ada", "phone": None, "x_direct": "020 7946 0958"}
    contacts: Keys = {"fields": {**FIELDS, "x_direct": "x_direct"}}
    if listed:
        contacts["numbers"] = ["phone", "x_direct"]
    async with desk(tmp_path, giving(person), contacts) as service:
        assert keys(await seen(service)) == found

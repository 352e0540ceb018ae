from __future__ import annotations

import logging

import msgspec
import pytest

from screenpop.domain.errors import (
    BadInput,
    Forbidden,
    NotFound,
    Overloaded,
    TimedOut,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from screenpop.web.errors import (
    BodyTooSlow,
    Fault,
    MethodNotAllowed,
    TooMany,
    Unsupported,
    answer_for,
    page,
    shown,
)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BadInput("x"), 400, "bad_input"),
        (BadInput("x", code="bad_json"), 400, "bad_json"),
        (Unauthenticated("x"), 401, "unauthenticated"),
        (Forbidden("x"), 403, "forbidden"),
        (NotFound("x"), 404, "not_found"),
        (MethodNotAllowed("PUT", ("GET",)), 405, "method_not_allowed"),
        (BodyTooSlow("x"), 408, "too_slow"),
        (TooLarge("x"), 413, "too_large"),
        (Unsupported("x"), 415, "unsupported_media_type"),
        (TooMany("x", code="too_many_logins"), 429, "too_many_logins"),
        (Overloaded("x"), 503, "overloaded"),
        (Unavailable("x"), 503, "unavailable"),
        (TimedOut("x"), 504, "timed_out"),
    ],
)
def test_each_error_has_its_status_and_code(
    error: Exception, status: int, code: str
) -> None:
    answer = answer_for(error, "id-1")
    assert (answer.status, answer.fault.code) == (status, code)
    assert msgspec.json.decode(answer.json()) == {
        "error": {
            "code": code,
            "message": str(error),
            "remedy": answer.fault.remedy,
            "request_id": "id-1",
        }
    }


def test_what_nobody_foresaw_is_logged_and_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = answer_for(RuntimeError("the secret recipe"), "id-2")
    assert answer.status == 500
    assert b"secret recipe" not in answer.json()
    assert b"id-2" in answer.json()
    assert "the secret recipe" in caplog.text
    assert "id-2" in caplog.text


def test_headers_that_clients_need_are_there() -> None:
    wait = answer_for(Overloaded("x", retry_after_s=2.2), "")
    assert dict(wait.headers) == {"Retry-After": "3"}
    methods = answer_for(MethodNotAllowed("PUT", ("GET", "POST")), "")
    assert dict(methods.headers) == {"Allow": "GET, POST"}
    who = answer_for(Unauthenticated("x"), "")
    assert dict(who.headers) == {"WWW-Authenticate": "Bearer"}


def test_a_page_for_people_carries_no_markup_from_outside() -> None:
    fault = Fault(code="x", message="<script>", remedy="a & b", request_id="1")
    assert b"&lt;script&gt;" in page(404, fault)
    assert b"<script>" not in page(404, fault)


def test_text_from_outside_is_cut_and_cleaned() -> None:
    assert shown("a\r\nb\x00é") == "a??b??"
    assert shown("x" * 100) == "x" * 39 + "~"

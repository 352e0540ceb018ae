from __future__ import annotations

import logging

import pytest

from screenpop.support.clock import FakeClock
from screenpop.support.log import Outage

log = logging.getLogger("test.outage")


def test_an_outage_is_logged_once_and_its_end_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "test.outage")
    clock = FakeClock()
    outage = Outage("source crm", log, clock)
    for _ in range(3):
        outage.failed(TimeoutError("no answer within 1500 ms"))
        clock.advance(2)
    assert outage.lasting
    outage.recovered()
    outage.recovered()
    assert not outage.lasting
    assert caplog.messages == [
        "source crm is away: no answer within 1500 ms",
        "source crm is back after 6.0 s and 3 failures",
    ]


def test_the_reason_is_that_of_the_last_failure() -> None:
    outage = Outage("the store", log)
    outage.failed("connection refused")
    outage.failed(TimeoutError())
    assert outage.text == "TimeoutError"
    outage.recovered()
    assert outage.text is None


def test_what_never_failed_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    Outage("source crm", log).recovered()
    assert caplog.messages == []


def test_a_second_outage_is_logged_again_and_counted_from_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage("the store", log, FakeClock(), level=logging.ERROR)
    outage.failed("disk full", times=5)
    outage.recovered()
    outage.failed("disk full")
    outage.recovered()
    assert caplog.messages.count("the store is away: disk full") == 2
    assert caplog.messages[-1].endswith("1 failures")
    assert caplog.records[0].levelno == logging.ERROR

"""SIGHUP ends no service: it is read again once one runs, and never before."""

from __future__ import annotations

import pytest

from screenpop.cli.serve import HungUp


def test_before_a_service_runs_it_is_ignored_with_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    HungUp()()
    assert "SIGHUP while the service starts or stops: it is ignored" in caplog.text


def test_a_running_service_reads_its_configuration_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hung_up, asked = HungUp(), list[str]()
    hung_up.reload = lambda: asked.append("again")
    hung_up()
    assert asked == ["again"]
    assert caplog.text == ""

from __future__ import annotations

import asyncio
import sys

import pytest

from screenpop.support.tasks import quick_loop


def module_of_loop() -> str:
    with quick_loop() as runner:
        return type(runner.get_loop()).__module__.partition(".")[0]


def test_uvloop_is_taken_where_it_is_installed() -> None:
    pytest.importorskip("uvloop")
    assert module_of_loop() == "uvloop"


def test_without_uvloop_the_service_runs_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert module_of_loop() == asyncio.__name__

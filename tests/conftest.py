"""How are all tests run, here and in CI?

Hypothesis sets no time limit on one example: a busy machine is no defect. In CI it
draws the same examples each time, so that a change is judged by the change; at home
it looks for new ones and keeps those that failed. `scripts/test --quick` draws fewer.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# before numpy is imported: small matrices are ten times slower on several threads
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile(
    "home",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("ci", settings.get_profile("home"), derandomize=True)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=15)
settings.load_profile("ci" if os.environ.get("CI") else "home")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Commands set up the log of their process: here the next test shares it."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pace",
        choices=("virtual", "real"),
        default="virtual",
        help="real: recordings of switches are played by the clock on the wall",
    )
    parser.addoption(
        "--every-cut",
        action="store_true",
        help="connections are cut at every hundredth byte of every recording",
    )
    parser.addoption(
        "--full-length",
        action="store_true",
        help="outages of the store last as long as the acceptance asks for",
    )

"""Is a simulation bounded, and does it choose the right line and secret?"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from screenpop.config.load import Loaded, from_text
from screenpop.demo.calls import Exchange
from screenpop.demo.centre import big_centre
from screenpop.demo.names import chance
from screenpop.demo.simulate import brisk, chosen_line, credentials_of, strangers
from screenpop.domain.errors import ConfigError

TWO_LINES = """
version: 1
lines:
  own: {dialect: generic, settings: {token: abc-token-123}}
  other: {dialect: twilio}
"""


def loaded(text: str, folder: Path) -> Loaded:
    return from_text(text, folder=folder)


@pytest.mark.parametrize("agents", [1, 30])
def test_a_simulation_ends_soon_after_the_last_arrival(agents: int) -> None:
    centre = big_centre(agents, ("sales", "support"), "+442079460100")
    exchange = Exchange(
        centre, strangers((), centre, 7), chance(7, "calls"), habits=brisk(5)
    )
    last = max(event.at_s for event in exchange.events(30))
    assert exchange.live_calls == 0
    assert last < 30 + 180


def test_the_only_generic_line_is_chosen(tmp_path: Path) -> None:
    name, line = chosen_line(loaded(TWO_LINES, tmp_path), None)
    assert name == "own"
    assert credentials_of(name, line).token == "abc-token-123"


def test_a_line_of_another_dialect_cannot_be_called_on(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match="asked for: other; with dialect generic: own"
    ):
        chosen_line(loaded(TWO_LINES, tmp_path), "other")


def test_a_signing_secret_is_preferred_to_a_token(tmp_path: Path) -> None:
    text = TWO_LINES.replace("token: abc-token-123", "token: a, signing_secret: b")
    name, line = chosen_line(loaded(text, tmp_path), "own")
    assert credentials_of(name, line).secret == "b"


def test_a_line_without_a_secret_says_what_to_set(tmp_path: Path) -> None:
    text = TWO_LINES.replace("token: abc-token-123", "")
    name, line = chosen_line(loaded(text, tmp_path), "own")
    with pytest.raises(ConfigError, match="Set one of them"):
        credentials_of(name, line)


def test_callers_have_the_numbers_given_or_withhold_them() -> None:
    centre = big_centre(2, ("sales",), "+442079460100")
    given = ("+442079460958",)
    shown = {c.shown for c in itertools.islice(strangers(given, centre, 1), 300)}
    assert "anonymous" in shown
    assert all(text == "anonymous" or "442079460958" in text for text in shown)

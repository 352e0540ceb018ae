"""The figures were computed with fractions, apart from this code, to 60 digits."""

from __future__ import annotations

import pytest

from screenpop.domain.errors import BadInput
from screenpop.planning.erlang import Load, WaitFigures, erlang_b, waiting

# calls, interval, AHT, within, agents: waits, level, mean wait, occupancy
ERLANG_C = """
100   1800  180 20 11   .682118 .389614 122.7813 .909091
100   1800  180 20 12   .449388 .640158  40.4449 .833333
100   1800  180 20 13   .285270 .795595  17.1162 .769231
100   1800  180 20 14   .174132 .888350   7.8359 .714286
200   1800  180 60 22   .567915 .708423  51.1124 .909091
200   1800  180 60 23   .415738 .847059  24.9443 .869565
360   1800  240 15 55   .238701 .845883   8.1840 .872727
1440  1800   60 20 50   .694456 .643455  20.8337 .960000
80    28800 270 20 2    .204545 .813544  44.1818 .375000
1     60     30 20 1    .500000 .641734  30.0000 .500000
1000  1800  180 20 110  .237008 .921979   4.2661 .909091
10000 1800  180 20 1010 .660521 .782561  11.8894 .990099
"""

# calls, interval, AHT, patience, agents, within:
# waits, abandons, mean wait, occupancy, level of all, level of the answered
ERLANG_A = """
100  1800 180 300 14 20  .145260 .013984  4.195123 .704297 .916792 .929794
100  1800 180 300 13 20  .225797 .024963  7.488991 .750028 .858178 .880149
1440 1800  60 120 50 20  .467774 .030912  3.709470 .930324 .943019 .973100
100  1800 180 120 10 20  .496853 .137464 16.495659 .862536 .639941 .741930
100  1800 180  60  9 20  .524905 .213224 12.793428 .874196 .627025 .796955
200  1800 180 180 18 20  .702972 .146251 26.325244 .948610 .468463 .548713
"""


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def as_printed(value: float, printed: str) -> str:
    """`value` with the digits of `printed`."""
    digits = len(printed.partition(".")[2])
    return f"{value:.{digits}f}".removeprefix("0" if printed.startswith(".") else "")


def known(load: Load, agents: int, within_s: float) -> WaitFigures:
    result = waiting(load, agents, within_s)
    assert result is not None
    return result


@pytest.mark.parametrize("row", rows(ERLANG_C), ids=" ".join)
def test_erlang_c_agrees_to_the_last_digit(row: list[str]) -> None:
    calls, interval_s, handle_s, within_s, agents = (float(x) for x in row[:5])
    load = Load(calls=calls, interval_s=interval_s, handle_s=handle_s)
    found = known(load, int(agents), within_s)
    values = found.wait_share, found.served_within, found.mean_wait_s, found.occupancy
    assert [as_printed(*x) for x in zip(values, row[5:], strict=True)] == row[5:]


@pytest.mark.parametrize("row", rows(ERLANG_A), ids=" ".join)
def test_erlang_a_agrees_to_the_last_digit(row: list[str]) -> None:
    calls, interval_s, handle_s, patience_s, agents, within_s = map(float, row[:6])
    load = Load(
        calls=calls, interval_s=interval_s, handle_s=handle_s, patience_s=patience_s
    )
    found = known(load, int(agents), within_s)
    values = (
        found.wait_share, found.abandon_share, found.mean_wait_s, found.occupancy,
        found.served_within, found.answered_within,
    )  # fmt: skip
    assert [as_printed(*x) for x in zip(values, row[6:], strict=True)] == row[6:]


@pytest.mark.parametrize("agents", [11, 13, 20])
def test_callers_of_endless_patience_make_a_the_same_as_c(agents: int) -> None:
    def load(patience_s: float | None) -> Load:
        return Load(calls=100, interval_s=1800, handle_s=180, patience_s=patience_s)

    a, c = known(load(1e8), agents, 20), known(load(None), agents, 20)
    assert a.wait_share == pytest.approx(c.wait_share, abs=1e-4)
    assert a.served_within == pytest.approx(c.served_within, abs=1e-4)
    assert a.mean_wait_s == pytest.approx(c.mean_wait_s, rel=1e-3)


def test_each_further_agent_raises_the_level() -> None:
    for patience_s in (None, 90.0):
        load = Load(calls=100, interval_s=1800, handle_s=180, patience_s=patience_s)
        levels = [known(load, agents, 20).served_within for agents in range(11, 30)]
        assert levels == sorted(levels)
        assert len(set(levels)) == len(levels)


def test_more_load_than_agents_has_no_steady_state_without_impatience() -> None:
    assert waiting(Load(calls=100, interval_s=1800, handle_s=180), 10, 20) is None


def test_no_agents_answer_nobody() -> None:
    load = Load(calls=100, interval_s=1800, handle_s=180, patience_s=60)
    found = known(load, 0, 20)
    assert found.abandon_share == pytest.approx(1)
    assert found.served_within == 0


def test_nobody_waits_where_nobody_calls() -> None:
    found = known(Load(calls=0, interval_s=1800, handle_s=180), 0, 20)
    assert (found.mean_wait_s, found.served_within) == (0, 1)


def test_erlang_b_of_one_agent_is_the_share_of_time_busy() -> None:
    assert erlang_b(3, 1) == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (Load(calls=-1, interval_s=1800, handle_s=180), "calls: must be 0 or more"),
        (Load(calls=1, interval_s=0, handle_s=180), "interval_s: must be greater"),
        (Load(calls=1, interval_s=1, handle_s=1, patience_s=0), "patience_s: must be"),
    ],
)
def test_impossible_numbers_are_named(load: Load, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        waiting(load, 3, 20)

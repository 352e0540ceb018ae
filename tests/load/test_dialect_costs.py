"""The table of decoding costs leaves no dialect out."""

from __future__ import annotations

from load.dialects import costs

from screenpop.intake.dialect import dialect_names


def test_every_dialect_is_measured_and_the_worst_comes_first() -> None:
    measured = costs(repeats=1)
    assert {cost.dialect for cost in measured} == set(dialect_names())
    medians = [cost.median_us for cost in measured]
    assert medians == sorted(medians, reverse=True)
    assert all(cost.requests and cost.median_us > 0 for cost in measured)

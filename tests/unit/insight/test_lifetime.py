"""Are the published parameters found again?

The CDNOW data come with the package `lifetimes`, which is not a dependency. Its files
are read, its code is not imported.
"""

from __future__ import annotations

import csv
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from screenpop.insight.lifetime import (
    AmountModel,
    PurchaseModel,
    active,
    expected_amount,
    expected_purchases,
    fit_amounts,
    fit_purchases,
)
from screenpop.insight.orders import Floats


def cdnow() -> Floats:
    """(2357, 3) repeat purchases, last purchase and age in weeks."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        missing = "the CDNOW data of the package lifetimes: run scripts/setup dev"
        assert not os.environ.get("CI"), f"CI needs {missing}"
        pytest.skip(f"needs {missing}")
    file = Path(found.origin).parent / "datasets" / "cdnow_customers_summary.csv"
    with file.open(newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    return np.asarray([[float(value) for value in row[1:4]] for row in rows])


def test_bg_nbd_finds_the_published_parameters_of_cdnow() -> None:
    rows = cdnow()
    assert len(rows) == 2_357
    model = fit_purchases(*rows.T)
    found = (model.r, model.alpha, model.a, model.b)
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426), rel=0.01)


def test_the_papers_example_customer_is_expected_to_buy_1_226_times() -> None:
    """Two repeat purchases, the last in week 30.43, observed 38.86 weeks."""
    model = PurchaseModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    found = expected_purchases(
        model, np.asarray([2.0]), np.asarray([30.43]), np.asarray([38.86]), 39
    )
    assert found.tolist() == pytest.approx([1.226], abs=0.001)


def simulated(count: int = 20_000) -> tuple[Floats, Floats, Floats, Floats]:
    """Frequency, recency, age (60) and purchases of the next 60 units."""
    chance = np.random.default_rng(7)
    rate = chance.gamma(1.2, 1 / 10, count)
    leaves = chance.beta(1.5, 6.0, count)
    x, t_x, later = np.zeros(count), np.zeros(count), np.zeros(count)
    for n in range(count):
        time, is_there = 0.0, chance.random() >= leaves[n]
        while is_there:
            time += chance.exponential(1 / rate[n])
            if time > 120:
                break
            if time <= 60:
                x[n], t_x[n] = x[n] + 1, time
            else:
                later[n] += 1
            is_there = chance.random() >= leaves[n]
    return x, t_x, np.full(count, 60.0), later


def test_expected_purchases_are_those_that_followed() -> None:
    """Of customers who bought again at least once."""
    x, t_x, age, later = simulated()
    x, t_x, age, later = (column[x > 0] for column in (x, t_x, age, later))
    model = fit_purchases(x, t_x, age)
    expected = expected_purchases(model, x, t_x, age, 60)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.15)
    frequent = x > np.quantile(x, 0.9)
    assert expected[frequent].mean() == pytest.approx(later[frequent].mean(), rel=0.15)
    still = active(model, x, t_x, age)
    assert later[still > 0.9].mean() > 3 * later[still < 0.3].mean()


def test_gamma_gamma_finds_its_parameters_again() -> None:
    chance = np.random.default_rng(3)
    p, q, v = 6.25, 3.74, 15.44
    x = chance.integers(1, 20, 40_000).astype(np.float64)
    rate = chance.gamma(q, 1 / v, len(x))
    mean = chance.gamma(p * x, 1 / rate) / x
    model = fit_amounts(x, mean)
    assert (model.p, model.q, model.v) == pytest.approx((p, q, v), rel=0.06)


def test_an_amount_is_drawn_to_the_mean_of_all() -> None:
    model = AmountModel(p=6.25, q=3.74, v=15.44)
    everyone = 6.25 * 15.44 / 2.74
    few, many, none = expected_amount(
        model, np.asarray([1.0, 50.0, 3.0]), np.asarray([100.0, 100.0, np.nan])
    )
    assert none == pytest.approx(everyone)
    assert everyone < few < many < 100

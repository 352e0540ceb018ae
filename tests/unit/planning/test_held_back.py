"""Bands from weeks held back."""

from __future__ import annotations

import numpy as np

from screenpop.planning.held_back import HeldBack, calibrated


def test_a_week_of_which_only_a_closed_day_was_held_back_has_a_band() -> None:
    """A plan of eight days, whose eighth day is always a closed Sunday."""
    rng = np.random.default_rng(3)
    planned = np.tile(np.where(np.arange(8) < 6, 10.0, 0.0), 4)[:, None] * np.ones(4)
    came = rng.poisson(planned).astype(float)
    came[7, 1] = 1.0  # one call came on a closed day
    held = HeldBack(
        planned=planned,
        came=came,
        days_ahead=np.tile(np.arange(8), 4),
        origin=np.repeat(np.arange(4), 8),
    )
    low, high = calibrated(held).around(np.full((8, 4), 2.0), np.arange(8))
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
    assert (high >= 2).all()

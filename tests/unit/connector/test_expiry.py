"""When is a key or a certificate to be renewed, and when is that urgent?"""

from __future__ import annotations

import pytest

from screenpop.connector.expiry import DAY_US, Expiry, ExpiryState

NOW_US = 1_000 * DAY_US


@pytest.mark.parametrize(
    ("life_days", "left_days", "state"),
    [
        (None, 14, "good"),
        (None, 13.9, "warning"),
        (None, 3.9, "critical"),
        (365, 14.5, "good"),
        (365, 13, "warning"),
        (90, 30, "good"),  # an ACME client renews it about now
        (90, 13, "warning"),
        (90, 3, "critical"),
        (47, 12, "good"),
        (47, 11, "warning"),
        (7, 6.9, "good"),
        (7, 2.4, "good"),
        (7, 1.7, "warning"),
        (7, 0.5, "critical"),
        (1, 0.3, "good"),
        (1, 0.2, "warning"),
        (1, -0.1, "critical"),
    ],
)
def test_a_certificate_is_judged_by_its_days_and_by_the_share_of_its_life(
    life_days: float | None, left_days: float, state: ExpiryState
) -> None:
    life_us = None if life_days is None else round(life_days * DAY_US)
    ends_us = NOW_US + round(left_days * DAY_US)
    expiry = Expiry("the certificate", ends_us, "server_certificate", life_us)
    assert expiry.state(NOW_US) == state
    assert (expiry.warning(NOW_US) is None) is (state == "good")


def test_what_has_ended_is_said_so() -> None:
    expiry = Expiry("its key", NOW_US - 1)
    assert expiry.warning(NOW_US) == "its key has expired"

"""Which parameters may a lookup ask for?"""

import pytest

from screenpop.connector.base import PARAMETERS, checked
from screenpop.domain.errors import ConfigError


@pytest.mark.parametrize("name", [*PARAMETERS, "ivr.account", "customer.key", "a.B_1"])
def test_parameters_of_calls_and_of_the_families_pass(name: str) -> None:
    assert checked(name) == name


def test_a_misspelt_parameter_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"numbr\. Did you mean number\?"):
        checked("numbr")


@pytest.mark.parametrize("name", ["", "colour", "ivr.", ".x", "a.b.c", "a b.c", "7.x"])
def test_what_nothing_can_give_a_value_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"LOOKUP\.COLUMN"):
        checked(name)

from __future__ import annotations

import pytest
from pydantic import ValidationError

from screenpop.config.model import Configuration
from screenpop.config.teams import TEAMS_MAX, members

NORTH = {"label": "North", "members": ["Ana", "ben"]}


def test_members_are_found_by_the_one_spelling_of_their_names() -> None:
    config = Configuration.model_validate({"teams": {"north": NORTH}})
    assert members(config.teams) == {"ana": "north", "ben": "north"}
    assert members({}) == {}


def test_who_is_in_two_teams_is_named() -> None:
    teams = {"north": NORTH, "south": {"label": "South", "members": ["ANA"]}}
    with pytest.raises(ValidationError, match="'ANA' is in north and in south"):
        Configuration.model_validate({"teams": teams})
    twice = {"north": {"label": "North", "members": ["ana", "ana"]}}
    assert Configuration.model_validate({"teams": twice}).teams


def test_there_are_no_more_teams_than_a_board_can_show() -> None:
    many = {f"t{n}": {"label": "T"} for n in range(TEAMS_MAX + 1)}
    with pytest.raises(ValidationError, match="at most 200"):
        Configuration.model_validate({"teams": many})

from __future__ import annotations

import pytest
from pydantic import ValidationError

from screenpop.config.model import LineSettings
from screenpop.config.recall import RecallOptions


@pytest.mark.parametrize(
    "url",
    [
        "https://pbx.example.net/dial?to={number}",
        "sip:{digits}@pbx.example.net",
        "callto:{number}",
    ],
)
def test_a_url_with_the_number_makes_a_line_call(url: str) -> None:
    assert LineSettings(click_to_call=url).click_to_call == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("pbx.example.net/{number}", "must be a URL"),
        ("javascript:alert({number})", "must be a URL"),
        ("JavaScript:alert({number})", "must be a URL"),
        ("data:text/html,{number}", "must be a URL"),
        ("https://pbx.example.net/dial", "must contain"),
        ("https://pbx.example.net/{number}/{queue}", "is not one of"),
    ],
)
def test_a_url_that_cannot_call_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        LineSettings(click_to_call=url)


@pytest.mark.parametrize(
    "hours",
    [{"mon": ["18:00-08:00"]}, {"mon": ["8 to 6"]}, {"monday": ["08:00-18:00"]}],
)
def test_opening_hours_that_cannot_be_read_are_refused(
    hours: dict[str, list[str]],
) -> None:
    with pytest.raises(ValidationError):
        RecallOptions.model_validate({"opening_hours": hours})


def test_columns_are_named_by_their_facet() -> None:
    assert RecallOptions.model_validate({"money": ["balance.open"]})
    with pytest.raises(ValidationError):
        RecallOptions.model_validate({"money": ["balance"]})

"""Which slashes join an area code to the rest of its number?"""

from __future__ import annotations

import pytest

from screenpop.support.number_plan import area_joins, with_areas_joined


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("030/23125019", "030 23125019"),
        ("030 / 23125019 / 0172 / 3456780", "030 23125019 / 0172 3456780"),
        ("Tel. (030)/23125019, 0172/3456780", "Tel. (030) 23125019, 0172 3456780"),
        ("030/23125019 0172/3456780", "030 23125019 \n0172 3456780"),
    ],
)
def test_a_blank_stands_for_a_slash_behind_an_area_code(text: str, joined: str) -> None:
    assert with_areas_joined(text, "DE") == joined


@pytest.mark.parametrize(
    "text",
    [
        "030 12345-10/11",
        "030 2312 050/051",
        "0711 28 42 222/12",
        "0172 3456780 / 030 23125019",
        "0171 392 0099/3920100",
        "0171 3920099 (seit 02/2019)",
        "Haus 12, 0171 3920099",
    ],
)
def test_other_slashes_and_commas_stay(text: str) -> None:
    assert with_areas_joined(text, "DE") == text


def test_an_area_code_of_six_digits_is_not_a_number_of_its_own() -> None:
    assert area_joins("036452", "123456", "DE")
    assert not area_joins("030123456", "123456", "DE")

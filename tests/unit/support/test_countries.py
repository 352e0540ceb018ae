"""Which country does a cell name, and what if it names none?"""

from __future__ import annotations

import pytest

from screenpop.support.countries import country_beside, country_code
from screenpop.support.number_plan import TERRITORIES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"), ("UK", "GB"), (" Norway  ", "NO"), ("de", "DE"), ("?", None),
        ("FRA", "FR"), ("AUT", "AT"), ("deu", "DE"), ("GBR", "GB"), ("XKX", "XK"),
        ("276", "DE"), ("040", "AT"), ("+44", "GB"), ("+1", "US"), ("EL", "GR"),
        ("Deutschland", "DE"), ("DEUTSCHLAND", "DE"), ("Österreich", "AT"),
        ("OESTERREICH", "AT"), ("Osterreich", "AT"), ("España", "ES"), ("ESPANA", "ES"),
        ("日本", "JP"), ("Frankreich", "FR"), ("Italie", "IT"), ("Россия", "RU"),
        ("Ελλάδα", "GR"), ("مصر", "EG"), ("भारत", "IN"),
        ("대한민국", "KR"), ("中国", "CN"),
        ("Schweiz", "CH"), ("Suisse", "CH"), ("Magyarország", "HU"), ("Türkiye", "TR"),
        ("U.S.A.", "US"), ("United States of America", "US"), ("The Netherlands", "NL"),
        ("Holland", "NL"), ("Great Britain", "GB"), ("Côte d’Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"), ("Korea, Republic of", "KR"), ("Czechia", "CZ"),
        ("DE - Germany", "DE"), ("Austria (AT)", "AT"), ("Wien, Austria", "AT"),
        ("CH-Schweiz", "CH"), ("D", "DE"), ("\u00a0Spain\u00a0", "ES"),
        ("Georgia, US", None), ("Narnia", None), ("", None), ("GER", None),
        ("x" * 5000, None), ("+999", None), ("+²", None), ("49", None),
    ],
)  # fmt: skip
def test_countries_are_read_by_code_and_by_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_every_country_is_known_by_its_codes_and_its_name() -> None:
    for code, name in TERRITORIES.items():
        assert country_code(code) == country_code(name) == code


def test_only_an_empty_cell_takes_the_country_of_the_house() -> None:
    assert country_beside("", "GB") == ("GB", None)
    assert country_beside(None, "GB") == ("GB", None)
    assert country_beside(" - ", "GB") == ("GB", None)
    assert country_beside("n/a", "GB") == ("GB", None)
    assert country_beside("FRA", "GB") == ("FR", None)
    assert country_beside("Narnia", "GB") == (None, "Narnia")

"""Which addresses may a button of the desk have?"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from screenpop.config.desk import ButtonSettings, DeskSettings, names_in, scheme_of


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("javascript:alert(1)", "must be a URL"),
        ("JavaScript:alert({number})", "must be a URL"),
        ("/{number}", "must be a URL"),
        ("//crm.example/{number}", "must be a URL"),
        ("https://{customer.key}.example/", "must have a host"),
        ("https://me:pass@crm.example/", "must have a host"),
        ("https://crm.example/{number", "without its partner"),
        ("https://crm.example/{nonsense}", "{nonsense} is not one of"),
        ("https://crm.example/" + "a" * 2_000, "at most 2000"),
    ],
)
def test_an_address_that_could_harm_is_refused(url: str, problem: str) -> None:
    with pytest.raises(ValidationError) as raised:
        ButtonSettings(label="CRM", url=url)
    assert problem in str(raised.value)


def test_an_address_is_read_as_it_is_written() -> None:
    url = "SAP:c/{customer.key}?o={balance.open}&n={note}"
    assert ButtonSettings(label="CRM", url=url).url == url
    assert scheme_of(url) == "sap"
    assert names_in(url) == ["customer.key", "balance.open", "note"]


@pytest.mark.parametrize("scheme", ["javascript", "data", "file", "blob"])
def test_a_scheme_that_is_a_program_cannot_be_allowed(scheme: str) -> None:
    with pytest.raises(ValidationError, match="never opened from a page"):
        DeskSettings(schemes=(scheme,))


def test_there_are_at_most_twenty_buttons() -> None:
    button = ButtonSettings(label="CRM", url="https://crm.example/")
    assert len(DeskSettings(buttons=(button,) * 20).buttons) == 20
    with pytest.raises(ValidationError, match="at most 20"):
        DeskSettings(buttons=(button,) * 21)

"""Do the index cards know customers, and do some disagree with the ERP?"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import phonenumbers

from screenpop.demo.company import Company
from screenpop.demo.erp import COLUMNS, cards, write_cards

TODAY = date(2026, 11, 21)


def test_a_card_s_number_is_its_customer_s(company: Company) -> None:
    by_account = company.by_account()
    for card in cards(company):
        parsed = phonenumbers.parse(card.phone, card.country)
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert e164 == by_account[card.account].numbers[0]


def test_some_cards_disagree_with_the_erp_about_the_name(company: Company) -> None:
    by_account = company.by_account()
    found = cards(company)
    differing = [c for c in found if c.name != by_account[c.account].name]
    assert 0.03 * len(found) < len(differing) < 0.2 * len(found)


def test_an_account_can_be_given_a_card_with_a_conflict(company: Company) -> None:
    without = {c.account for c in company.customers} - {
        c.account for c in cards(company)
    }
    sharing = company.customers_by_number()
    alone = {v[0].account for n, v in sharing.items() if len(v) == 1}
    numbered = {c.account for c in company.customers if c.numbers}
    account = min(without & alone & numbered)
    assert account in {c.account for c in cards(company, always=(account,))}


def test_the_file_reads_back_as_a_spreadsheet_would(
    company: Company, tmp_path: Path
) -> None:
    found = cards(company)
    write_cards(found, tmp_path / "cards.csv")
    with (tmp_path / "cards.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    assert [r["Name"] for r in rows] == [c.name for c in found]

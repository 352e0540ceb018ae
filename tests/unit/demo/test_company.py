"""Is the demo company repeatable, fast to make, and as untidy as real ones?"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from datetime import date

import phonenumbers
import pytest

from screenpop.demo.catalogue import PRODUCTS, family_of
from screenpop.demo.company import Company, found_company
from screenpop.demo.numbers import BLOCKS, NBSP, WRITINGS, NumberPool

TODAY = date(2026, 11, 21)


def test_the_same_seed_and_day_give_the_same_company(company: Company) -> None:
    assert found_company(7, TODAY) == company


def test_another_seed_gives_another_company(company: Company) -> None:
    other = found_company(8, TODAY)
    assert {c.account for c in other.customers} != {
        c.account for c in company.customers
    }


def test_it_is_made_within_five_seconds_of_processor_time() -> None:
    started = time.process_time()
    found_company(9, TODAY)
    assert time.process_time() - started < 5


def test_it_has_two_thousand_customers_in_five_countries(company: Company) -> None:
    countries = Counter(c.country for c in company.customers)
    assert len(company.customers) >= 2000
    assert set(countries) == {"GB", "DE", "FR", "US", "SE"}
    assert min(countries.values()) >= 150


@pytest.mark.parametrize("country", sorted(WRITINGS))
def test_every_writing_means_the_number_it_was_made_from(country: str) -> None:
    pool = NumberPool(country, random.Random(1))
    for writing in WRITINGS[country]:
        for at in range(30):
            number, _ = pool.take(mobile=at % 3 == 0)
            parsed = phonenumbers.parse(writing(number), country)
            shown = phonenumbers.format_number(
                parsed, phonenumbers.PhoneNumberFormat.E164
            )
            assert shown == number.e164, writing(number)
            assert phonenumbers.is_possible_number(parsed)


def test_only_numbers_set_aside_for_fiction_occur(company: Company) -> None:
    allowed = {
        block.number(country, index).e164
        for country, blocks in BLOCKS.items()
        for block in blocks
        for index in range(block.first, block.first + block.count)
    }
    assert set(company.customers_by_number()) <= allowed


def test_numbers_are_typed_untidily(company: Company) -> None:
    phones = [c.phone for c in company.customers]
    for needle in ("/", "(0)", ".", "00", NBSP, "Durchwahl", "ext", " / ", "; "):
        assert any(needle in phone for phone in phones), needle
    assert any(phone == "" for phone in phones)


def test_some_numbers_belong_to_several_customers(company: Company) -> None:
    sharing = [v for v in company.customers_by_number().values() if len(v) > 1]
    assert any(all(c.trade for c in group) for group in sharing)
    households = [g for g in sharing if not any(c.trade for c in g)]
    assert households
    for group in households:
        assert len({c.name.split(" ", 1)[-1] for c in group}) == 1


def test_names_are_right_to_left_and_very_long_and_accented(company: Company) -> None:
    names = [c.name for c in company.customers]
    assert any("\u0590" <= name[0] <= "\u06ff" for name in names)
    assert max(map(len, names)) > 120
    assert any("ß" in name for name in names)
    assert not any("\0" in name for name in names)


def test_invoices_are_open_overdue_paid_and_paid_in_part(company: Company) -> None:
    today = TODAY.toordinal()
    kinds: Counter[str] = Counter()
    for invoice in company.invoices:
        assert 0 <= invoice.open_cents <= invoice.gross_cents
        assert all(p.day <= today for p in invoice.payments)
        if not invoice.open_cents:
            kinds["paid"] += 1
        elif invoice.payments:
            kinds["part"] += 1
        else:
            kinds["overdue" if invoice.due < today else "open"] += 1
    assert min(kinds[k] for k in ("paid", "part", "overdue", "open")) > 20
    assert kinds["overdue"] < len(company.invoices) / 10


def test_orders_reach_over_two_years_up_to_today(company: Company) -> None:
    days = [order.day for order in company.orders]
    assert max(days) <= TODAY.toordinal()
    assert max(days) >= TODAY.toordinal() - 1
    assert 700 < max(days) - min(days) <= 760
    assert days == sorted(days)


def test_customers_buy_the_same_things_again_and_again(company: Company) -> None:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order in company.orders:
        counts[order.account].update(line.sku for line in order.lines)
    busy = [c for c in counts.values() if c.total() > 40]
    share = sum(sum(n for _, n in c.most_common(6)) / c.total() for c in busy)
    assert share / len(busy) > 0.6


def test_a_rotor_is_bought_with_pads_far_more_often_than_by_chance(
    company: Company,
) -> None:
    baskets = [{family_of(x.sku) for x in o.lines} for o in company.orders]
    rotors = [b for b in baskets if "ROT" in b]
    pads = sum("BRK" in b for b in baskets) / len(baskets)
    assert sum("BRK" in b for b in rotors) / len(rotors) > 1.5 * pads


def test_lights_sell_in_autumn(company: Company) -> None:
    sold: Counter[int] = Counter()
    for order in company.orders:
        month = date.fromordinal(order.day).month
        sold[month] += sum(family_of(x.sku) == "LGT" for x in order.lines)
    orders = Counter(date.fromordinal(o.day).month for o in company.orders)
    autumn = sum(sold[m] for m in (10, 11)) / sum(orders[m] for m in (10, 11))
    spring = sum(sold[m] for m in (4, 5)) / sum(orders[m] for m in (4, 5))
    assert autumn > spring


def test_lapsed_customers_bought_nothing_lately(company: Company) -> None:
    last: dict[str, int] = {o.account: o.day for o in company.orders}
    lapsed = [c for c in company.customers if c.habits.lapsed_days_ago]
    assert len(lapsed) > 100
    for customer in lapsed:
        gone = TODAY.toordinal() - (customer.habits.lapsed_days_ago or 0)
        assert last.get(customer.account, 0) <= gone


def test_some_products_are_out_of_stock_and_say_when_more_comes(
    company: Company,
) -> None:
    gone = [s for s in company.stock if not s.on_hand]
    assert 0 < len(gone) < len(PRODUCTS) / 4
    assert all(s.next_delivery for s in gone)

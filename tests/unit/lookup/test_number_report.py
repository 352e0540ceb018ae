"""Which numbers are shared, unreadable or in two sources, as counted in the files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from screenpop.connector import ContactRecord, ContactsReading
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.number_report import (
    IndexReport,
    SourceNumbers,
    kept_counts,
    report_of,
)

HOME = "020 7946 0958"


def contact(key: str, *numbers: str, company: str | None = None) -> ContactRecord:
    return ContactRecord(
        key=key, numbers=numbers, name=f"C {key}", company=company, country="GB"
    )


def read(folder: Path, **sources: list[ContactRecord]) -> IndexReport:
    index = NumberIndex("GB", folder)
    for rank, (name, contacts) in enumerate(sources.items()):
        loading = index.begin(name, rank)
        loading.add(contacts)
        loading.finish(None, 1_000_000, ContactsReading(rows=len(contacts)))
    index.close()
    return report_of({name: folder / f"{name}.sqlite" for name in sources})


def one(folder: Path, *contacts: ContactRecord) -> SourceNumbers:
    [source] = read(folder, erp=list(contacts)).sources
    return source


def test_a_household_shares_its_number(tmp_path: Path) -> None:
    found = one(
        tmp_path, contact("1", HOME), contact("2", HOME), contact("3", "07700 900123")
    )
    assert (found.contacts, found.numbers.exact, found.numbers.shared) == (3, 2, 1)
    [shared] = found.numbers.most_shared
    assert (shared.customers, shared.of, shared.keys) == (2, "several", ("1", "2"))
    assert shared.number == "+442…958"


@pytest.mark.parametrize("written", ["020 7946 0958 ext. 12", "020 7946 095-0"])
def test_a_number_with_extensions_is_a_main_number(
    tmp_path: Path, written: str
) -> None:
    number = "020 7946 0950" if written.endswith("-0") else HOME
    found = one(tmp_path, contact("1", written), contact("2", number))
    assert found.numbers.shared_main == 1
    assert found.numbers.most_shared[0].of == "main number"


def test_colleagues_share_the_number_of_their_company(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        contact("1", HOME, company="Acme"),
        contact("2", HOME, company="Acme"),
    )
    assert found.numbers.most_shared[0].of == "company"
    assert found.numbers.shared_main == 0


def test_one_customer_in_two_rows_shares_with_nobody(tmp_path: Path) -> None:
    found = one(tmp_path, contact("1", HOME, "07700 900123"), contact("1", HOME))
    assert found.numbers.shared == 0


def test_what_cannot_be_read_is_counted_with_its_customer(tmp_path: Path) -> None:
    found = one(tmp_path, contact("1", HOME, "4.42079E+11"), contact("2", "see notes"))
    assert found.unreadable == {
        "digits were lost (scientific notation)": 1,
        "holds no number": 1,
    }
    assert any("customer 2" in sentence for sentence in found.examples)


def test_ways_to_be_found_are_counted_apart(tmp_path: Path) -> None:
    found = one(
        tmp_path, contact("1", "(171) 555-7788"), contact("2", "020 7946 095-0")
    )
    assert found.numbers.main_numbers == 1
    assert found.numbers.by_last_digits == 1


def test_a_number_in_two_sources_is_a_collision(tmp_path: Path) -> None:
    report = read(
        tmp_path,
        crm=[contact("c1", HOME), contact("c2", "07700 900123")],
        erp=[contact("e1", HOME), contact("e2", "07700 900124"), contact("e3", HOME)],
        other=[contact("o1", "07700 900125")],
    )
    [collision] = report.collisions
    assert (collision.sources, collision.numbers) == (("crm", "erp"), 1)
    assert collision.examples[0].keys == ("crm:c1", "erp:e1", "erp:e3")


def test_no_whole_number_is_in_the_report(tmp_path: Path) -> None:
    contacts = [contact("1", HOME, "+49 30 1234567890123456"), contact("2", HOME)]
    report = read(tmp_path, crm=contacts, erp=contacts)
    text = msgspec.json.encode(report).decode()
    assert "+442…958" in text
    for digits in ("79460958", "1234567890123456", "442079460958"):
        assert digits not in text


def test_a_source_without_a_usable_file_says_why(tmp_path: Path) -> None:
    (tmp_path / "junk.sqlite").write_bytes(b"no database" * 500)
    theirs = sqlite3.connect(tmp_path / "theirs.sqlite")
    theirs.execute("CREATE TABLE a (b)")
    theirs.close()
    names = ("missing", "junk", "theirs")
    report = report_of({name: tmp_path / f"{name}.sqlite" for name in names})
    assert report.sources == ()
    assert "not read yet" in report.problems["missing"]
    assert "not a database" in report.problems["junk"]
    assert "another program" in report.problems["theirs"]
    assert not (tmp_path / "missing.sqlite").exists()


def test_it_is_read_while_the_service_writes(tmp_path: Path) -> None:
    index = NumberIndex("GB", tmp_path)
    index.load("erp", 0, [contact("1", HOME)])
    loading = index.begin("erp", 0)
    loading.add([contact("2", HOME)])
    [source] = report_of({"erp": tmp_path / "erp.sqlite"}).sources
    assert source.contacts == 1
    loading.finish()
    [source] = report_of({"erp": tmp_path / "erp.sqlite"}).sources
    assert source.numbers.exact == 1
    index.close()


def test_counts_are_kept_with_the_reading_of_everything(tmp_path: Path) -> None:
    read(tmp_path, erp=[contact("1", HOME), contact("2", HOME)])
    index = NumberIndex("GB", tmp_path)
    index.open(["erp"])
    counts = kept_counts(index.about("erp").counts)
    assert counts is not None
    assert (counts.exact, counts.shared) == (1, 1)
    assert kept_counts("{}") is not None
    assert kept_counts(None) is None
    index.close()

"""What the number index keeps over a restart, and what readers see meanwhile."""

from __future__ import annotations

import gc
import logging
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from screenpop.connector import ContactRecord
from screenpop.domain.errors import Unavailable
from screenpop.lookup import number_file, number_filing
from screenpop.lookup.number_index import NumberIndex

NUMBER = "+442079460958"


def customer(key: str, number: str = NUMBER, **more: object) -> ContactRecord:
    return ContactRecord(key=key, numbers=(number,), name=f"Customer {key}", **more)  # type: ignore[arg-type]


def many(count: int, first: int = 0) -> list[ContactRecord]:
    return [customer(f"c{n}", f"+44207{n:07}") for n in range(first, first + count)]


def keys(index: NumberIndex, number: str = NUMBER) -> list[str]:
    return [each.candidate.ref.key for each in index.find(number, "GB")]


def opened(folder: Path, *sources: str) -> NumberIndex:
    index = NumberIndex("GB", folder)
    index.open(sources or ("erp",))
    return index


def test_customers_are_known_at_once_after_a_restart(tmp_path: Path) -> None:
    before = opened(tmp_path)
    before.load("erp", 0, [customer("7", fields={"segment": "gold", "rank": 3})])
    before.close()
    after = opened(tmp_path)
    [found] = after.find(NUMBER, "GB")
    assert found.candidate.fields == {"segment": "gold", "rank": 3}
    assert after.sizes() == {"erp": 1}
    assert after.is_whole("erp")


def test_what_was_read_in_part_is_found_but_not_taken_for_all(tmp_path: Path) -> None:
    index = opened(tmp_path)
    loading = index.begin("erp", 0)
    loading.add([customer("7"), *many(10)])
    assert keys(index) == []
    loading.add(many(number_filing.FIRST_COMMIT, first=10))
    assert keys(index) == ["7"]  # while the source is still being read
    loading.abandon()
    index.close()
    again = opened(tmp_path)
    assert keys(again) == ["7"]
    assert not again.is_whole("erp")


def test_a_later_reading_becomes_visible_at_once_and_whole() -> None:
    index = NumberIndex("GB")
    index.load("erp", 0, [customer("7"), customer("8", "+442079460000")])
    loading = index.begin("erp", 0)
    loading.add([customer("9"), *many(3 * number_filing.FIRST_COMMIT)])
    assert keys(index) == ["7"]
    assert keys(index, "+442079460000") == ["8"]
    loading.finish()
    assert keys(index) == ["9"]
    assert keys(index, "+442079460000") == []


def test_a_source_that_fails_in_the_middle_changes_nothing() -> None:
    def failing() -> Iterator[ContactRecord]:
        yield customer("9")
        raise Unavailable("the database is gone")

    index = NumberIndex("GB")
    index.load("erp", 0, [customer("7")])
    with pytest.raises(Unavailable, match="the database is gone"):
        index.load("erp", 0, failing())
    assert keys(index) == ["7"]
    assert index.load("erp", 0, [customer("9")]) == 1
    assert keys(index) == ["9"]


def test_a_changed_customer_is_found_once_with_the_new_values() -> None:
    index = NumberIndex("GB")
    index.load("erp", 0, [customer("7", fields={"segment": "silver"})])
    index.load("erp", 0, [customer("7", fields={"segment": "gold"})])
    [found] = index.find(NUMBER, "GB")
    assert found.candidate.fields == {"segment": "gold"}
    assert len(index) == 1


@pytest.mark.slow
def test_finding_while_sources_are_read_never_fails() -> None:
    """The first reading of each source used to change a mapping that was read."""
    index = NumberIndex("GB")
    index.load("erp", 0, [customer("7")])
    failures: list[BaseException] = []
    done = threading.Event()

    def read_sources() -> None:
        for n in range(40):
            index.load(f"s{n}", n + 1, [customer(f"x{n}", "+442079460001")])
        for n in range(40):
            index.drop(f"s{n}")
        done.set()

    def find() -> None:
        try:
            while not done.is_set():
                assert keys(index)[0] == "7"
                index.sizes()
                len(index)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=find) for _ in range(2)]
    threads.append(threading.Thread(target=read_sources))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert index.sizes() == {"erp": 1}


@pytest.mark.slow
def test_a_full_collection_has_nothing_to_walk() -> None:
    index = NumberIndex("GB")
    gc.collect()
    before = len(gc.get_objects())
    index.load("erp", 0, many(5_000))
    gc.collect()
    assert len(gc.get_objects()) - before < 500
    assert keys(index, "+442070004999") == ["c4999"]


def notes(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [x.message for x in caplog.records if x.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("junk", "noted"), [(b"no database at all", 1), (b"", 0), (b"SQLite format 3\0", 1)]
)
def test_a_damaged_file_is_made_again_with_a_note(
    tmp_path: Path, junk: bytes, noted: int, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "erp.sqlite").write_bytes(junk)
    index = opened(tmp_path)
    assert keys(index) == []
    index.load("erp", 0, [customer("7")])
    assert keys(index) == ["7"]
    told = notes(caplog)
    assert len(told) == noted
    assert all("erp.sqlite is damaged" in x and "made again" in x for x in told)


def test_a_database_of_another_program_is_moved_not_deleted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = sqlite3.connect(tmp_path / "erp.sqlite")
    theirs.execute("CREATE TABLE accounts AS SELECT 7 AS id")
    theirs.commit()
    theirs.close()
    index = opened(tmp_path)
    index.load("erp", 0, [customer("7")])
    assert keys(index) == ["7"]
    [told] = notes(caplog)
    assert "another program; it is moved to erp.sqlite.foreign" in told
    kept = sqlite3.connect(tmp_path / "erp.sqlite.foreign")
    assert kept.execute("SELECT id FROM accounts").fetchall() == [(7,)]
    kept.close()


@pytest.mark.slow
def test_damage_that_shows_later_costs_the_answer_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = opened(tmp_path)
    index.load("erp", 0, many(2_000))
    index.close()
    path = tmp_path / "erp.sqlite"
    whole = path.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:half] + bytes(len(whole) - half))
    caplog.set_level(logging.WARNING)
    index = opened(tmp_path)
    for n in range(0, 2_000, 7):
        assert keys(index, f"+44207{n:07}") in ([], [f"c{n}"])
    index.load("erp", 0, many(2_000))  # made again
    assert keys(index, "+442070001999") == ["c1999"]
    [told] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert "number index" in told.message
    assert "malformed" in told.message


def test_a_file_of_another_format_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = opened(tmp_path)
    index.load("erp", 0, [customer("7")])
    index.close()
    other = sqlite3.connect(tmp_path / "erp.sqlite")
    other.execute("PRAGMA user_version = 999")
    other.close()
    assert keys(opened(tmp_path)) == []
    assert "has format 999" in notes(caplog)[0]


def test_files_of_sources_that_left_the_configuration_go(tmp_path: Path) -> None:
    index = opened(tmp_path, "erp", "old")
    index.load("old", 1, [customer("7")])
    index.close()
    assert list(tmp_path.iterdir())
    opened(tmp_path, "erp").close()
    assert [path.name for path in tmp_path.iterdir()] == []


def test_only_the_service_may_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "numbers"
    index = NumberIndex("GB", folder)
    index.load("erp", 0, [customer("7")])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(x.stat().st_mode) for x in folder.iterdir()} == {0o600}


def test_sources_answer_in_their_order(tmp_path: Path) -> None:
    index = opened(tmp_path, "crm", "erp")
    index.load("erp", 1, [customer("e")])
    index.load("crm", 0, [customer("c")])
    assert keys(index) == ["c", "e"]
    index.close()
    assert keys(opened(tmp_path, "crm", "erp")) == ["c", "e"]


def test_a_number_shared_by_thousands_costs_no_more_than_its_limit() -> None:
    index = NumberIndex("GB")
    index.load("erp", 0, [customer(f"c{n}") for n in range(1_000)])
    assert len(keys(index)) == number_file.SHARING_MAX
    assert len(index) == 1_000


@pytest.mark.parametrize(
    ("value", "held"),
    [("half \ud83d a pair", "half ? a pair"), (2**70, str(2**70)), ([1], "[1]")],
)
def test_a_value_that_no_file_holds_loses_nobody(value: object, held: str) -> None:
    index = NumberIndex("GB")
    odd = customer("7", fields={"note": value})
    index.load("erp", 0, [odd, customer("8", "+442079460000")])
    [found] = index.find(NUMBER, "GB")
    assert found.candidate.fields["note"] in (held, value)
    assert keys(index, "+442079460000") == ["8"]


def test_the_same_customer_twice_is_one() -> None:
    index = NumberIndex("GB")
    assert index.load("erp", 0, [customer("7"), customer("7")]) == 1
    assert keys(index) == ["7"]


def test_a_home_country_that_changed_reads_all_numbers_again(tmp_path: Path) -> None:
    national = customer("7", "020 7946 0958")
    index = NumberIndex("US", tmp_path)
    index.load("erp", 0, [national])
    assert keys(index) == []
    index.close()
    index = opened(tmp_path)
    index.load("erp", 0, [national])
    assert keys(index) == ["7"]


def test_a_disk_that_refuses_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "numbers").write_text("a file where the folder should be")
    index = NumberIndex("GB", tmp_path / "numbers")
    with pytest.raises(Unavailable, match="cannot create the folder"):
        index.load("erp", 0, [customer("7")])

"""Which snapshots are used, and which are noticed and left?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.journal import snapshot_file
from screenpop.journal.snapshot_file import SnapshotPlace

PLACE = SnapshotPlace("journal-1", 7, ("main", "e7"))
BODY = bytes(range(256)) * 8


def saved(folder: Path, body: bytes = BODY) -> Path:
    path = snapshot_file.file_name(folder / "journal.sqlite", "folds")
    snapshot_file.write(path, PLACE, body)
    return path


def test_a_state_comes_back_with_its_place(tmp_path: Path) -> None:
    path = saved(tmp_path)
    assert path.name == "journal.sqlite.folds.snapshot"
    assert snapshot_file.read(path) == (PLACE, BODY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_saved_is_no_reason_for_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert snapshot_file.read(tmp_path / "none") is None
    assert caplog.records == []


@given(place=st.integers(0, 2_300), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    path = saved(tmp_path_factory.mktemp("flipped"))
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place] ^= 1 << bit
    path.write_bytes(data)
    found = snapshot_file.read(path)
    assert found is None or not snapshot_file.same_place(path, found[0], PLACE)


@given(length=st.integers(0, 2_000))
def test_a_file_that_was_cut_off_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = saved(tmp_path_factory.mktemp("cut"))
    path.write_bytes(path.read_bytes()[:length])
    assert snapshot_file.read(path) is None


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (SnapshotPlace("journal-2", 7, ("main", "e7")), "another journal"),
        (SnapshotPlace("journal-1", 7, ("main", "e8")), "another entry"),
        (SnapshotPlace("journal-1", 7, None), "another entry"),
    ],
)
def test_a_state_of_another_past_is_noticed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, now: SnapshotPlace, why: str
) -> None:
    path = saved(tmp_path)
    found = snapshot_file.read(path)
    assert found is not None
    assert not snapshot_file.same_place(path, found[0], now)
    [told] = caplog.records
    assert why in told.message
    assert str(path) in told.message


def test_a_write_that_fails_leaves_the_state_before(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.with_name(path.name + ".new").mkdir()
    with pytest.raises(OSError, match="directory"):
        snapshot_file.write(path, PLACE, b"other")
    assert snapshot_file.read(path) == (PLACE, BODY)

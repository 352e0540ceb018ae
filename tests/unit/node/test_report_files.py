"""Is the file of a report whole, private, and one of a limited number?"""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from reports_due import files_in, modes

from screenpop.node.report_files import file_name, remove_old, write_report


@pytest.fixture(autouse=True)
def open_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


def test_folder_and_file_are_for_the_services_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "reports"
    write_report(folder, "daily-2026-11-28.csv", b"a")
    write_report(folder, "daily-2026-11-28.csv", b"b")
    assert modes([folder, *folder.iterdir()]) == {0}
    assert (folder / "daily-2026-11-28.csv").read_bytes() == b"b"
    assert files_in(folder) == ["daily-2026-11-28.csv"]


def test_a_file_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(tmp_path, "daily-2026-11-28.csv", b"whole")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_report(tmp_path, "daily-2026-11-28.csv", b"half")
    assert (tmp_path / "daily-2026-11-28.csv").read_bytes() == b"whole"
    assert files_in(tmp_path) == ["daily-2026-11-28.csv"]


def test_a_link_in_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"kept")
    (tmp_path / f".daily-2026-11-28.csv.{os.getpid()}").symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"):
        write_report(tmp_path, "daily-2026-11-28.csv", b"new")
    assert other.read_bytes() == b"kept"


def test_the_newest_files_of_a_report_stay(tmp_path: Path) -> None:
    days = [date(2026, 11, 28) + n * timedelta(days=1) for n in range(5)]
    for day in days:
        write_report(tmp_path, file_name("daily", day, "csv"), b"")
    others = (
        "daily_queues-2026-01-01.csv", "daily-notes.csv", "daily-2026-01-01.txt",
        "weekly-2026-01-01.csv", "my-daily-2026-01-01.csv",
    )  # fmt: skip
    for name in others:
        (tmp_path / name).touch()
    write_report(tmp_path, file_name("daily", days[4], "html"), b"")
    assert remove_old(tmp_path, "daily", 3) == 3
    assert remove_old(tmp_path, "daily", 3) == 0
    kept = {
        "daily-2026-12-01.csv", "daily-2026-12-02.csv", "daily-2026-12-02.html"
    }  # fmt: skip
    assert set(files_in(tmp_path)) == {*others, *kept}

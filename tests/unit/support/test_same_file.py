from __future__ import annotations

from pathlib import Path

from screenpop.support.private import SameFile


def test_a_file_that_stays_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("a")
    same = SameFile(path)
    path.write_text("ab")
    assert same.problem() is None


def test_a_file_that_is_removed_or_replaced_is_named_with_a_remedy(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.sqlite"
    path.write_text("a")
    same = SameFile(path)
    path.rename(tmp_path / "aside")
    assert "was removed while it was in use" in (same.problem() or "")
    path.write_text("a")
    assert "was replaced while it was in use" in (same.problem() or "")
    path.unlink()
    (tmp_path / "aside").rename(path)
    assert same.problem() is None

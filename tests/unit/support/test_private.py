from __future__ import annotations

import stat
from pathlib import Path

import pytest

from screenpop.support.private import close_to_others, private_folder


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "target").chmod(0o644)
    (tmp_path / "link").symlink_to(tmp_path / "target")
    close_to_others(tmp_path / "link")
    assert stat.S_IMODE((tmp_path / "target").stat().st_mode) == 0o644


def test_a_new_folder_is_private_and_an_old_one_is_closed_if_it_is_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private_folder(tmp_path / "new")
    (tmp_path / "old").mkdir(mode=0o755)
    (tmp_path / "old").chmod(0o755)
    private_folder(tmp_path / "old", tighten=False)
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o755
    private_folder(tmp_path / "old")
    for name in ("new", "old"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700
    assert caplog.text.count("closed to them") == 1

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from screenpop.support.private import (
    close_to_others,
    give_to_owner,
    private_folder,
)


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_that_lies_elsewhere_too_is_not_given_away(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    (tmp_path / "of_root").write_text("")
    (folder / "linked").hardlink_to(tmp_path / "of_root")
    (folder / "own").write_text("")
    for name in ("linked", "own"):
        give_to_owner(folder / name)
    assert (tmp_path / "of_root").stat().st_uid == 0
    assert (folder / "own").stat().st_uid == 65534

from __future__ import annotations

import os
from pathlib import Path

from screenpop.config.load import examine
from screenpop.support.file_stamps import GONE, stamp, stamps


def test_a_file_that_is_written_or_replaced_has_another_stamp(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    assert stamp(path) == GONE
    path.write_text("one")
    first = stamp(path)
    other = tmp_path / "b.yaml"
    other.write_text("two")
    os.utime(other, ns=(first[0], first[0]))
    other.replace(path)
    assert stamp(path) != first
    assert stamps([path]) == {path: stamp(path)}


def test_a_configuration_knows_the_files_it_was_read_from(tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", tmp_path / "a.yaml"
    secret.write_text("x" * 10)
    path.write_text("server: {company: '${file:secret}'}")
    loaded = examine(path).loaded
    assert loaded is not None
    assert loaded.files == stamps([path, secret])

"""Does a model come back from its file as it was, and only if it is whole?"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.insight.test_recommender import habits

from screenpop.insight import Recommender
from screenpop.insight.model_file import (
    DIGEST_BYTES,
    KEPT,
    MappedKeys,
    ModelFileError,
    ModelFiles,
    read_model,
)


@pytest.fixture(scope="module")
def fitted() -> Recommender:
    columns: Any = habits()
    columns.append([10.0 + n % 7 for n in range(len(columns[0]))])
    return Recommender().fit(
        *columns, withheld=["c001", "not a customer"], excluded_items=["i04"]
    )


def answers(recommender: Recommender) -> list[object]:
    found: list[object] = [recommender.choices]
    for customer in ("c000", "c001", "c017", "stranger"):
        found += [
            recommender.explained(customer, 9),
            recommender.explained_new(customer, 9),
            recommender.explained_with(["i05", "i11"], 9, customer),
            recommender.due_again(customer, now=recommender.model.book.items.now + 3e6),
            recommender.outlook(customer),
            recommender.last_order(customer),
        ]
    return [*found, recommender.complete(["i05"], 9)]


def test_a_model_answers_from_its_file_as_before(
    fitted: Recommender, tmp_path: Path
) -> None:
    files = ModelFiles(tmp_path / "insight")
    path = files.write(fitted.model)
    assert path.stat().st_mode & 0o077 == 0
    found = files.read()
    assert found is not None
    number, model = found
    assert number == files.newest() == 1
    assert answers(Recommender(model)) == answers(fitted)
    assert not model.book.orders.line_item.flags.writeable


def test_an_empty_folder_has_no_model(tmp_path: Path) -> None:
    files = ModelFiles(tmp_path / "none yet")
    assert files.newest() == 0
    assert files.read() is None


def test_a_changed_byte_anywhere_is_found(fitted: Recommender, tmp_path: Path) -> None:
    files = ModelFiles(tmp_path)
    path = files.write(fitted.model)
    whole = path.read_bytes()
    for place in (0, 9, 40, len(whole) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError, match="is not used: it is "):
            read_model(path)
    for length in (0, 20, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelFileError, match="is not used"):
            read_model(path)


def test_the_model_before_is_kept_when_the_newest_is_damaged(
    fitted: Recommender, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = ModelFiles(tmp_path)
    files.write(fitted.model)
    second = files.write(fitted.model)
    second.write_bytes(second.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        found = files.read()
    assert found is not None
    assert found[0] == 1
    assert "is not used: it is damaged" in caplog.text


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        (b'"format":1', b'"format":2', "its format is 2, this version reads 1"),
        (b'"log_share"', b'"log_other"', "by a version with other features"),
        (b'"format":1', b'"format":[', "its table of contents cannot be read"),
    ],
)
def test_a_file_of_another_version_is_refused(
    fitted: Recommender, tmp_path: Path, was: bytes, becomes: bytes, message: str
) -> None:
    path = ModelFiles(tmp_path).write(fitted.model)
    changed = path.read_bytes()[:-DIGEST_BYTES].replace(was, becomes, 1)
    digest = hashlib.blake2b(changed, digest_size=DIGEST_BYTES).digest()
    path.write_bytes(changed + digest)
    with pytest.raises(ModelFileError, match=message):
        read_model(path)


def test_old_files_are_pruned_while_one_is_in_use(
    fitted: Recommender, tmp_path: Path
) -> None:
    files = ModelFiles(tmp_path)
    files.write(fitted.model)
    found = files.read()
    assert found is not None
    for _ in range(KEPT):
        files.write(fitted.model)
    assert len(list(tmp_path.iterdir())) == KEPT
    assert answers(Recommender(found[1])) == answers(fitted)  # its file is deleted


def _write(model: Recommender, folder: Path) -> None:
    ModelFiles(folder).write(model.model)


def test_writers_at_the_same_time_get_numbers_of_their_own(
    fitted: Recommender, tmp_path: Path
) -> None:
    threads = [
        threading.Thread(target=_write, args=(fitted, tmp_path)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ModelFiles(tmp_path).newest() == 4
    assert ModelFiles(tmp_path).read() is not None


def _answer(folder: str) -> list[str]:
    found = ModelFiles(Path(folder)).read()
    assert found is not None
    return Recommender(found[1]).recommend("c017", 5)


def test_another_process_answers_the_same(fitted: Recommender, tmp_path: Path) -> None:
    ModelFiles(tmp_path).write(fitted.model)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_answer, (str(tmp_path),)) == fitted.recommend("c017", 5)


def test_a_folder_that_cannot_be_written_is_named(
    fitted: Recommender, tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    with pytest.raises(ModelFileError, match=r"cannot be written to .*a file"):
        ModelFiles(file).write(fitted.model)


def test_keys_are_found_as_in_a_list() -> None:
    keys = sorted(["", "Ä", "a", "b c", "\ud800", "😀", "zz"])
    mapped = MappedKeys.of(keys)
    assert list(mapped) == keys
    assert mapped[1:3] == keys[1:3]
    assert mapped[-1] == keys[-1]
    assert all(key in mapped for key in keys)
    assert "x" not in mapped
    with pytest.raises(IndexError):
        mapped[len(keys)]
    assert len(MappedKeys.of([])) == 0
    assert isinstance(mapped.starts, np.ndarray)

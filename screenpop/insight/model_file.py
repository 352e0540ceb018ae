"""How is a trained model kept on disk, and which one may be used?

One file for each model: a magic number, the length of a table of contents, the table
(JSON), the arrays, and a BLAKE2b digest of all before it. A file is written under
another name and linked to its own when it is whole, so a reader never sees half of one,
and it is mapped, so several processes share its pages. Files are numbered; the newest
usable one counts. A damaged file, or one of another format, is refused, and the one
before stays in use.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import logging
import mmap
import os
import re
import tempfile
import typing
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, overload

import msgspec
import numpy as np

from screenpop.domain.errors import ScreenpopError
from screenpop.insight.features import FEATURES, ItemModel, OrderBook
from screenpop.insight.orders import Floats, Orders, index_of
from screenpop.insight.outlook import OutlookModel
from screenpop.insight.ranking import TASKS, Choice, Ranking, Task
from screenpop.insight.reasons import ItemIndex
from screenpop.insight.recommender import InsightModel
from screenpop.support.private import private_file, private_folder

log = logging.getLogger(__name__)

MAGIC = b"SPINSGHT"
FORMAT = 1
KEPT = 2  # files; processes that still use an older one keep its pages
ALIGNED = 64  # bytes
TABLE_BYTES_MAX = 16 * 1024 * 1024
DIGEST_BYTES = 32
LISTED_KEYS_MAX = 50_000  # so many keys are read at once: a list is searched faster
BLOCK_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"model-(\d{8})\.insight\Z")
T = TypeVar("T")


class ModelFileError(ScreenpopError):
    """A model file cannot be used, or not be written."""


class MappedKeys(Sequence[str]):
    """Sorted keys in two arrays: (n + 1,) where each begins, and their UTF-8 text."""

    def __init__(self, starts: np.ndarray, text: np.ndarray):
        self.starts, self.text = starts, text
        # a search reads about 17 keys: views are indexed faster than arrays
        self._starts, self._text = starts.data, text.data

    @classmethod
    def of(cls, keys: Collection[str]) -> MappedKeys:
        texts = [key.encode("utf-8", "surrogatepass") for key in keys]
        lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
        starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        return cls(starts, np.frombuffer(b"".join(texts), dtype=np.uint8))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        text = self._text[self._starts[place] : self._starts[place + 1]]
        return bytes(text).decode("utf-8", "surrogatepass")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and index_of(self, key) >= 0


class _Placed(msgspec.Struct, frozen=True):
    """Where an array is, in bytes after the table of contents."""

    dtype: str
    shape: tuple[int, ...]
    offset: int


class _Contents(msgspec.Struct, frozen=True):
    format: int
    features: tuple[str, ...]  # their order gives the weights their meaning
    arrays: dict[str, _Placed]
    plain: dict[str, Any]  # numbers and None, by the names of fields
    choices: dict[str, Choice]


class ModelFiles:
    """The models in a folder. Writing and reading block: use a thread or process."""

    def __init__(self, folder: Path):
        self.folder = folder

    def write(self, model: InsightModel) -> Path:
        """Put a model in use for all readers; older files than `KEPT` are deleted.

        Raises `ModelFileError`; the models that are there stay as they are.
        """
        try:
            private_folder(self.folder)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix="new-") as file:
                _write(file, model)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
                path = self._linked(Path(file.name))
            private_file(path)
            self._prune()
        except OSError as error:
            raise ModelFileError(
                f"the model cannot be written to {self.folder}: {error.strerror}. The"
                " model before stays in use. Check that disk (space, rights)."
            ) from error
        return path

    def newest(self) -> int:
        """The number of the newest file, 0: there is none."""
        return max((number for number, _ in self._files()), default=0)

    def made_us(self, number: int) -> int:
        """When that file was written, in microseconds; 0: it is gone."""
        for found, path in self._files():
            if found == number:
                with contextlib.suppress(FileNotFoundError):
                    return path.stat().st_mtime_ns // 1_000
        return 0

    def read(self) -> tuple[int, InsightModel] | None:
        """The newest usable model and its number; None: there is none.

        A file that is refused is logged, and the next older one is tried.
        """
        for number, path in sorted(self._files(), reverse=True):
            try:
                return number, read_model(path)
            except ModelFileError as error:
                log.warning("%s", error)
            except FileNotFoundError:
                continue  # pruned by another process in this moment
        return None

    def _files(self) -> Iterator[tuple[int, Path]]:
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return
        for name in names:
            if (match := _NAME.match(name)) is not None:
                yield int(match[1]), self.folder / name

    def _linked(self, written: Path) -> Path:
        """Give a whole file the next free number; another process may take one, too."""
        while True:
            path = self.folder / f"model-{self.newest() + 1:08}.insight"
            try:
                os.link(written, path)
            except FileExistsError:
                continue
            descriptor = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            return path

    def _prune(self) -> None:
        for _, path in sorted(self._files())[:-KEPT]:
            path.unlink(missing_ok=True)


def read_model(path: Path) -> InsightModel:
    """Map a file and check it whole. Raises `ModelFileError`, `FileNotFoundError`."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < len(MAGIC) + 8 + DIGEST_BYTES:
            raise _refused(path, f"it has {size} bytes only")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if data[: len(MAGIC)] != MAGIC:
        raise _refused(path, "it is not a model file")
    if _digest(data, size - DIGEST_BYTES) != data[size - DIGEST_BYTES :]:
        raise _refused(path, "it is damaged: its checksum does not match")
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "little")
    if length > TABLE_BYTES_MAX:
        raise _refused(path, f"its table of contents has {length} bytes")
    start = len(MAGIC) + 8
    table = _table(path, data[start : start + length])
    return _model(table, data, _aligned(start + length))


def _refused(path: Path, why: str) -> ModelFileError:
    return ModelFileError(
        f"the model file {path} is not used: {why}. Train again: screenpop insight"
        " train."
    )


def _table(path: Path, text: bytes) -> _Contents:
    try:
        found = msgspec.json.decode(text)
        if found.get("format") != FORMAT:
            raise _refused(
                path,
                f"its format is {found.get('format')}, this version reads {FORMAT}",
            )
        table = msgspec.convert(found, _Contents)
    except (msgspec.MsgspecError, AttributeError) as error:
        raise _refused(
            path, f"its table of contents cannot be read: {error}"
        ) from error
    if table.features != FEATURES:
        raise _refused(path, "it was made by a version with other features")
    return table


def _digest(data: mmap.mmap, end: int) -> bytes:
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    with memoryview(data) as view:
        for start in range(0, end, BLOCK_BYTES):
            digest.update(view[start : min(start + BLOCK_BYTES, end)])
    return digest.digest()


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNED) * ALIGNED


# --- writing ---------------------------------------------------------------------


def _write(file: BinaryIO, model: InsightModel) -> None:
    arrays: dict[str, np.ndarray] = {}
    plain: dict[str, Any] = {}
    for name, part in _parts(model).items():
        _take_apart(name, part, arrays, plain)
    for task in TASKS:
        arrays[f"weights.{task}"] = model.ranking.weights[task]
        if (learned := model.ranking.learned.get(task)) is not None:
            arrays[f"learned.{task}"] = learned
    arrays["allowed"] = model.allowed
    _take_keys("withheld", sorted(model.withheld), arrays)
    placed, offset = {}, 0
    for name, array in arrays.items():
        placed[name] = _Placed(array.dtype.str, array.shape, offset)
        offset = _aligned(offset + array.nbytes)
    table = msgspec.json.encode(
        _Contents(
            format=FORMAT,
            features=FEATURES,
            arrays=placed,
            plain=plain,
            choices={str(task): each for task, each in model.ranking.choices.items()},
        )
    )
    _put(file, table, arrays)


def _put(file: BinaryIO, table: bytes, arrays: dict[str, np.ndarray]) -> None:
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    written = 0

    def put(data: bytes | memoryview) -> None:
        nonlocal written
        digest.update(data)
        file.write(data)
        written += len(data)

    put(MAGIC)
    put(len(table).to_bytes(8, "little"))
    put(table)
    for array in arrays.values():
        put(b"\0" * (_aligned(written) - written))
        raw = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for start in range(0, len(raw), BLOCK_BYTES):
            put(raw[start : start + BLOCK_BYTES].tobytes())
    file.write(digest.digest())


def _parts(model: InsightModel) -> dict[str, object]:
    return {
        "orders": model.book.orders,
        "items": model.book.items,
        "index": model.index,
        "outlook": model.outlook,
    }


def _take_apart(
    name: str, part: Any, arrays: dict[str, np.ndarray], plain: dict[str, Any]
) -> None:
    """A dataclass as arrays, keys and plain values, named by their fields."""
    for field in dataclasses.fields(part):
        inner, value = f"{name}.{field.name}", getattr(part, field.name)
        if isinstance(value, np.ndarray):
            arrays[inner] = value
        elif dataclasses.is_dataclass(value):
            _take_apart(inner, value, arrays, plain)
        elif field.name.endswith("_keys"):
            _take_keys(inner, value, arrays)
        else:
            plain[inner] = value


def _take_keys(name: str, keys: Collection[str], arrays: dict[str, np.ndarray]) -> None:
    mapped = MappedKeys.of(keys)
    arrays[f"{name}.starts"], arrays[f"{name}.text"] = mapped.starts, mapped.text


# --- reading ---------------------------------------------------------------------


def _model(table: _Contents, data: mmap.mmap, start: int) -> InsightModel:
    arrays = {
        name: np.frombuffer(
            data,
            dtype=np.dtype(place.dtype),
            count=int(np.prod(place.shape, dtype=np.int64)),
            offset=start + place.offset,
        ).reshape(place.shape)
        for name, place in table.arrays.items()
    }
    orders = _put_together(Orders, "orders", arrays, table.plain)
    items = _put_together(ItemModel, "items", arrays, table.plain)
    return InsightModel(
        book=OrderBook(orders, items),
        index=_put_together(ItemIndex, "index", arrays, table.plain),
        outlook=_put_together(OutlookModel, "outlook", arrays, table.plain),
        ranking=Ranking(
            weights=_by_task("weights", arrays),
            choices={task: table.choices[task] for task in TASKS},
            learned=_by_task("learned", arrays),
        ),
        allowed=arrays["allowed"],
        withheld=MappedKeys(arrays["withheld.starts"], arrays["withheld.text"]),
    )


def _by_task(name: str, arrays: dict[str, np.ndarray]) -> dict[Task, Floats]:
    return {
        task: arrays[f"{name}.{task}"] for task in TASKS if f"{name}.{task}" in arrays
    }


def _put_together(
    kind: type[T], name: str, arrays: dict[str, np.ndarray], plain: dict[str, Any]
) -> T:
    """The opposite of `_take_apart`."""
    values: dict[str, Any] = {}
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        inner = f"{name}.{field.name}"
        if inner in arrays:
            values[field.name] = arrays[inner]
        elif inner in plain:
            values[field.name] = plain[inner]
        elif field.name.endswith("_keys"):
            keys = MappedKeys(arrays[f"{inner}.starts"], arrays[f"{inner}.text"])
            values[field.name] = keys if len(keys) > LISTED_KEYS_MAX else list(keys)
        else:
            values[field.name] = _put_together(
                _dataclass_of(hints[field.name]), inner, arrays, plain
            )
    return kind(**values)


def _dataclass_of(hint: Any) -> type[Any]:
    """`X` or `X | None`."""
    for choice in (hint, *typing.get_args(hint)):
        if isinstance(choice, type) and dataclasses.is_dataclass(choice):
            return choice
    raise TypeError(hint)

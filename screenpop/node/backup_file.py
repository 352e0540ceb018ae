"""What is in the file of a backup, and is it whole?

A ZIP archive, for its owner alone: the parts, and as the last member the manifest
with the size and SHA-256 of each part. A file that was cut has no manifest.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from screenpop.domain.errors import BadInput, ConfigError, Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 1_048_576
CHUNK_BYTES = 1_048_576
QUICK_COMPRESSION = 1  # of 9: a third of the time of the default, a tenth larger

_UNREADABLE = (
    KeyError,  # no such member
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    NotImplementedError,  # a method of compression, a flag
    RuntimeError,  # a password
)


class BackupPart(msgspec.Struct, frozen=True):
    """One member of the archive: its size in bytes and its digest."""

    name: str
    bytes: int
    sha256: str


class KeptJournal(msgspec.Struct, frozen=True):
    """`newest` is the newest offset that the copied journal has."""

    engine: str
    schema: int | None = None
    identity: str | None = None
    newest: int | None = None


class KeptStore(msgspec.Struct, frozen=True):
    engine: str
    schema: str | None


class BackupManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`left_out`: what a restored service has not, each with the reason."""

    format: int = FORMAT
    screenpop: str
    made_us: int
    made_at: str
    journal: KeptJournal
    store: KeptStore
    left_out: tuple[str, ...] = ()
    keys: str | None = None  # the master key's fingerprint; None: nothing is encrypted
    parts: tuple[BackupPart, ...] = ()


class BackupWriter:
    """Collects parts in a file that gets its name when it is whole."""

    def __init__(self, path: Path):
        self.path = path
        self._unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        self._parts: list[BackupPart] = []
        with _explaining(path):
            if path.exists():
                raise FileExistsError
            self._file = os.fdopen(_made(self._unfinished), "wb")
        self._zip = zipfile.ZipFile(
            self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK_COMPRESSION
        )

    def add(self, name: str, source: Path) -> None:
        """Raises `Unavailable` when there is no room, or it cannot be read."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        with (
            _explaining(self.path),
            source.open("rb") as old,
            self._zip.open(info, "w", force_zip64=True) as new,
        ):
            self._parts.append(_copied(name, old, new))

    def finish(self, manifest: BackupManifest) -> BackupManifest:
        """Write the manifest and put the file in place, durably."""
        whole = msgspec.structs.replace(manifest, parts=tuple(self._parts))
        text = msgspec.json.format(msgspec.json.encode(whole))
        with _explaining(self.path):
            self._zip.writestr(MANIFEST, text)
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            os.link(self._unfinished, self.path)  # unlike a rename it replaces nothing
        return whole

    def close(self) -> None:
        """Also after a failure: then nothing is left."""
        with suppress(OSError, ValueError):  # it writes its directory once more
            self._zip.close()
        with suppress(OSError):
            self._file.close()
        self._unfinished.unlink(missing_ok=True)


class BackupReader:
    """The parts of a backup; each is compared with the manifest while it is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile):
        self.path = path
        self._zip = archive
        self.manifest = self._manifest()
        self._parts: Mapping[str, BackupPart] = {
            part.name: part for part in self.manifest.parts
        }

    @property
    def names(self) -> list[str]:
        return list(self._parts)

    def has_content(self, name: str, file: Path) -> bool:
        """Is this file the same as that part?"""
        with _explaining(file), file.open("rb") as old, open(os.devnull, "wb") as new:
            return _copied(name, old, new) == self._parts.get(name)

    def check(self) -> None:
        """Read everything. Raises `BadInput` when something is missing or damaged."""
        for name in self._parts:
            with open(os.devnull, "wb") as nowhere:
                self._copy(name, nowhere)

    def extract(self, name: str, target: Path) -> None:
        """Raises `BadInput` as `check`, `Unavailable` when it cannot be written."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _explaining(target), os.fdopen(_made(target), "wb") as new:
            self._copy(name, new)
            new.flush()
            os.fsync(new.fileno())

    def _copy(self, name: str, new: IO[bytes]) -> None:
        try:
            with self._zip.open(name) as old:
                found = _copied(name, old, new)
        except _UNREADABLE as error:
            raise self._damaged(name) from error
        if found != self._parts[name]:
            raise self._damaged(name)

    def _damaged(self, name: str) -> BadInput:
        return BadInput(
            f"the backup {self.path} is damaged: {name} is not what its manifest says",
            remedy="Use another backup.",
        )

    def _manifest(self) -> BackupManifest:
        try:
            with self._zip.open(MANIFEST) as file:
                data = file.read(MANIFEST_BYTES_MAX)
            found = msgspec.json.decode(data, type=_Form)
            if found.format > FORMAT:
                raise ConfigError(
                    f"the backup {self.path} was made by a newer Screenpop (format"
                    f" {found.format}, this version reads up to {FORMAT}). Install that"
                    " version."
                )
            manifest = msgspec.json.decode(data, type=BackupManifest)
        except (*_UNREADABLE, msgspec.MsgspecError) as error:
            raise _not_a_backup(self.path) from error
        if not all(_is_inside(part.name) for part in manifest.parts):
            raise _not_a_backup(self.path)
        return manifest


class _Form(msgspec.Struct):
    format: int


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """Raises `BadInput` for what is not a backup, `ConfigError` for a newer one."""
    with _explaining(path):
        file = path.open("rb")
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise _not_a_backup(path) from error
        with archive:
            yield BackupReader(path, archive)


def _made(path: Path) -> int:
    """A new file for its owner alone, open for writing."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _copied(name: str, old: IO[bytes], new: IO[bytes]) -> BackupPart:
    digest, length = hashlib.sha256(), 0
    while chunk := old.read(CHUNK_BYTES):
        digest.update(chunk)
        length += len(chunk)
        new.write(chunk)
    return BackupPart(name, length, digest.hexdigest())


def _is_inside(name: str) -> bool:
    """May a file of this name be written below a folder?"""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts


def _not_a_backup(path: Path) -> BadInput:
    return BadInput(
        f"{path} is not a whole backup of Screenpop",
        remedy="Name a file that `screenpop backup` made.",
    )


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise ConfigError(f"{path} is already there. Name another file.") from error
    except OSError as error:
        raise Unavailable(
            f"{error.filename or path}: {error.strerror or error}. Check the path,"
            " its rights and the space on that disk."
        ) from error

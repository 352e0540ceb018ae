"""How is a folded state kept in a file, and may this one still be used?

A header line (JSON: format, journal, offset, the entry there, length, digest), then
the body. A file that is damaged, of another journal, or of a journal that lost the
entry at its offset is of no use: the state is then folded from all entries.
"""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

FORMAT = 1
HEADER_BYTES_MAX = 4096


class SnapshotPlace(msgspec.Struct, frozen=True):
    """Where a state stands: which journal, and which entry was the last one in it.

    `entry` is that entry's stream and key; None: there is none at this offset. A
    journal that lost its end in a power failure gives offsets to other entries.
    """

    journal: str
    offset: int
    entry: tuple[str, str] | None


class _Header(msgspec.Struct, frozen=True):
    format: int
    place: SnapshotPlace
    length: int
    digest: str


def write(path: Path, place: SnapshotPlace, body: bytes) -> None:
    """Put the state in place of the one before, or leave that one whole."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(header_of(place, body) + b"\n")
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync_folder(path.parent)


def read(path: Path) -> tuple[SnapshotPlace, bytes] | None:
    """The state and where it stands; None, and a line in the log, if it is of no use.

    Raises `OSError`.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(HEADER_BYTES_MAX)
            body = file.read()
    except FileNotFoundError:
        return None
    return whole(path, line, body)


def header_of(place: SnapshotPlace, body: bytes) -> bytes:
    return msgspec.json.encode(_Header(FORMAT, place, len(body), _digest(place, body)))


def whole(
    name: Path | str, line: bytes, body: bytes
) -> tuple[SnapshotPlace, bytes] | None:
    """The state if header and body belong together; None, and a line in the log."""
    try:
        header = msgspec.json.decode(line, type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        useless(name, "its header cannot be read")
        return None
    if header.format != FORMAT:
        useless(name, f"its format is {header.format}, this version's {FORMAT}")
        return None
    if header.length != len(body) or header.digest != _digest(header.place, body):
        useless(name, "it is damaged")
        return None
    return header.place, body


def same_place(name: Path | str, then: SnapshotPlace, now: SnapshotPlace) -> bool:
    """Does the journal still hold what it held when the state was saved?"""
    if then.journal != now.journal:
        useless(name, "it belongs to another journal")
    elif then.entry != now.entry:
        useless(name, "the journal has another entry at its offset")
    return then == now


def file_name(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}.{name}.snapshot")


def useless(name: Path | str, why: str) -> None:
    log.warning(
        "snapshot %s is not used: %s. All entries of the journal are read instead.",
        name,
        why,
    )


def _digest(place: SnapshotPlace, body: bytes) -> str:
    digest = hashlib.blake2b(msgspec.json.encode(place), digest_size=16)
    digest.update(body)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""How are the keys of persons backed up, so that an erasure reaches older backups?

Apart from the data, in one file that each backup and each erasure replaces: old
backups hold what is personal only encrypted, and the newest copy of the keys is the
only one. Kept in generations it would bring back who was erased.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

import msgspec

from screenpop.config.load import Loaded
from screenpop.domain.errors import BadInput, ConfigError, Unavailable
from screenpop.history.engine import Database
from screenpop.history.person_keys import PersonKeys, WrappedSecret
from screenpop.journal.master_key import KEY_BYTES, MasterKey, read_master_key
from screenpop.node.person_keys import master_key_file
from screenpop.support.clock import SystemClock

NAME = "screenpop.keys"
"""Next to the backups."""
FORMAT = 1


class KeyCopy(msgspec.Struct, frozen=True, kw_only=True):
    """`master` is None where `privacy.key_file` names it: a secret of your own."""

    format: int = FORMAT
    made_us: int
    fingerprint: str
    master: str | None
    secrets: list[WrappedSecret]


def master_of(loaded: Loaded) -> MasterKey | None:
    """The key in use; None: nothing was encrypted here. Raises `ConfigError`."""
    path = master_key_file(loaded)
    if path is None or not path.exists():
        return None
    return read_master_key(path)


async def write_copy(
    path: Path, loaded: Loaded, database: Database, master: MasterKey
) -> None:
    """Replace the file, and overwrite the one before. Raises `Unavailable`."""
    keys = PersonKeys(database, master, SystemClock())
    named = loaded.config.privacy.key_file is not None
    copy = KeyCopy(
        made_us=time.time_ns() // 1000,
        fingerprint=master.fingerprint,
        master=None if named else master.bytes.hex(),
        secrets=await keys.wrapped(),
    )
    try:
        await asyncio.to_thread(_replace, path, msgspec.json.encode(copy))
    except OSError as error:
        raise Unavailable(
            f"the copy of the keys {path} cannot be written: {error.strerror}. Check"
            " that disk: space, rights."
        ) from error
    await keys.remember_copy(place_of(path))


def place_of(path: Path) -> str:
    return f"{socket.gethostname()}:{path.absolute()}"


def here(place: str) -> Path | None:
    """The file of `place_of`, if it is on this machine and still there."""
    host, _, name = place.partition(":")
    path = Path(name)
    return path if host == socket.gethostname() and path.is_file() else None


def read_copy(path: Path) -> KeyCopy:
    """Raises `BadInput`."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=KeyCopy)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(
            f"{path} cannot be read as a copy of the keys: {error}",
            remedy=f"Name the newest {NAME} of that service with --keys.",
        ) from error
    if found.format > FORMAT:
        raise BadInput(
            f"{path} was written by a newer Screenpop",
            remedy="Install that version.",
        )
    return found


def put_back_master(copy: KeyCopy, loaded: Loaded) -> MasterKey:
    """The key of the copy, in its place. Raises `ConfigError`."""
    path = master_key_file(loaded)
    if path is None:
        raise ConfigError(
            "privacy.key_file is not set, and the backup is encrypted. Name the file"
            " of the nodes' key."
        )
    if copy.master is not None and not path.exists():
        key = bytes.fromhex(copy.master)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, key)
    if not path.exists():
        raise ConfigError(
            f"privacy.key_file: {path} is not there, and the backup is encrypted with"
            f" it. Put the file ({KEY_BYTES} bytes) back from its own backup first."
        )
    master = read_master_key(path)
    if master.fingerprint != copy.fingerprint:
        raise ConfigError(
            f"privacy.key_file: {path} is not the key of this backup. Put the right"
            " file there, or move it aside."
        )
    return master


def _replace(path: Path, data: bytes) -> None:
    """Durable, and what was there before is overwritten as far as the disk does it."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with open(os.open(new, flags, 0o600), "wb") as to:
        to.write(data)
        to.flush()
        os.fsync(to.fileno())
    if path.exists():
        with path.open("r+b") as old:
            old.write(bytes(path.stat().st_size))
            old.flush()
            os.fsync(old.fileno())
    new.rename(path)

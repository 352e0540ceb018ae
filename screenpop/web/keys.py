"""Where is the key that signs sessions, and does nobody else read it?"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from screenpop.domain.errors import ConfigError
from screenpop.support.private import private_folder

KEY_BYTES = 32
FILE_NAME = "session.key"


def session_key(data_dir: Path) -> bytes:
    """Read the key, making it at the first start; raises `ConfigError`."""
    path = data_dir / FILE_NAME
    try:
        private_folder(data_dir, tighten=False)
        _make(path)
        return _read(path)
    except OSError as error:
        raise ConfigError(
            f"cannot keep the session key in {path}: {error.strerror}. Make the folder"
            " writable for the service, or set server.data_dir."
        ) from error


def _make(path: Path) -> None:
    """Write a new key unless there is one; whole or not at all."""
    if path.exists():
        return
    fresh = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, secrets.token_bytes(KEY_BYTES))
        os.fsync(handle)
        os.link(fresh, path)
    except FileExistsError:
        return  # another process was first: theirs counts
    finally:
        os.close(handle)
        fresh.unlink()


def _read(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(
            f"{path} can be read by others (mode {mode:03o}): whoever reads it can"
            f" log in as anybody. Run `chmod 600 {path}`, or delete it: all must then"
            " log in again."
        )
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path} has {len(key)} bytes, must have {KEY_BYTES}. Delete it: a new one"
            " is made at the next start, and all must log in again."
        )
    return key

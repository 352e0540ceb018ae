"""A real PostgreSQL of the machine's own binaries, for one run of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")


def binary(name: str) -> str | None:
    """Where initdb or pg_ctl is; Debian keeps them out of the path."""
    debian = [str(path.parent) for path in sorted(DEBIAN.glob(f"*/bin/{name}"))]
    return shutil.which(name, path=os.pathsep.join([*reversed(debian), *_path()]))


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the SQLAlchemy URL of an empty database."""
    initdb, control = binary("initdb"), binary("pg_ctl")
    assert initdb is not None
    assert control is not None
    folder = Path(tempfile.mkdtemp(prefix="screenpop-pg-"))
    owner = _owner()
    if owner is not None:
        shutil.chown(folder, owner)
    data, port = folder / "data", _free_port()
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c full_page_writes=off"

    def run(*command: str) -> None:
        subprocess.run(command, user=owner, check=True, capture_output=True, cwd=folder)

    try:
        run(initdb, "-D", str(data), "-U", "screenpop", "-A", "trust", "--no-sync")
        run(control, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"),
            "start")  # fmt: skip
        yield f"postgresql+asyncpg://screenpop@127.0.0.1:{port}/postgres"
    finally:
        if data.joinpath("postmaster.pid").exists():
            run(control, "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _path() -> list[str]:
    return os.environ.get("PATH", "").split(os.pathsep)

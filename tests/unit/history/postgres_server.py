"""A real PostgreSQL of the machine's own binaries, for one run of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
START_ATTEMPTS = 50


def binary(name: str) -> str | None:
    """Where initdb or pg_ctl is; Debian keeps them out of the path."""
    debian = [str(path.parent) for path in sorted(DEBIAN.glob(f"*/bin/{name}"))]
    return shutil.which(name, path=os.pathsep.join([*reversed(debian), *_path()]))


class PostgresServer:
    """A server with an empty database, which can be killed and started again."""

    def __init__(self, certificates: Path | None = None) -> None:
        """With TLS alone where `certificates` holds `ca.pem` and `key.pem`."""
        self._folder = Path(tempfile.mkdtemp(prefix="screenpop-pg-"))
        self._owner = _owner()
        if self._owner is not None:
            shutil.chown(self._folder, self._owner)
        self._data = self._folder / "data"
        self.port = _free_port()
        self.url = f"postgresql+asyncpg://screenpop@127.0.0.1:{self.port}/postgres"
        self._run("initdb", "-U", "screenpop", "-A", "trust", "--no-sync")
        if certificates is not None:
            self._only_with_tls(certificates)

    def start(self) -> None:
        """Returns when it answers; after `kill`, once the old one is gone."""
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self._folder}"
            " -c fsync=off -c full_page_writes=off"
        )
        log = str(self._folder / "log")
        for attempt in range(START_ATTEMPTS):
            try:
                self._run("pg_ctl", "-w", "-o", options, "-l", log, "start")
            except subprocess.CalledProcessError:  # its children still hold memory
                if attempt == START_ATTEMPTS - 1:
                    raise
                time.sleep(0.2)
            else:
                return

    @property
    def pid(self) -> int:
        return int(self._data.joinpath("postmaster.pid").read_text().split()[0])

    def _only_with_tls(self, certificates: Path) -> None:
        for name, here in (("ca.pem", "server.crt"), ("key.pem", "server.key")):
            shutil.copy(certificates / name, self._data / here)
            (self._data / here).chmod(0o600)
            if self._owner is not None:
                shutil.chown(self._data / here, self._owner)
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write("ssl = on\n")
        (self._data / "pg_hba.conf").write_text(
            "hostssl all all 127.0.0.1/32 trust\nlocal all all trust\n"
        )

    def kill(self) -> None:
        """As by the kernel when memory runs out: no good-bye to anybody."""
        os.kill(self.pid, signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """To the server and to all its sessions."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        for pid in (self.pid, *map(int, children.split())):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self) -> None:
        if self._data.joinpath("postmaster.pid").exists():
            with suppress(subprocess.CalledProcessError):  # it was killed
                self._run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _run(self, name: str, *arguments: str) -> None:
        program = binary(name)
        assert program is not None
        subprocess.run(
            [program, "-D", str(self._data), *arguments],
            user=self._owner,
            check=True,
            capture_output=True,
            cwd=self._folder,
        )


@contextmanager
def postgres(certificates: Path | None = None) -> Iterator[str]:
    """Yields the SQLAlchemy URL of an empty database; see `PostgresServer`."""
    server = PostgresServer(certificates)
    try:
        server.start()
        yield server.url
    finally:
        server.close()


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

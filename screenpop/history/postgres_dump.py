"""How is a store in PostgreSQL written to a file and read back?

With PostgreSQL's own `pg_dump` and `pg_restore`, which must be installed on this
machine and not be older than the server. They get the address and the password in
their environment, where no other user can read them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from screenpop.domain.errors import Unavailable

WITHIN_S = 6 * 3600.0
STDERR_CHARS_MAX = 500

_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "ssl": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "passfile": "PGPASSFILE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "krbsrvname": "PGKRBSRVNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "database": "PGDATABASE",
}
"""Option of the URL -> variable of libpq; other options do not concern a dump."""

_ON = ("true", "1", "on", "yes")


def dump(
    url: URL, target: Path, *, left_out: Sequence[str] = (), moment: str | None = None
) -> None:
    """Write the database, as of one moment, to a new file of pg_dump's format.

    Tables that are `left_out` are there without rows. `moment` is a snapshot that
    another transaction exported (pg_export_snapshot).

    It blocks; the service may run. Raises `Unavailable` with pg_dump's own words.
    """
    with target.open("xb") as new:
        without = [f"--exclude-table-data={name}" for name in left_out]
        if moment is not None:
            without.append(f"--snapshot={moment}")
        command = ["pg_dump", "--format=custom", *_WITHOUT_OWNER, *without]
        _run(url, command, stdout=new)


def restore(url: URL, source: Path) -> None:
    """Read a dump into an empty database, or nothing of it. Raises `Unavailable`."""
    options = ["--single-transaction", "--exit-on-error", *_WITHOUT_OWNER]
    with source.open("rb") as old:
        database = environment(url).get("PGDATABASE", "")
        _run(url, ["pg_restore", *options, f"--dbname={database}"], stdin=old)


_WITHOUT_OWNER = ("--no-owner", "--no-privileges", "--no-password")


def environment(url: URL) -> dict[str, str]:
    """What libpq needs to reach the same database."""
    parts = {
        "PGHOST": url.host,
        "PGPORT": None if url.port is None else str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    found = {name: str(value) for name, value in parts.items() if value}
    for word, given in url.query.items():
        value = given if isinstance(given, str) else given[-1]
        if word == "ssl" and value.lower() in _ON:
            value = "require"
        if word in _VARIABLES:
            found[_VARIABLES[word]] = value
    return found


def _run(
    url: URL,
    command: list[str],
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise Unavailable(
            f"{command[0]} is not installed on this machine. Install the PostgreSQL"
            " client programs, or use `backup --without-store` and back the database"
            " up on its server."
        )
    try:
        done = subprocess.run(  # noqa: S603  no shell, fixed programs
            [program, *command[1:]],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment(url)},
            timeout=WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            f"{command[0]} did not end within {WITHIN_S:.0f} s. Check the database."
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-STDERR_CHARS_MAX:].strip()
        raise Unavailable(
            f"{command[0]} failed: {said}. Correct that, and begin again: nothing was"
            " changed."
        )

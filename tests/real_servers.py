"""Real servers of data sources: on a free loopback port, in a folder of their own.

`scripts/setup services` installs them. One that is missing fails the tests in CI and
skips them elsewhere.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

START_S = 60


def missing(what: str, package: str) -> NoReturn:
    """Fail in CI, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is needed: install {package} (scripts/setup services)")
    pytest.skip(f"{what} is not installed ({package})")


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def program(name: str, package: str, *also: str) -> str:
    """Where a server's program is; Debian keeps some outside of a user's PATH."""
    for folder in (None, "/usr/sbin", "/sbin", *also):
        if (found := shutil.which(name, path=folder)) is not None:
            return found
    missing(name, package)


@contextmanager
def folder_of(user: str | None) -> Iterator[Path]:
    """A new folder; given to `user` where this process is root."""
    folder = Path(tempfile.mkdtemp(prefix="screenpop-server-"))
    if user is not None:
        shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: Sequence[str], ready: Callable[[], bool], *, log: Path
) -> Iterator[None]:
    """A server from when it is ready until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd="/")
    try:
        end = time.monotonic() + START_S
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{command[0]} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.kill()  # nothing of it is kept
        process.wait()


def listens(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


class MariaDB:
    """A running server; `root` is without a password, `reader` may only select."""

    def __init__(self, port: int, socket_file: Path, ca_file: Path | None = None):
        self.port = port
        self.ca_file = ca_file
        self._command = [
            program("mariadb", "mariadb-client"),
            "--no-defaults",
            "--user=root",
            "--default-character-set=utf8mb4",
            f"--socket={socket_file}",
        ]

    def run(self, sql: str) -> str:
        """Statements by the server's own client; gives what it prints."""
        done = subprocess.run(
            self._command, input=sql.encode(), check=True, capture_output=True
        )
        return done.stdout.decode()

    def url(self, database: str, user: str = "reader:field-only") -> str:
        return (
            f"mysql+asyncmy://{user}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"
        )


@contextmanager
def mariadb_server(*, tls: bool = False) -> Iterator[MariaDB]:
    install = program("mariadb-install-db", "mariadb-server")
    server = program("mariadbd", "mariadb-server")
    user = "mysql" if os.getuid() == 0 else None
    as_user = [f"--user={user}"] if user else []
    with folder_of(user) as folder:
        data, socket_file, port = folder / "data", folder / "socket", free_port()
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", *as_user,
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        command = [
            server, "--no-defaults", f"--datadir={data}", *as_user, f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={socket_file}", "--sql-mode=",
            f"--pid-file={folder}/pid", "--innodb-flush-log-at-trx-commit=0",
        ]  # fmt: skip
        if tls:
            certify(folder)
            files = {"cert": "server.pem", "key": "server.key"}
            for file in files.values():
                if user is not None:
                    shutil.chown(folder / file, user)
            command += [f"--ssl-{x}={folder / file}" for x, file in files.items()]
        log = folder / "log"
        with running(command, lambda: listens(port), log=log):
            found = MariaDB(port, socket_file, folder / "ca.pem" if tls else None)
            found.run(
                "create user reader@'127.0.0.1' identified by 'field-only';"
                "grant select on *.* to reader@'127.0.0.1'"
            )
            yield found


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Gives the URL of a cluster of its own, without a password."""
    binaries = _postgresql_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    folder = Path(tempfile.mkdtemp(prefix="screenpop-postgresql-"))
    port = free_port()
    cluster = _Cluster(binaries, folder, port)
    try:
        cluster.start()
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


class _Cluster:
    """PostgreSQL refuses to run as root: then it runs as its own user."""

    def __init__(self, binaries: Path, folder: Path, port: int):
        self._binaries = binaries
        self._data = folder / "data"
        self._port = port
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)

    def start(self) -> None:
        self._run("initdb", "--auth=trust", "--username=tester", "--no-sync")
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c fsync=off"
            f" -c unix_socket_directories={self._data}"
        )
        log = str(self._data / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "-o", options)

    def stop(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), "--pgdata", str(self._data), *arguments],
            check=True,
            user=self._user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )


def _postgresql_binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found is not None:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return debian[-1].parent if debian else None


SLAPD = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "dc=example,dc=net"
rootdn "cn=admin,dc=example,dc=net"
rootpw field-only
directory {folder}
index objectClass,telephoneNumber,mobile,entryUUID eq
access to * by dn.exact="cn=reader,dc=example,dc=net" read by anonymous auth
"""


class Slapd:
    """A running OpenLDAP: `ldap` with StartTLS, `ldaps`, and the CA of both."""

    def __init__(self, folder: Path):
        self.ca_file = folder / "ca.pem"
        self.port, self.tls_port = free_port(), free_port()
        self.ldap = f"ldap://127.0.0.1:{self.port}"
        self.ldaps = f"ldaps://127.0.0.1:{self.tls_port}"


@contextmanager
def slapd_server(ldif: str) -> Iterator[Slapd]:
    slapd, slapadd = program("slapd", "slapd"), program("slapadd", "slapd")
    with folder_of(None) as folder:
        certify(folder)
        server, config = Slapd(folder), folder / "slapd.conf"
        config.write_text(SLAPD.format(folder=folder))
        subprocess.run(
            [slapadd, "-f", str(config)], input=ldif.encode(), check=True,
            capture_output=True,
        )  # fmt: skip
        urls = f"{server.ldap} {server.ldaps}"
        command = [slapd, "-f", str(config), "-h", urls, "-d", "0"]
        with running(command, lambda: listens(server.tls_port), log=folder / "log"):
            yield server


def certify(folder: Path, address: str = "127.0.0.1") -> None:
    """`ca.pem`, `server.pem` and `server.key` for localhost, valid for a day."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        for text in ("Test authority", "localhost")
    ]
    local = [x509.DNSName("localhost"), x509.IPAddress(ip_address(address))]
    for at, file in enumerate(("ca.pem", "server.pem")):
        made = (
            x509.CertificateBuilder()
            .subject_name(names[at])
            .issuer_name(names[0])
            .public_key(keys[at].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=at == 0, path_length=None), True)
            .add_extension(x509.SubjectAlternativeName(local), False)
            .sign(keys[0], hashes.SHA256())
        )
        (folder / file).write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

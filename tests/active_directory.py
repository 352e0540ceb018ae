"""A real Active Directory: a domain controller of Samba, only with its LDAP server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from real_servers import certify, folder_of, listens, missing, program, running

SMB = """[global]
realm = EXAMPLE.TEST
workgroup = EXAMPLE
netbios name = DC1
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
tls certfile = {folder}/server.pem
tls keyfile = {folder}/server.key
tls cafile = {folder}/ca.pem
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
log file = {folder}/samba.log
private dir = {folder}/dc/private
lock directory = {folder}/dc
state directory = {folder}/dc/state
cache directory = {folder}/dc/cache
binddns dir = {folder}/dc/bind-dns
"""
AD_PASSWORD = "Field-only-1"


class ActiveDirectory:
    """A domain controller of `dc=example,dc=test`; its ports are fixed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.address = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250}.9"
        self.url = f"ldap://{self.address}"
        self.ca_file = folder / "ca.pem"

    def add(self, ldif: str) -> None:
        self._run("ldbadd", ldif)

    def modify(self, dn: str, **values: str) -> None:
        for attribute, value in values.items():
            change = f"replace: {attribute}\n{attribute}: {value}"
            self._run("ldbmodify", f"dn: {dn}\nchangetype: modify\n{change}\n")

    def _run(self, name: str, ldif: str) -> None:
        """Changes its database directly; the server sees it at once."""
        subprocess.run(
            [program(name, "ldb-tools"), "-H", f"{self.folder}/dc/private/sam.ldb"],
            input=ldif.encode(), check=True, capture_output=True,
        )  # fmt: skip

    def tool(self, *words: str) -> None:
        command = [program("samba-tool", "samba"), *words]
        subprocess.run(command, check=True, capture_output=True, timeout=200)


@contextmanager
def active_directory() -> Iterator[ActiveDirectory]:
    """Takes some 15 s, and needs root for its port 389."""
    samba = program("samba", "samba-ad-dc")
    if not Path("/usr/share/samba/setup/provision.ldif").exists():
        missing("Samba's schema", "samba-ad-provision")
    if os.getuid() != 0:
        pytest.skip("a domain controller needs root: its port is 389")
    with folder_of(None) as folder:
        directory = ActiveDirectory(folder)
        certify(folder, directory.address)
        (folder / "server.key").chmod(0o600)
        directory.tool(
            "domain", "provision", f"--targetdir={folder}/dc", "--realm=EXAMPLE.TEST",
            "--domain=EXAMPLE", f"--adminpass={AD_PASSWORD}", "--server-role=dc",
            "--dns-backend=NONE", "--host-name=dc1",
            f"--option=interfaces={directory.address}/8",
            "--option=bind interfaces only=yes",
        )  # fmt: skip
        config = folder / "smb.conf"
        config.write_text(SMB.format(folder=folder, address=directory.address))
        command = [samba, "-F", "--no-process-group", "-M", "single", "-s", str(config)]
        with running(
            command, lambda: listens(389, directory.address), log=folder / "log"
        ):
            yield directory

"""Several servers: is the right one found, and found again?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from subprocess import CalledProcessError

import pytest
from contract.journal.journal_contract import rang
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from redis_sentinel import said_by, sentinel_of
from redis_server import RedisServer, redis_server
from unit.journal.test_redis_traps import accepted, keys, node, until

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import START
from screenpop.journal.redis import RedisJournal
from screenpop.journal.redis_address import parse_address
from screenpop.support.tasks import TaskOwner

pytestmark = pytest.mark.slow
FAILOVER_S = 40.0


@pytest.fixture
async def tasks() -> AsyncIterator[TaskOwner]:
    owner = TaskOwner("test")
    yield owner
    await owner.close()


async def test_a_failover_by_sentinel_loses_nothing_that_a_replica_had(
    tasks: TaskOwner,
) -> None:
    with (
        redis_server("--appendonly", "yes") as master,
        redis_server("--replicaof", f"127.0.0.1 {master.port}") as replica,
        sentinel_of(master) as sentinel,
    ):
        url = f"redis+sentinel://127.0.0.1:{sentinel.port}/main/0"
        await until(lambda: "slaves=1" in said_by(sentinel))
        async with node(url, patience_s=FAILOVER_S) as a, node(url, "b") as b:
            assert "failover may lose" in (a.health.may_lose or "")
            heard: list[str] = []
            tasks.spawn(b.follow(START, lambda x: heard.extend(keys(x))), name="r")
            for n in range(20):
                await a.append([rang(f"e{n}")])
            await until(lambda: "20" in replica.command("XLEN", "{screenpop}:journal"))
            master.kill()
            async with asyncio.timeout(FAILOVER_S):
                receipts = await a.append([rang("after")])
            assert receipts[0].offset == 21
            await until(lambda: heard[-1:] == ["after"])
            assert heard == [*(f"e{n}" for n in range(20)), "after"]
            assert replica.command("ROLE").startswith("master")


def role(server: RedisServer) -> str:
    """A Sentinel cuts the clients of a server whose role it changes: "" then."""
    try:
        return server.command("ROLE")
    except CalledProcessError:
        return ""


async def test_a_failover_by_hand_moves_all_connections(tasks: TaskOwner) -> None:
    """The old master lives on, as a replica: nobody cuts a connection."""
    with (
        redis_server("--appendonly", "yes") as master,
        redis_server("--replicaof", f"127.0.0.1 {master.port}") as replica,
        sentinel_of(master) as sentinel,
    ):
        url = f"redis+sentinel://127.0.0.1:{sentinel.port}/main/0"
        await until(lambda: "slaves=1" in said_by(sentinel))
        await until(lambda: "state=online" in master.command("INFO", "replication"))
        async with node(url, patience_s=FAILOVER_S) as journal:
            await journal.append([rang("before")])
            await until(lambda: replica.command("XLEN", "{screenpop}:journal") == "1")
            sentinel.command("SENTINEL", "FAILOVER", "main")
            await until(lambda: role(replica).startswith("master"))
            await until(lambda: role(master).startswith("slave"))
            await accepted(journal, "after")
            found = replica.command("XRANGE", "{screenpop}:journal", "-", "+")
            assert "after" in found


async def test_a_cluster_is_followed_to_the_server_of_the_slot() -> None:
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
    with redis_server(*options) as one, redis_server(*options) as two:
        slot = int(one.command("CLUSTER", "KEYSLOT", "{screenpop}"))
        two.command("CLUSTER", "ADDSLOTSRANGE", str(slot), str(slot))
        for first, last in ((0, slot - 1), (slot + 1, 16383)):
            one.command("CLUSTER", "ADDSLOTSRANGE", str(first), str(last))
        one.command("CLUSTER", "MEET", "127.0.0.1", str(two.port))
        await until(lambda: "cluster_state:ok" in one.command("CLUSTER", "INFO"))
        await until(lambda: "cluster_state:ok" in two.command("CLUSTER", "INFO"))
        async with node(one.url) as journal:
            await journal.append([rang("a")])
            await journal.save_snapshot("folds", (await journal.bounds())[1], b"state")
            assert two.command("XLEN", "{screenpop}:journal") == "1"
            assert await journal.load_snapshot("folds") == (1, b"state")
            assert await journal.leases.acquire("work", "a", 1)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself: `ca.pem`, `key.pem`."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """The URL of its port with TLS."""
    from redis_server import free_port

    port = free_port()
    ca = str(folder / "ca.pem")
    with redis_server(
        "--tls-port", str(port), "--tls-cert-file", ca, "--tls-ca-cert-file", ca,
        "--tls-key-file", str(folder / "key.pem"), "--tls-auth-clients", "no",
    ):  # fmt: skip
        yield f"rediss://127.0.0.1:{port}/0"


async def test_tls_with_a_ca_of_its_own_and_not_without(certificates: Path) -> None:
    with tls_server(certificates) as url:
        journal = RedisJournal(parse_address(url, certificates / "ca.pem"))
        await journal.open()
        await journal.append([rang("a")])
        assert keys(await journal.read(START)) == ["a"]
        await journal.close()
        with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
            async with node(url):
                pass

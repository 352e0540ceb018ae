"""Do a real nginx and a real HAProxy lead to the right one of two real nodes?

Ports, certificates and the number of nodes are replaced in the shipped files, nothing
else. A node that is stopping answers 503 at /readyz while it still listens.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket as sockets
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from call_centre import PASSWORD, CallCentre, Seat, open_call_centre, signed
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from deploy.folder import DEPLOY, program, started
from redis_server import free_port, redis_server
from websockets.asyncio.client import connect

from screenpop.config.model import Limits, Server
from screenpop.web.site import Site

BROWSERS = 12
WITHIN_S = 15.0
CLIENT = "127.0.0.2"  # the proxy, 127.0.0.1, is the only one that is trusted


@dataclass(frozen=True)
class Proxy:
    """A shipped configuration, fitted to this machine."""

    name: str
    command: list[str]
    check: list[str]
    port: int
    certificate: Path
    states: Path | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


Fit = Callable[[Path, list[int]], Proxy]


def certificate(folder: Path) -> tuple[Path, Path]:
    """One for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "fullchain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, private


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def with_nodes(text: str, ports: list[int]) -> str:
    """The nodes that there are; the others are left out."""
    for place in range(3):
        shipped = f"127.0.0.1:{8081 + place}"
        assert shipped in text
        if place < len(ports):
            text = text.replace(shipped, f"127.0.0.1:{ports[place]}")
        else:
            text = re.sub(rf".*{shipped}.*\n", "", text)
    return text


def nginx(folder: Path, ports: list[int]) -> Proxy:
    binary = program("nginx")
    chain, key = certificate(folder)
    port, plain = free_port(), free_port()
    upstreams = with_nodes((DEPLOY / "nginx" / "upstreams.conf").read_text(), ports)
    site = replaced(
        (DEPLOY / "nginx" / "screenpop.conf").read_text(),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/ssl/screenpop/fullchain.pem", str(chain)),
        ("/etc/ssl/screenpop/key.pem", str(key)),
    )
    (folder / "upstreams.conf").write_text(upstreams)
    (folder / "screenpop.conf").write_text(site)
    paths = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'};\n"
        "worker_processes 2;\nevents { worker_connections 256; }\n"
        f"http {{\naccess_log off;\n{paths}"
        f"include {folder / 'upstreams.conf'};\n"
        f"include {folder / 'screenpop.conf'};\n}}"
    )
    start = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    start += ["-e", str(folder / "error.log")]
    return Proxy("nginx", start, [*start, "-t"], port, chain)


def haproxy(folder: Path, ports: list[int]) -> Proxy:
    binary = program("haproxy")
    chain, key = certificate(folder)
    (folder / "both.pem").write_bytes(chain.read_bytes() + key.read_bytes())
    port, plain, states = free_port(), free_port(), folder / "stats"
    text = replaced(
        with_nodes((DEPLOY / "haproxy" / "haproxy.cfg").read_text(), ports),
        ("bind :80\n", f"bind 127.0.0.1:{plain}\n"),
        ("bind :443 ", f"bind 127.0.0.1:{port} "),
        ("/etc/haproxy/screenpop.pem", str(folder / "both.pem")),
        ("maxconn 25000", f"maxconn 256\n    stats socket {states}"),
    )
    (folder / "haproxy.cfg").write_text(text)
    start = [binary, "-q", "-db", "-f", str(folder / "haproxy.cfg")]
    return Proxy("haproxy", start, [binary, "-c", *start[3:]], port, chain, states)


PROXIES = pytest.mark.parametrize("fit", [nginx, haproxy])


@PROXIES
def test_the_program_itself_accepts_the_configuration(fit: Fit, tmp_path: Path) -> None:
    proxy = fit(tmp_path, [8081, 8082, 8083])
    done = subprocess.run(proxy.check, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr.lower(), done.stderr


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("nginx/screenpop.conf", r"proxy_(?:read|send)_timeout (75)s"),
        ("haproxy/haproxy.cfg", r"timeout (?:tunnel|client|server) (75)s"),
    ],
)
def test_open_browsers_outlast_two_heartbeats(file: str, pattern: str) -> None:
    found = re.findall(pattern, (DEPLOY / file).read_text())
    assert len(found) >= 2
    assert all(float(each) > 2 * Server().heartbeat_s for each in found)


def test_nginx_lets_every_body_through_that_a_node_takes() -> None:
    text = (DEPLOY / "nginx" / "screenpop.conf").read_text()
    [mebibytes] = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(mebibytes) * 2**20 > Limits().body_bytes_max


# -- Two nodes behind it


@dataclass
class House:
    nodes: dict[str, CallCentre]
    proxy: Proxy
    http: aiohttp.ClientSession
    seats: list[Seat]

    async def cookie(self, name: str = "ana") -> str:
        answer = await self.http.post(
            f"{self.proxy.url}/v1/session",
            json={"username": name, "password": PASSWORD},
            headers={"Origin": self.proxy.url},
        )
        assert answer.status == 200, await answer.text()
        return f"screenpop_session={answer.cookies['screenpop_session'].value}"

    async def browsers(self, count: int, cookie: str) -> None:
        for _ in range(count):
            socket = await connect(
                f"{self.proxy.url.replace('https', 'wss')}/v1/agent",
                subprotocols=["screenpop.v1"],  # type: ignore[list-item]
                additional_headers={"Cookie": cookie, "Origin": self.proxy.url},
                ssl=self.proxy.trust(),
                proxy=None,
                open_timeout=30,  # as patient as browsers
            )
            seat = Seat(socket, "ana")
            self.nodes["a"].tasks.spawn(seat.listen(), name="seat")
            await seat.next("hello")
            await seat.send("resume", after=0)
            await seat.next("agent.updated")
            self.seats.append(seat)

    def connected(self) -> dict[str, int]:
        return {name: len(site(node).sockets) for name, node in self.nodes.items()}

    async def ring(self, call_id: str) -> int:
        event = {"type": "alerting", "call_id": call_id, "agents": ["1001"]}
        body = json.dumps(event).encode()
        url = f"{self.proxy.url}/v1/telephony/main"
        async with self.http.post(url, data=body, headers=signed(body)) as answer:
            return answer.status


def site(node: CallCentre) -> Site:
    assert node.service.web is not None
    return node.service.web.site


@asynccontextmanager
async def house_behind(fit: Fit, folder: Path) -> AsyncIterator[House]:
    with redis_server() as redis:
        async with AsyncExitStack() as stack:
            nodes = {}
            for name in ("a", "b"):
                (folder / name).mkdir()
                nodes[name] = await stack.enter_async_context(
                    open_call_centre(
                        folder / name,
                        server={
                            "port": 0,
                            "country": "GB",
                            "data_dir": "data",
                            "trusted_proxies": ["127.0.0.1/32"],
                        },
                        journal={"engine": "redis", "url": redis.url, "node": name},
                        security={"session_key_file": str(folder / "session.key")},
                        limits={"sessions_per_user_max": 200},
                    )
                )
            proxy = fit(folder, [site_port(node) for node in nodes.values()])
            stack.enter_context(started(proxy.command, proxy.port))
            http = await stack.enter_async_context(
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(
                        ssl=proxy.trust(), local_addr=(CLIENT, 0)
                    )
                )
            )
            house = House(nodes, proxy, http, [])
            yield house
            for seat in house.seats:
                await seat.leave()


def site_port(node: CallCentre) -> int:
    return int(node.url.rpartition(":")[2])


@contextmanager
def not_ready(node: CallCentre) -> Iterator[None]:
    """503 at /readyz, though it listens."""
    site(node).draining.set()
    yield
    site(node).draining.clear()


async def marked(proxy: Proxy, node: str, state: str) -> None:
    """HAProxy has seen it at /readyz."""
    async with asyncio.timeout(WITHIN_S):
        while (node, state) not in await asyncio.to_thread(states_of, proxy):
            await asyncio.sleep(0.05)


def states_of(proxy: Proxy) -> list[tuple[str, str]]:
    assert proxy.states is not None
    with sockets.socket(sockets.AF_UNIX) as asking:
        asking.connect(str(proxy.states))
        asking.sendall(b"show stat\n")
        text = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
    heads, *rows = [line.split(",") for line in text.splitlines() if line]
    place, name = heads.index("status"), heads.index("svname")
    return [
        (row[name], row[place].split()[0]) for row in rows if row[0].endswith("nodes")
    ]


@PROXIES
async def test_browsers_come_to_both_nodes_and_see_the_calls_of_either(
    fit: Fit, tmp_path: Path
) -> None:
    async with house_behind(fit, tmp_path) as house:
        await house.browsers(BROWSERS, await house.cookie())  # one log-in for all
        counts = house.connected()
        assert sum(counts.values()) == BROWSERS
        assert min(counts.values()) >= BROWSERS // 3, counts  # without stickiness
        assert await house.ring("c-1") == 200
        for seat in house.seats:
            assert (await seat.next_pop()).call_id == "c-1"


@PROXIES
async def test_a_node_that_is_gone_gets_no_browsers_and_loses_no_event(
    fit: Fit, tmp_path: Path
) -> None:
    async with house_behind(fit, tmp_path) as house:
        cookie = await house.cookie()
        gone = house.nodes["a"].service.web
        assert gone is not None
        await gone.stop()
        await house.browsers(BROWSERS, cookie)  # each at the first try
        assert len(site(house.nodes["b"]).sockets) == BROWSERS
        for number in range(10):
            assert await house.ring(f"c-{number}") == 200
        for number in range(10):
            assert (await house.seats[0].next_pop()).call_id == f"c-{number}"


async def test_haproxy_sends_no_new_browser_to_a_node_that_is_not_ready(
    tmp_path: Path,
) -> None:
    async with house_behind(haproxy, tmp_path) as house:
        cookie = await house.cookie()
        await house.browsers(BROWSERS, cookie)
        before = house.connected()
        with not_ready(house.nodes["a"]):
            await marked(house.proxy, "node1", "DOWN")
            await house.browsers(BROWSERS, cookie)
            after = house.connected()
            assert after["a"] == before["a"]  # they stay, and none comes
            assert after["b"] == before["b"] + BROWSERS
        await marked(house.proxy, "node1", "UP")
        await house.browsers(BROWSERS, cookie)
        assert house.connected()["a"] > before["a"]


@pytest.mark.slow
async def test_nginx_passes_a_handshake_on_that_a_starting_node_refuses(
    tmp_path: Path,
) -> None:
    async with house_behind(nginx, tmp_path) as house:
        cookie = await house.cookie()
        house.nodes["a"].service.caught_up.clear()  # it reads what is stored
        await house.browsers(4, cookie)
        assert house.connected() == {"a": 0, "b": 4}


@PROXIES
async def test_a_client_cannot_give_itself_another_address(
    fit: Fit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house_behind(fit, tmp_path) as house:
        forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
        answer = await house.http.post(
            f"{house.proxy.url}/v1/session",
            json={"username": "ana", "password": "wrong password"},
            headers={"Origin": house.proxy.url, **forged},
        )
        assert answer.status == 401
        assert CLIENT in {getattr(record, "address", None) for record in caplog.records}
        assert "203.0.113.9" not in caplog.text

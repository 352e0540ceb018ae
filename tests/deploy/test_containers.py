"""Do Dockerfile and compose files fit the service? Docker itself is not run.

A build replays what the Dockerfile copies: with less the package could not be made.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deploy.folder import DEPLOY, ROOT, read_yaml, started
from redis_server import free_port, need_redis

from screenpop.cli import VERBS
from screenpop.cli import main as command
from screenpop.config.load import load_config
from screenpop.config.model import Server

DOCKER = DEPLOY / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
COMPOSE = ("compose.yaml", "compose.nodes.yaml")
URLS = {
    "redis_url": "redis+sentinel://s1:26379,s2:26379,s3:26379/screenpop/0",
    "store_url": "postgresql+asyncpg://screenpop:a-password@database/screenpop",
}


def stages() -> dict[str, str]:
    """Name (the last has none) -> its lines, joined where a line goes on."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE)
    parts = re.split(r"^FROM (\S+)(?: AS (\w+))?$", text, flags=re.M)[1:]
    return {parts[i + 1] or "": parts[i + 2] for i in range(0, len(parts), 3)}


def copies(stage: str) -> Iterator[tuple[list[str], str]]:
    """What is copied from the folder of the build, and where to."""
    for line in re.findall(r"^COPY (?!--from)(.*)$", stages()[stage], re.M):
        *sources, target = line.split()
        yield sources, target


def test_base_images_have_plain_names_and_versions() -> None:
    files = [DOCKERFILE, *((DOCKER / name).read_text() for name in COMPOSE)]
    images = re.findall(r"^FROM (\S+)|image: (\S+)", "\n".join(files), re.M)
    names = {a or b for a, b in images} - {"screenpop"}
    assert len(names) >= 5
    for name in names:
        assert re.fullmatch(r"[a-z]+:[\w.\-]+", name), name  # no host of a registry
        assert not name.endswith(":latest")


def test_the_package_can_be_built_of_what_is_copied(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    place = tmp_path / "src"
    place.mkdir()
    for sources, target in copies("packages"):
        for source in sources:
            old, new = ROOT / source, place / target
            if old.is_dir():
                skip = shutil.ignore_patterns("__pycache__", "assets")
                shutil.copytree(old, new, ignore=skip)
            else:
                shutil.copy(old, new)
    (assets := place / "screenpop" / "web" / "assets").mkdir()
    (assets / "index.html").write_text("from the stage `pages`")
    [path] = WheelBuilder(str(place)).build(
        directory=str(tmp_path / "dist"), versions=["standard"]
    )
    names = zipfile.ZipFile(path).namelist()
    assert "screenpop/web/assets/index.html" in names
    assert "screenpop_connectors/sql.py" in names or any(
        name.startswith("screenpop_connectors/sql/") for name in names
    )


def test_everything_copied_is_there_and_not_ignored() -> None:
    rules = (DOCKER / "Dockerfile.dockerignore").read_text().split()
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    both = [*copies("pages"), *copies("packages")]
    for source in {source for sources, _ in both for source in sources}:
        assert (ROOT / source).exists(), source
        assert source.partition("/")[0] in let_in, source


def test_the_pages_are_built_as_scripts_build_ui_does() -> None:
    package = json.loads((ROOT / "agent_ui" / "package.json").read_text())
    assert "RUN npm run build" in stages()["pages"]
    assert "build" in package["scripts"]
    assert "RUN npm ci" in stages()["pages"]
    assert "/src/screenpop/web/assets" in stages()["packages"]
    config = (ROOT / "agent_ui" / "vite.config.ts").read_text()
    assert 'outDir: "../screenpop/web/assets"' in config  # of /src/agent_ui
    node = re.search(r"^FROM node:(\d+)", DOCKERFILE)
    assert node is None or int(node[1]) >= 20


def test_packages_come_from_the_lock_file_with_hashes() -> None:
    stage = stages()["packages"]
    assert "--require-hashes -r requirements.lock" in stage
    assert "--no-deps --no-build-isolation ." in stage
    assert "hatchling==" in (ROOT / "requirements.lock").read_text()


def test_the_image_runs_the_service_without_rights() -> None:
    last = stages()[""]
    assert re.search(r"^USER 10001:10001$", last, re.M)
    [words] = re.findall(r"^CMD (\[.*\])$", last, re.M)
    assert json.loads(words)[:2] == ["serve", "--config"]
    assert json.loads(words)[0] in VERBS
    [port] = re.findall(r"^EXPOSE (\d+)$", last, re.M)
    [health] = re.findall(r"CMD (\[.*urlopen.*\])$", last, re.M)
    assert f":{port}/livez" in json.loads(health)[-1]
    assert int(port) == Server().port
    compile(json.loads(health)[-1], "healthcheck", "exec")


@pytest.mark.parametrize("name", COMPOSE)
def test_each_file_and_secret_of_a_compose_file_has_its_place(name: str) -> None:
    compose = read_yaml(f"docker/{name}")
    for config in compose["configs"].values():
        assert (DOCKER / config["file"]).exists(), config
    used = {
        each for x in compose["services"].values() for each in parts_of(x, "secrets")
    }
    assert used == set(compose["secrets"])
    named = {
        each for x in compose["services"].values() for each in parts_of(x, "configs")
    }
    assert named == set(compose["configs"])
    volumes = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
    }
    assert volumes == set(compose["volumes"])
    for service in compose["services"].values():
        for other in service.get("depends_on", ()):
            assert other in compose["services"]
        assert set(service["networks"]) <= set(compose["networks"])


def parts_of(service: dict[str, Any], kind: str) -> Iterator[str]:
    for part in service.get(kind, ()):
        yield part if isinstance(part, str) else part["source"]


@pytest.mark.parametrize("name", COMPOSE)
def test_nodes_run_without_rights_and_end_in_order(name: str) -> None:
    services = read_yaml(f"docker/{name}")["services"]
    nodes = [each for key, each in services.items() if key.startswith("node")]
    assert nodes
    for node in nodes:
        assert node["read_only"] is True
        assert node["cap_drop"] == ["ALL"]
        assert node["security_opt"] == ["no-new-privileges:true"]
        assert int(node["stop_grace_period"].rstrip("s")) > Server().drain_s + 15
        assert node["volumes"][0].endswith(":/var/lib/screenpop")
        assert "ports" not in node  # only the proxy is reached from outside


@pytest.mark.parametrize("name", COMPOSE)
def test_the_proxy_knows_each_node_and_is_trusted(name: str) -> None:
    compose = read_yaml(f"docker/{name}")
    upstreams = (DOCKER / compose["configs"]["upstreams"]["file"]).read_text()
    nodes = sorted(key for key in compose["services"] if key.startswith("node"))
    for block in upstreams.split("upstream ")[1:]:
        assert re.findall(r"server (\w+):8080 ", block) == nodes
    [subnet] = compose["networks"]["front"]["ipam"]["config"]
    for node in nodes:
        given = compose["services"][node]["environment"]["SCREENPOP_PROXY"]
        assert given == subnet["subnet"]


@pytest.mark.parametrize(
    ("compose", "config"),
    [("compose.yaml", "one-node.yaml"), ("compose.nodes.yaml", "nodes.yaml")],
)
def test_the_configuration_passes_check_config_with_what_a_node_gets(
    compose: str,
    config: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    services = read_yaml(f"docker/{compose}")["services"]
    for name, value in services["node1"]["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SCREENPOP_HOST", "0.0.0.0")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    path = tmp_path / "screenpop.yaml"
    shutil.copy(DEPLOY / config, path)
    for secret in parts_of(services["node1"], "secrets"):
        (tmp_path / secret).write_text(URLS.get(secret, "a-secret-of-32-characters-"))
    with pytest.raises(SystemExit) as ended:
        command(["check-config", str(path)])
    assert not ended.value.code, capsys.readouterr().out
    loaded = load_config(path).config
    assert str(loaded.server.data_dir) == "/var/lib/screenpop"
    assert loaded.server.trusted_proxies == (
        services["node1"]["environment"]["SCREENPOP_PROXY"],
    )


def test_redis_takes_the_settings_that_the_journal_asks_for(tmp_path: Path) -> None:
    need_redis()
    services = read_yaml("docker/compose.nodes.yaml")["services"]
    port = free_port()
    own = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    with started([*services["redis1"]["command"], *own], port):
        for name, value in {
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "min-replicas-to-write": "1",
        }.items():
            assert asked(port, "CONFIG", "GET", name)[-1] == value
        sentinel = free_port()
        config = (DOCKER / "sentinel.conf").read_text()
        config = config.replace("26379", str(sentinel)).replace("/data", str(tmp_path))
        config = config.replace("redis1 6379", f"localhost {port}")
        (tmp_path / "sentinel.conf").write_text(config)
        words = ["redis-server", str(tmp_path / "sentinel.conf"), "--sentinel"]
        with started(words, sentinel):
            name = URLS["redis_url"].split("/")[-2]
            found = asked(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
            assert found == ["localhost", str(port)]


def asked(port: int, *words: str) -> list[str]:
    command = ["redis-cli", "-e", "-p", str(port), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()

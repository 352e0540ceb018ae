"""Are the units of systemd right, and how much may the service do?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from deploy.folder import DEPLOY, program

from screenpop.cli import VERBS
from screenpop.config.model import Server

UNITS = ("screenpop.service", "screenpop@.service")
EXPOSURE_MAX = 1.5  # of 10; measured 1.4
AFTER_DRAIN_S = 15  # to save the state of all calls and close the store


def text_of(unit: str) -> str:
    return (DEPLOY / "systemd" / unit).read_text()


def value(unit: str, key: str) -> str:
    [found] = re.findall(rf"^{key}=(.*)$", text_of(unit), re.M)
    return str(found)


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def installed(unit: str, folder: Path) -> Path:
    """As on a machine: the program is there, a template has an instance."""
    path = folder / unit.replace("@", "@8081")
    program = "/opt/screenpop/.venv/bin/screenpop"
    assert program in text_of(unit)
    path.write_text(text_of(unit).replace(program, sys.executable))
    return path


def test_systemd_finds_nothing_wrong(unit: str, tmp_path: Path) -> None:
    verify = program("systemd-analyze", in_ci=False)
    done = subprocess.run(
        [verify, "verify", "--man=no", str(installed(unit, tmp_path))],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_exposure_that_systemd_computes_is_low(unit: str, tmp_path: Path) -> None:
    analyze = program("systemd-analyze", in_ci=False)
    path = installed(unit, tmp_path)
    done = subprocess.run(
        [analyze, "security", "--offline=yes", "--no-pager", str(path)],
        capture_output=True,
        text=True,
    )
    [level] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level) <= EXPOSURE_MAX


def test_the_command_is_one_of_the_service(unit: str) -> None:
    path, *words = value(unit, "ExecStart").split()
    assert path.endswith("/screenpop")
    assert words[:2] == ["serve", "--config"]
    assert words[0] in VERBS
    assert words[2] == "${CREDENTIALS_DIRECTORY}/screenpop.yaml"


def test_a_stop_has_more_time_than_the_service_takes(unit: str) -> None:
    drain_s = Server().drain_s
    assert float(value(unit, "TimeoutStopSec")) >= drain_s + AFTER_DRAIN_S
    assert value(unit, "Restart") == "on-failure"
    assert value(unit, "Type") == "exec"  # it sends no notification


@pytest.mark.parametrize(
    ("unit", "config"),
    [("screenpop.service", "one-node.yaml"), ("screenpop@.service", "nodes.yaml")],
)
def test_each_secret_of_the_configuration_is_a_credential(
    unit: str, config: str
) -> None:
    loaded = re.findall(r"^LoadCredential=([^:]+):(.*)$", text_of(unit), re.M)
    names = {name for name, _ in loaded}
    text = (DEPLOY / config).read_text()
    files = set(re.findall(r"\$\{file:([^}]+)\}", text))
    files |= set(re.findall(r"session_key_file: (\S+)", text))
    assert names == {"screenpop.yaml", *files}
    assert all(path == f"/etc/screenpop/{name}" for name, path in loaded)


COMMANDS = (
    "users add ana --agent 1001 --generate",
    "users list",
    "explain +442079460958",
    "db upgrade",
    "index report",
)
NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_root_runs_beside_the_unit_belongs_to_its_user(tmp_path: Path) -> None:
    """docs/operations.md: with the files of /etc/screenpop, before the first start."""
    data, etc = tmp_path / "data", tmp_path / "etc"
    data.mkdir(mode=0o700)
    os.chown(data, NOBODY, NOBODY)
    etc.mkdir()
    (etc / "signing_secret").write_text("a secret of enough length")
    text = (DEPLOY / "one-node.yaml").read_text()
    config = etc / "screenpop.yaml"
    config.write_text(text.replace("/var/lib/screenpop", str(data)))
    for command in COMMANDS:
        words = [sys.executable, "-m", "screenpop", *command.split()]
        done = subprocess.run(
            [*words, "--config", str(config)],
            cwd=etc, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "a secret" not in done.stdout + done.stderr
    made = [data, *data.rglob("*")]
    assert "store.sqlite" in {path.name for path in made}
    assert {(path.name, path.stat().st_uid) for path in made} == {
        (path.name, NOBODY) for path in made
    }

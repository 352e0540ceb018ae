"""The command as a whole: `screenpop/cli/__init__.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from screenpop.cli import installed_verbs, main
from screenpop.domain.errors import ConfigError, NotFound


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_help_lists_every_verb_with_its_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for verb, (_, said) in installed_verbs().items():
        assert verb in out
        assert said in " ".join(out.split())


@pytest.mark.parametrize("verb", sorted(installed_verbs()))
def test_every_verb_has_help_with_an_example(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, verb, "--help")
    assert code == 0
    assert f"Example: screenpop {verb}" in " ".join(out.split())


def test_help_imports_no_verb() -> None:
    """So it answers at once whatever serving needs."""
    code = (
        "import sys\n"
        "from screenpop.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'sqlalchemy', 'aiohttp', 'phonenumbers', 'msgspec'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
        "assert not [m for m in sys.modules if m.startswith('screenpop.cli.')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[1].startswith("screenpop ")


def test_an_unknown_verb_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "sevre")
    assert code == 2
    assert "sevre" in err


def test_an_error_of_ours_is_a_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, ConfigError("the file is wrong. Correct it."))
    code, _, err = run(capsys, "schema")
    assert (code, err) == (1, "screenpop: the file is wrong. Correct it.\n")


def test_an_error_that_keeps_its_remedy_apart_is_told_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, NotFound("there is no line x", remedy="Did you mean `y`?"))
    _, _, err = run(capsys, "schema")
    assert err == "screenpop: there is no line x. Did you mean `y`?\n"


def test_debug_shows_where_an_error_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    _failing(monkeypatch, ConfigError("the file is wrong"))
    with pytest.raises(ConfigError):
        main(["--debug", "schema"])


def test_ctrl_c_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _failing(monkeypatch, KeyboardInterrupt())
    assert run(capsys, "schema")[0] == 130


def test_python_m_screenpop_is_the_same_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "screenpop", "check-config", "none.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.startswith("none.yaml:1:1: cannot be read")


def _failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """The verb `schema` ends with this error, as any verb may."""

    def fail(markdown: bool = False) -> None:
        raise error

    import screenpop.cli.schema as verb

    monkeypatch.setattr(verb, "register", lambda app: app.command("schema")(fail))

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.cli.configured import configured
from screenpop.config.problems import ConfigProblems
from screenpop.support.log import redacted


def test_a_fit_configuration_is_loaded_and_its_secrets_stay_out_of_the_log(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("a-token-that-nobody-else-has\n")
    file = tmp_path / "screenpop.yaml"
    file.write_text("lines:\n  pbx: {settings: {token: '${file:token}'}}\n")
    loaded = configured(file)
    token = loaded.config.lines["pbx"].settings["token"]
    assert token == "a-token-that-nobody-else-has"
    assert redacted(f"sent {token}") == "sent [secret]"


def test_what_the_dialect_of_a_line_misses_is_told(tmp_path: Path) -> None:
    file = tmp_path / "screenpop.yaml"
    file.write_text("lines:\n  pbx:\n    settings: {tokn: x-x-x-x}\n")
    with pytest.raises(ConfigProblems, match=r":3:16: lines.pbx.settings.tokn: "):
        configured(file)


def test_an_unknown_dialect_is_told(tmp_path: Path) -> None:
    file = tmp_path / "screenpop.yaml"
    file.write_text("lines:\n  pbx:\n    dialect: genric\n")
    with pytest.raises(ConfigProblems, match=r":3:5: lines.pbx.dialect: .*genric"):
        configured(file)

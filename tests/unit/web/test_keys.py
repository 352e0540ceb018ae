from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.domain.errors import ConfigError
from screenpop.web.auth import FILE_NAME, session_key


def test_the_key_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    key = session_key(tmp_path / "data" / FILE_NAME)
    assert len(key) == 32
    assert session_key(tmp_path / "data" / FILE_NAME) == key
    (file,) = (tmp_path / "data").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    session_key(tmp_path / FILE_NAME)
    (tmp_path / "session.key").chmod(0o644)
    with pytest.raises(ConfigError, match=r"can be read by others.*chmod 600"):
        session_key(tmp_path / FILE_NAME)


def test_a_credential_of_systemd_may_show_the_mask_of_its_access_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = session_key(tmp_path / FILE_NAME)
    (tmp_path / "session.key").chmod(0o440)
    with pytest.raises(ConfigError, match="can be read by others"):
        session_key(tmp_path / FILE_NAME)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert session_key(tmp_path / FILE_NAME) == key
    (tmp_path / "session.key").chmod(0o444)
    with pytest.raises(ConfigError, match="can be read by others"):
        session_key(tmp_path / FILE_NAME)


def test_a_cut_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "session.key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="has 5 bytes, must have 32"):
        session_key(tmp_path / FILE_NAME)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot keep the session key"):
        session_key(tmp_path / "file" / FILE_NAME)

"""Mail that no server takes is found before the service starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from key_effects import loaded

from screenpop.domain.errors import ConfigError


def test_mail_without_a_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no mail server"):
        loaded(tmp_path, alerts={"email": {"to": ["sue@example.com"]}})

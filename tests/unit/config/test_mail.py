"""Which mail settings are refused, and which server sends what?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import loaded

from screenpop.config.mail import alert_mail, report_mail
from screenpop.domain.errors import ConfigError

TO = {"to": ["sue@example.com"]}
SERVER = {"host": "mail.example.net", "sender": "pop@example.com"}


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ({**TO, "host": "mail.example.net"}, "`host` needs `sender`"),
        ({**TO, "port": 25, "security": "none"}, "port, security without `host`"),
        ({**TO, **SERVER, "sender": "pop"}, "must be an e-mail address"),
        ({**SERVER, "to": []}, "at least 1"),
    ],
)
def test_mail_that_could_not_be_sent_is_refused(
    tmp_path: Path, email: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        loaded(tmp_path, alerts={"email": email})


def test_alerts_may_have_a_mail_server_of_their_own(tmp_path: Path) -> None:
    own = loaded(tmp_path, alerts={"email": {**TO, **SERVER}}).config
    both = loaded(
        tmp_path,
        alerts={"email": {**TO, **SERVER}},
        mail={"host": "relay.example.net", "sender": "reports@example.com"},
    ).config
    hosts = [
        None if found is None else found.host
        for config in (own, both)
        for found in (alert_mail(config), report_mail(config))
    ]
    assert hosts == [
        "mail.example.net", "mail.example.net", "mail.example.net",
        "relay.example.net",
    ]  # fmt: skip
    assert report_mail(loaded(tmp_path).config) is None

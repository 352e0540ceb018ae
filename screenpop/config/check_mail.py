"""Is there a mail server for what is to be sent?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.config.load import Loaded
from screenpop.config.mail import alert_mail
from screenpop.config.problems import Problem

REMEDY = "Add `mail` with `host` and `sender` to the file."


def mail_problems(loaded: Loaded) -> Iterator[Problem]:
    config = loaded.config
    if config.alerts.email is not None and alert_mail(config) is None:
        path = ("alerts", "email")
        yield loaded.problem(path, "there is no mail server to send by", REMEDY)

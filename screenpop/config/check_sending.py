"""Can alerts and reports be sent: is there a mail server, and pyarrow for Parquet?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.config.load import Loaded
from screenpop.config.mail import alert_mail, report_mail
from screenpop.config.problems import Problem
from screenpop.support.table import INSTALL, has_parquet

NO_SERVER = "there is no mail server to send by"
REMEDY = "Add `mail` with `host` and `sender` to the file."


def sending_problems(loaded: Loaded) -> Iterator[Problem]:
    config = loaded.config
    if config.alerts.email is not None and alert_mail(config) is None:
        yield loaded.problem(("alerts", "email"), NO_SERVER, REMEDY)
    for name, report in config.reports.items():
        if report.to and report_mail(config) is None:
            yield loaded.problem(("reports", name, "to"), NO_SERVER, REMEDY)
        if report.format == "parquet" and not has_parquet():
            yield loaded.problem(
                ("reports", name, "format"),
                "Parquet needs pyarrow, which is not installed",
                f"Install it: {INSTALL}, or choose csv or html.",
            )

"""Can alerts and reports be sent: is there a mail server, and pyarrow for Parquet?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.config.folders import folder_problems
from screenpop.config.load import Loaded
from screenpop.config.mail import alert_mail, report_mail
from screenpop.config.problems import Problem
from screenpop.support.table import INSTALL, has_parquet

NO_SERVER = "there is no mail server to send by"
REMEDY = "Add `mail` with `host` and `sender` to the file."


def sending_problems(loaded: Loaded) -> Iterator[Problem]:
    """A folder that is away, or a library, keeps no service from running."""
    config = loaded.config
    if config.alerts.email is not None and alert_mail(config) is None:
        yield loaded.problem(("alerts", "email"), NO_SERVER, REMEDY)
    for name, report in config.reports.items():
        if report.to and report_mail(config) is None:
            yield loaded.problem(("reports", name, "to"), NO_SERVER, REMEDY)
        if report.to_folder is not None:
            path = ("reports", name, "to_folder")
            yield from folder_problems(loaded, path, report.to_folder, stops=False)
        if report.format == "parquet" and not has_parquet():
            yield loaded.problem(
                ("reports", name, "format"),
                "Parquet needs pyarrow, which is not installed",
                f"Install it: {INSTALL}, or choose csv or html.",
                stops=False,
            )

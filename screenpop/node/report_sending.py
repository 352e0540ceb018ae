"""How does a report get into its folder and to its readers?"""

from __future__ import annotations

import asyncio
import logging
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from screenpop.config.reports import ReportFormat, ReportSettings
from screenpop.domain.errors import BadInput, ScreenpopError, Unloadable
from screenpop.history.report_runs import ReportWay
from screenpop.node.mail import Mailer, why_not_sent
from screenpop.node.report_content import MadeReport, file_bytes, page, text
from screenpop.node.report_files import file_name, remove_old, write_report

log = logging.getLogger(__name__)

MAIL_WITHIN_S = 300.0  # one whole e-mail
ATTACHED_BYTES_MAX = 10_000_000  # what most mail servers take
_TYPES: dict[ReportFormat, tuple[str, str]] = {
    "csv": ("text", "csv"),
    "parquet": ("application", "vnd.apache.parquet"),
    "html": ("text", "html"),
}


class NotSent(ScreenpopError):
    """A try that failed; the text has neither an address nor a secret."""


def ways_of(settings: ReportSettings) -> Iterator[ReportWay]:
    if settings.to_folder is not None:
        yield "folder"
    if settings.to:
        yield "email"


@dataclass(frozen=True, kw_only=True)
class ReportSender:
    """`folder` is where relative folders begin."""

    folder: Path
    mailer: Mailer | None

    async def send(
        self, way: ReportWay, settings: ReportSettings, made: MadeReport, mail_id: str
    ) -> None:
        """Raises `NotSent`, and `BadInput` for what no further try would send."""
        try:
            body = await asyncio.to_thread(file_bytes, made, settings.format)
        except Unloadable as error:
            raise BadInput(str(error)) from error
        if way == "folder":
            await asyncio.to_thread(self._write, settings, made, body)
            return
        message = await asyncio.to_thread(self.message, settings, made, body, mail_id)
        assert self.mailer is not None  # `check_sending`
        try:
            refused = await asyncio.wait_for(self.mailer.send(message), MAIL_WITHIN_S)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"{why_not_sent(error)}. Check `mail`") from error
        if refused:
            log.warning(
                "report %s: the mail server refused %d of %d recipients. Check"
                " reports.%s.to.",
                made.name,
                refused,
                len(settings.to),
                made.name,
            )

    def file(self, settings: ReportSettings, made: MadeReport) -> Path:
        """Where it is written to."""
        assert settings.to_folder is not None
        name = file_name(made.name, made.first, settings.format)
        return self.folder / settings.to_folder / name

    def message(
        self, settings: ReportSettings, made: MadeReport, body: bytes, mail_id: str
    ) -> EmailMessage:
        """Text, the same as HTML, and the file."""
        if len(body) > ATTACHED_BYTES_MAX:
            raise BadInput(
                f"the file has {len(body)} bytes, more than the {ATTACHED_BYTES_MAX}"
                " that are sent by e-mail.",
                remedy=f"Choose a larger reports.{made.name}.what.by, fewer figures,"
                " or to_folder.",
            )
        assert self.mailer is not None
        message = self.mailer.message(settings.to, made.title, mail_id)
        message.set_content(text(made), cte="quoted-printable")
        message.add_alternative(page(made), subtype="html", cte="quoted-printable")
        maintype, subtype = _TYPES[settings.format]
        name = file_name(made.name, made.first, settings.format)
        message.add_attachment(body, maintype=maintype, subtype=subtype, filename=name)
        return message

    def _write(self, settings: ReportSettings, made: MadeReport, body: bytes) -> None:
        path = self.file(settings, made)
        try:
            write_report(path.parent, path.name, body)
        except OSError as error:
            raise NotSent(
                f"{path} cannot be written: {error.strerror}. Check the folder: space,"
                " rights"
            ) from error
        try:
            remove_old(path.parent, made.name, settings.keep)
        except OSError as error:
            log.warning(
                "report %s: old files in %s cannot be deleted: %s",
                made.name,
                path.parent,
                error.strerror,
            )

"""How does an e-mail reach the mail server?

With the asked encryption or not at all: the server's certificate is checked, and
nothing is sent in clear where `starttls` or `tls` is asked for.
"""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from screenpop.config.mail import MailServer

WITHIN_S = 10.0  # each answer of the server


class Mailer:
    def __init__(self, server: MailServer):
        self._server = server

    def message(
        self, to: Sequence[str], subject: str, mail_id: str | None = None
    ) -> EmailMessage:
        """A message without content; two with one `mail_id` are the same message."""
        domain = self._server.sender.split("@")[1]
        message = EmailMessage()
        message["From"] = self._server.sender
        message["To"] = ", ".join(to)
        message["Date"] = formatdate()
        message["Message-ID"] = (
            make_msgid(domain=domain) if mail_id is None else f"<{mail_id}@{domain}>"
        )
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no reply to it
        message["Subject"] = " ".join(subject.split())
        return message

    async def send(self, message: EmailMessage) -> int:
        """How many recipients the server refused; raises when it refused all.

        Raises `OSError`, `smtplib.SMTPException`.
        """
        return await asyncio.to_thread(self._deliver, message)

    def _deliver(self, message: EmailMessage) -> int:
        given = self._server
        secure = ssl.create_default_context()
        if given.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                given.host, given.port, timeout=WITHIN_S, context=secure
            )
        else:
            server = smtplib.SMTP(given.host, given.port, timeout=WITHIN_S)
        try:
            if given.security == "starttls":
                server.starttls(context=secure)
            if given.username is not None:
                password = given.password
                server.login(
                    given.username,
                    "" if password is None else password.get_secret_value(),
                )
            refused = server.send_message(message)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()  # the server has the message, however this ends
        finally:
            server.close()
        return len(refused)


def why_not_sent(error: Exception) -> str:
    """Neither an address nor a secret: those may stand in the error's own text."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server refused all recipients"
    if isinstance(error, TimeoutError):
        return f"no answer within {WITHIN_S:.0f} s"
    if isinstance(error, ConnectionError | socket.gaierror) and error.strerror:
        return f"no connection to the mail server: {error.strerror}"
    return type(error).__name__

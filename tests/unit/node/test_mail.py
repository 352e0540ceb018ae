"""Is a message sent once, encrypted as asked, whatever the server does?"""

from __future__ import annotations

import smtplib
import ssl

import pytest
from smtp_server import mail_server

from screenpop.config.mail import MailServer
from screenpop.node.mail import Mailer, why_not_sent


def mailer(port: int, **other: str) -> Mailer:
    return Mailer(
        MailServer.model_validate(
            {
                "host": "127.0.0.1", "port": port, "security": "none",
                "sender": "pop@example.com", **other,
            }
        )
    )  # fmt: skip


@pytest.mark.parametrize("bids_farewell", [True, False])
async def test_what_the_server_took_is_sent(bids_farewell: bool) -> None:
    """Also where the connection breaks before the goodbye: else it comes twice."""
    async with mail_server() as mail:
        mail.bids_farewell = bids_farewell
        it = mailer(mail.port)
        message = it.message(["sue@example.com"], "Calls\r\nBcc: eve@example.com")
        message.set_content("Hello")
        assert await it.send(message) == 0
    (arrived,) = mail.messages
    assert arrived["Subject"] == "Calls Bcc: eve@example.com"
    assert arrived["Bcc"] is None
    assert arrived["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nothing_is_sent_in_clear_where_encryption_is_asked(
    security: str,
) -> None:
    async with mail_server() as mail:
        it = mailer(mail.port, security=security, username="pop", password="secret")
        message = it.message(["sue@example.com"], "Calls")
        with pytest.raises((OSError, smtplib.SMTPException)):
            await it.send(message)
    assert not mail.messages
    assert not mail.log_ins
    assert not any("AUTH" in command.upper() for command in mail.commands)


def test_a_reason_has_neither_address_nor_secret() -> None:
    refused = smtplib.SMTPRecipientsRefused({"sue@example.com": (550, b"sue?")})
    assert why_not_sent(refused) == "the mail server refused all recipients"
    answer = smtplib.SMTPDataError(554, b"sue@example.com is blocked")
    assert why_not_sent(answer) == "the mail server answered 554"
    away = ConnectionRefusedError(111, "Connection refused")
    assert why_not_sent(away) == "no connection to the mail server: Connection refused"
    assert why_not_sent(ssl.SSLError(1, "not for mail.example.net")) == "SSLError"

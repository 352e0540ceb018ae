"""By which mail server are alerts and reports sent?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

if TYPE_CHECKING:
    from screenpop.config.model import Configuration

_ADDRESS = re.compile(r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$")
Encryption = Literal["starttls", "tls", "none"]


def _address(text: str) -> str:
    if not _ADDRESS.match(text):
        raise ValueError("must be an e-mail address, e.g. desk@example.com")
    return text


EmailAddress = Annotated[str, AfterValidator(_address)]


class MailServer(BaseModel):
    """The mail server of alerts and reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(description="The mail server.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    security: Encryption = Field(
        "starttls", description="How the connection is encrypted."
    )
    username: str | None = Field(None, description="For the mail server.")
    password: SecretStr | None = Field(None, description="For the mail server.")
    sender: EmailAddress = Field(description="The address in `From`.")


def alert_mail(config: Configuration) -> MailServer | None:
    """The server of `alerts.email`, which may be the one of `mail`."""
    own = config.alerts.email
    if own is None:
        return None
    if own.host is None:
        return config.mail
    return MailServer(
        host=own.host,
        port=own.port,
        security=own.security,
        username=own.username,
        password=own.password,
        sender=own.sender or "",
    )


def report_mail(config: Configuration) -> MailServer | None:
    """`mail`; without it that of alerts."""
    return config.mail or alert_mail(config)

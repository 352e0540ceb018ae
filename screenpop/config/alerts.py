"""When is somebody called, and how do they hear of it?"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from screenpop.config.mail import EmailAddress, Encryption
from screenpop.domain.alert import (
    LOW_IS_BAD,
    NUMBERS,
    OF_THE_CENTRE,
    SOURCE_FAILING,
)

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def _web_address(url: SecretStr) -> SecretStr:
    if not re.match(r"^https?://[^\s/]+", url.get_secret_value()):
        raise ValueError("must be a URL, e.g. https://hooks.example.net/alerts")
    return url


class _StrictKeys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AlertRuleSettings(_StrictKeys):
    """One number that is watched."""

    number: str = Field(
        description=f"What is watched: {', '.join(NUMBERS)} (docs/alerts.md)."
    )
    of: tuple[str, ...] = Field(
        (),
        max_length=500,
        description="Of which queues; for `source_failing` sources, for `line_silence`"
        " lines. Default: the whole centre, or each source or line.",
    )
    warning: float | None = Field(
        None, description="A warning from this value on, reached or passed."
    )
    critical: float | None = Field(
        None, description="Critical from this value on; one of both is needed."
    )
    for_s: float = Field(
        30,
        ge=0,
        le=86_400,
        description="So long without a break before it opens, becomes critical or"
        " closes.",
    )
    back: float = Field(
        0,
        ge=0,
        description="It closes when the number is this far back from its first limit.",
    )
    calls_min: int = Field(
        20,
        ge=0,
        description="For shares: with fewer calls they say nothing, and open nothing.",
    )
    label: str = Field(
        "", max_length=100, description="Its name for people; default: the number's."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.number not in NUMBERS:
            raise ValueError(f"number: use one of {', '.join(NUMBERS)}")
        if self.number == SOURCE_FAILING:
            pass  # a source works or it does not
        elif self.warning is None and self.critical is None:
            raise ValueError("needs `warning` or `critical`")
        elif self.warning is not None and self.critical is not None:
            low = self.number in LOW_IS_BAD
            wrong = (
                self.critical > self.warning if low else self.critical < self.warning
            )
            if wrong:
                raise ValueError(
                    f"`critical` must not be {'above' if low else 'below'} `warning`"
                )
        if self.of and self.number in OF_THE_CENTRE:
            raise ValueError(f"{self.number} is of the whole centre: leave out `of`")
        return self


class AlertWebhook(_StrictKeys):
    """A POST for each change, signed as the generic webhook is."""

    url: Annotated[SecretStr, AfterValidator(_web_address)] = Field(
        description="Where to; it is kept out of logs."
    )
    signing_secret: SecretStr | None = Field(
        None,
        description="`X-Screenpop-Signature: t=UNIX,v1=HEX`, HMAC-SHA256 of"
        " `UNIX.body`; without it the request is not signed.",
    )


class AlertEmail(_StrictKeys):
    """A short e-mail for each change."""

    to: tuple[EmailAddress, ...] = Field(
        min_length=1, max_length=50, description="Who gets it."
    )
    host: str | None = Field(
        None, description="A mail server for alerts alone; default: that of `mail`."
    )
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    security: Encryption = Field(
        "starttls", description="How the connection to it is encrypted."
    )
    username: str | None = Field(None, description="For that mail server.")
    password: SecretStr | None = Field(None, description="For that mail server.")
    sender: EmailAddress | None = Field(
        None, description="The address in `From`; needed with `host`."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.host is not None and self.sender is None:
            raise ValueError("`host` needs `sender`, the address in `From`")
        needs_host = self.model_fields_set - {"to", "host"}
        if self.host is None and needs_host:
            raise ValueError(
                f"{', '.join(sorted(needs_host))} without `host`: add `host`, or leave"
                " them to `mail`"
            )
        return self


class AlertSettings(_StrictKeys):
    """What is watched, and who hears of it besides the wallboard."""

    rules: dict[RuleName, AlertRuleSettings] = Field(
        default_factory=dict, max_length=100, description="By name."
    )
    webhook: AlertWebhook | None = None
    email: AlertEmail | None = None

"""What can go wrong, as one tree?

ScreenpopError
├── ConfigError          the configuration is wrong; names place, cause and remedy
│   └── Unloadable       ... for this machine: a source's library is not there
├── BadInput             somebody outside sent something unusable (HTTP 4xx)
│   ├── Unauthenticated  no or wrong credentials (401)
│   │   └── Unsigned     none, by a sender's own mistake: send it again (503)
│   ├── Forbidden        known, but not allowed (403)
│   └── NotFound         no such call, line, agent (404)
├── Unavailable          a source or store cannot answer now
│   ├── TimedOut         ... within its deadline
│   └── Busy             ... because a limit of this service is in the way
└── Overloaded           a named limit is reached; try again later (429 or 503)
"""

from __future__ import annotations


class ScreenpopError(Exception):
    """Base of all our errors; the text says what failed, where, and what to do."""


class ConfigError(ScreenpopError):
    """The configuration cannot be used as it is written."""


class Unloadable(ConfigError):
    """What a source needs cannot be loaded here; everything else can run."""


class BadInput(ScreenpopError):
    """Somebody outside sent something that cannot be used.

    `code` is a stable machine word (`bad_json`, `unknown_line`), `remedy` is a
    sentence that says what to change; both reach the sender.
    """

    status = 400

    def __init__(self, message: str, *, code: str = "bad_input", remedy: str = ""):
        super().__init__(message)
        self.code = code
        self.remedy = remedy


class Unauthenticated(BadInput):
    """No credentials, or wrong ones."""

    status = 401


class Unsigned(Unauthenticated):
    """No proof at all, from a sender who sends again, signed, when it fails."""

    status = 503


class Forbidden(BadInput):
    """Known, but this role may not do this."""

    status = 403


class NotFound(BadInput):
    """Nothing of that name."""

    status = 404


class TooLarge(BadInput):
    """A body or message beyond its named limit."""

    status = 413


class Unavailable(ScreenpopError):
    """A source or the store cannot answer now.

    The text is for those who fix it; `brief` says the same to an agent, in a few
    words that go on after the source's name. `retry_after_s` is how long a source
    asked to be left in peace (`Retry-After`). `blames_source` is False where the source
    works and only this question cannot be answered: it is logged, and its circuit
    breaker does not count it.
    """

    def __init__(
        self,
        message: str,
        *,
        brief: str = "cannot answer now",
        retry_after_s: float | None = None,
        blames_source: bool = True,
    ):
        super().__init__(message)
        self.brief = brief
        self.retry_after_s = retry_after_s
        self.blames_source = blames_source


class TimedOut(Unavailable):
    """A source did not answer within its deadline."""


class Busy(Unavailable):
    """A limit of this service is in the way: no failure of the source."""


class Overloaded(ScreenpopError):
    """A named limit is reached; `retry_after_s` says when to retry."""

    def __init__(self, message: str, *, retry_after_s: float = 1.0):
        super().__init__(message)
        self.retry_after_s = retry_after_s

"""Which parameters may a lookup ask for?

`PARAMETERS` are those every call may have. Besides them there are three families:
`ivr.NAME` (an attribute the telephone system sent with the call), `customer.NAME`
(a column of the candidate, `customer.key` always) and `LOOKUP.COLUMN` (the first
row of another lookup).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from screenpop.domain.errors import ConfigError

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "number": "The caller's number in E.164, e.g. `+442079460958`.",
        "number_also": "Its other spelling where the country has one (Argentina with"
        " and without 9, Brazil, Italy, renumbered plans), else the number again.",
        "digits": "The number without the plus sign: `442079460958`.",
        "national": "The digits as dialled inside the country: `02079460958`.",
        "suffix8": "Its last eight digits: `79460958`.",
        "suffix7": "Its last seven digits: `9460958`.",
        "country": "The number's country (ISO 3166-1 alpha-2), e.g. `GB`.",
        "extension": "The caller's extension where the text had one.",
        "dialled": "The number the caller dialled, in E.164.",
        "queue": "The queue the call waits in.",
        "line": "The configured line that reported the call.",
        "call_id": "The telephone system's name for the call.",
        "occurrence": "A number that separates calls of one `call_id`; it grows.",
        "direction": "`inbound`, `outbound` or `internal`.",
        "today": "The date in the company's time zone, e.g. `2026-11-21`.",
    }
)

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "ivr.NAME": "An attribute sent with the call, e.g. an account number typed in.",
        "customer.NAME": "A column of the chosen candidate; `customer.key` always.",
        "LOOKUP.COLUMN": "A column of the first row that another lookup found.",
    }
)

NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?"
_NAME = re.compile(NAME_PATTERN)


def checked(name: str) -> str:
    """The name itself; `ConfigError` when nothing can ever give it a value.

    Whether the lookup of `LOOKUP.COLUMN` exists is checked by the service, which
    knows all of them.
    """
    if name in PARAMETERS or ("." in name and _NAME.fullmatch(name)):
        return name
    near = get_close_matches(name, PARAMETERS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"unknown parameter {name}.{hint} There are {', '.join(PARAMETERS)},"
        f" and {', '.join(FAMILIES)}."
    )

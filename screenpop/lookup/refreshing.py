"""Which of a source's contacts are to be read now: none, what changed, or all?"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias

from pydantic import BaseModel, SecretStr

from screenpop.connector import Connector, ContactsBatch, Scalar
from screenpop.lookup.counting import in_batches
from screenpop.lookup.number_file import About

log = logging.getLogger(__name__)

AnyConnector: TypeAlias = Connector[Any, Any]
_USER = re.compile(r"//[^/]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class FullPass:
    """Once a day, from this hour on, all contacts are read: deleted ones go."""

    at: time
    zone: tzinfo

    def is_due(self, about: About, now_us: int) -> bool:
        return about.full_us < daily_us(self.at, self.zone, now_us)


def daily_us(at: time, zone: tzinfo, now_us: int) -> float:
    """When it was last so late in the day."""
    now = datetime.fromtimestamp(now_us / 1e6, zone)
    last = datetime.combine(now.date(), at, zone)
    if last > now:
        last = datetime.combine(now.date() - timedelta(1), at, zone)
    return last.timestamp() * 1e6


def gives_contacts(connector: AnyConnector) -> bool:
    try:
        return connector.contacts() is not None
    except Exception as error:  # reading them will report what is wrong
        log.debug("source %r: its contacts", connector, exc_info=error)
        return True


async def given(connector: AnyConnector, since: Scalar) -> AsyncIterator[ContactsBatch]:
    """The contacts from `since` on, or all."""
    if connector.first_contacts_since is not None:
        changed = connector.contacts_from(since)
        assert changed is not None, "it can say what changed"
        async for batch in changed:
            yield batch
        return
    contacts = connector.contacts()
    if contacts is not None:
        async for batch in in_batches(contacts):
            yield batch


def configured_by(connector: AnyConnector) -> str:
    """Changes with what is written of the source in YAML, its secrets apart."""
    options: BaseModel = connector.options
    text = options.model_dump_json()
    places = [
        _USER.sub("//", value.get_secret_value().partition("?")[0])
        for name in sorted(type(options).model_fields)
        if isinstance(value := getattr(options, name), SecretStr)
        and "://" in value.get_secret_value()
    ]
    named = "\n".join([text, *places]).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(named, digest_size=8).hexdigest()

"""Are a line's country and time zone ones that exist?"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers


def check_country(code: str | None, problems: list[str]) -> None:
    if code is not None and code not in phonenumbers.SUPPORTED_REGIONS:
        problems.append(
            f"country: `{code}` is not a valid country code (ISO 3166, e.g. DE)."
        )


def zone_of(name: str, problems: list[str]) -> ZoneInfo:
    """UTC where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(
            f"time_zone: `{name}` is not a valid time zone, e.g. Europe/Berlin."
        )
        return ZoneInfo("UTC")

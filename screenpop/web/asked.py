"""Which calls of the past does a request ask for: when, where, by what?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from screenpop.domain.call_counts import HOLD_US, TALK_US
from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import QUARTER_US, local, midnight_us
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history.past_counts import CountsAsked
from screenpop.wallboard.groups import OF_AGENTS, PACE, TOTAL, GroupRule
from screenpop.wallboard.metrics import OCCUPANCY, Amounts
from screenpop.wallboard.past import AGENT_TIMES, LEFT_OUT, past_values
from screenpop.web.body import required, text
from screenpop.web.site import Site

MOMENT_CHARS_MAX = 40
NAME_CHARS_MAX = 200
DAY_US = 24 * 3600 * 1_000_000
NO_QUEUE = "\0"  # no queue has this name
NAMES_MAX = 50  # queues, lines or dialled numbers in one question


def zone_of(site: Site) -> ZoneInfo:
    return ZoneInfo(site.services.server.time_zone)


def heading(asked: CountsAsked, zone: ZoneInfo) -> dict[str, object]:
    return {
        "from": local(asked.from_us, zone).isoformat(),
        "to": local(asked.to_us, zone).isoformat(),
        "time_zone": zone.key,
    }


def counts_asked(site: Site, query: Any, *, days_max: int | None = None) -> CountsAsked:
    """Which calls. Raises `BadInput`, also for a range of more than `days_max`."""
    zone, now_us = zone_of(site), site.services.clock.now_us()
    from_us = moment(required(query, "from", MOMENT_CHARS_MAX), "from", zone)
    written = text(query, "to", MOMENT_CHARS_MAX)
    to_us = now_us if written is None else moment(written, "to", zone)
    to_us = -(-to_us // QUARTER_US) * QUARTER_US
    if from_us >= to_us:
        raise _not_before()
    if days_max is not None and to_us - from_us > days_max * DAY_US:
        raise BadInput(
            f"from … to is more than {days_max} days.",
            code="bad_query",
            remedy="Choose a shorter range.",
        )
    return CountsAsked(
        from_us=from_us - from_us % QUARTER_US, to_us=to_us, **places_asked(query)
    )


def places_asked(query: Any) -> dict[str, tuple[str, ...]]:
    """The queues, lines and dialled numbers; empty: all."""
    return {
        "queues": names_asked(query, "queue"),
        "lines": names_asked(query, "line"),
        "dialled": tuple(
            f"+{name.lstrip()}" if name.startswith(" ") else name
            for name in names_asked(query, "dialled")
        ),
    }


def shows_pace(
    rule: GroupRule, asked: CountsAsked, group: str | None, name: str | None
) -> bool:
    """May the handle time of this answer, or of its row `name`, be seen?

    A dialled number may be one agent's own: by it the time of calls is not shown.
    """
    if asked.dialled or (group == "dialled" and name is not None):
        return rule.shows_pace((NO_QUEUE,))
    if group == "queue" and name is not None:
        return rule.shows_pace((name or NO_QUEUE,))
    return rule.shows_pace(asked.queues or (TOTAL,))


def numbers_seen(
    amounts: Amounts, rules: ServiceLevelRules, pace: bool
) -> dict[str, Any]:
    """`values` and `amounts` of one row, without the time of calls if not `pace`.

    `hidden` names what is null because too few agents took the calls.
    """
    values = past_values(amounts, rules)
    has_times = any(name in amounts for name in (*AGENT_TIMES, LEFT_OUT))
    if pace:
        shown: dict[str, Any] = {"values": values, "amounts": amounts}
        few = LEFT_OUT in amounts and values[OCCUPANCY] is None
        return {**shown, "hidden": (OCCUPANCY,)} if few else shown
    times = (TALK_US, HOLD_US, *AGENT_TIMES, LEFT_OUT)
    kept = {k: v for k, v in amounts.items() if k not in times}
    hidden = OF_AGENTS if has_times else (PACE,)
    values |= dict.fromkeys(OF_AGENTS)
    return {"values": values, "amounts": kept, "hidden": hidden}


def numbers_asked(query: Any) -> tuple[str, ...]:
    """Names of numbers; at least one. Raises `BadInput`."""
    required(query, "number", NAME_CHARS_MAX)
    return names_asked(query, "number")


def day_asked(query: Mapping[str, str], name: str, default: date) -> date:
    """Raises `BadInput`."""
    written = text(query, name, MOMENT_CHARS_MAX)
    if written is None:
        return default
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(
            f"{name}: {written!r} is not a date.",
            code="bad_query",
            remedy="Write YYYY-MM-DD.",
        ) from None


def bounds_asked(site: Site, query: Any) -> tuple[int | None, int | None]:
    """`from` and `to`; None for one that is not given. Raises `BadInput`."""
    zone = zone_of(site)
    written = [(text(query, name, MOMENT_CHARS_MAX), name) for name in ("from", "to")]
    from_us, to_us = (w if w is None else moment(w, name, zone) for w, name in written)
    if from_us is not None and to_us is not None and from_us >= to_us:
        raise _not_before()
    return from_us, to_us


def moment(written: str, name: str, zone: ZoneInfo) -> int:
    """A day, or a time; without an offset in the centre's zone."""
    try:
        if len(written) <= len("2026-11-21"):
            return midnight_us(date.fromisoformat(written), zone)
        at = datetime.fromisoformat(written.replace(" ", "+"))
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return int(at.timestamp()) * 1_000_000
    except (ValueError, OverflowError):
        raise BadInput(
            f"{name}: {written[:MOMENT_CHARS_MAX]!r} is not a date or time.",
            code="bad_query",
            remedy="Write YYYY-MM-DD or YYYY-MM-DDTHH:MM, with an offset if you like.",
        ) from None


def _not_before() -> BadInput:
    return BadInput(
        "from must be before to.",
        code="bad_query",
        remedy="`to` is the first moment that is not in the range.",
    )


def names_asked(query: Any, name: str) -> tuple[str, ...]:
    found = tuple(query.getall(name, ()))
    if len(found) > NAMES_MAX or any(len(x) > NAME_CHARS_MAX for x in found):
        raise BadInput(
            f"{name}: at most {NAMES_MAX} of at most {NAME_CHARS_MAX} characters.",
            code="bad_query",
        )
    if any("\0" in each for each in found):
        raise BadInput(f"{name}: a NUL is not a valid character.", code="bad_query")
    return found


def choice(
    query: Mapping[str, str], name: str, choices: Sequence[Any], default: Any
) -> Any:
    found = text(query, name, MOMENT_CHARS_MAX)
    if found is None:
        return default
    if found not in choices:
        raise BadInput(
            f"{name}: {found!r} is not one of {', '.join(choices)}.", code="bad_query"
        )
    return found

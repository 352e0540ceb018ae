"""Why does another tool show another figure or other calls? For supervisors."""

from __future__ import annotations

import msgspec
from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.history.past_counts import CountsAsked
from screenpop.wallboard.comparison_asked import (
    ComparisonAsked,
    figure_given,
    range_given,
)
from screenpop.wallboard.groups import PACE
from screenpop.wallboard.matching import WITHIN_S
from screenpop.web.asked import shows_pace
from screenpop.web.body import decoded, read_body, require_json
from screenpop.web.site import Site, Visit, answered
from screenpop.web.team_stats import shown_team

COMPARE_BYTES_MAX = 4 * 1024 * 1024
TOO_LONG = (
    "Leave columns out, or compare fewer days. On the server, `screenpop compare"
    " --calls` reads longer lists."
)
WITHIN_MAX_S = 3600.0
EXAMPLES_MAX = 100


class FigureBody(msgspec.Struct, frozen=True, kw_only=True):
    """A text keeps the decimals that it is written with: "0.780"."""

    number: str
    value: str | int | float


class CompareBody(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, a list of calls, or both."""

    from_: str = msgspec.field(name="from")
    to: str
    queue: str | None = None
    team: str | None = None
    figure: FigureBody | None = None
    calls_csv: str | None = None
    columns: dict[str, str] = {}
    within_s: float = WITHIN_S
    examples: int = 10


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/stats/compare`: the same JSON as `screenpop compare --json`."""
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    content = await read_body(visit.request, COMPARE_BYTES_MAX, within_s, TOO_LONG)
    asked = _asked(site, decoded(content, CompareBody))
    user = visit.user.username
    with site.comparing.turn(user):
        figure = "" if asked.figure is None else asked.figure.number
        await site.services.audit(user, "stats.compare", figure or "list of calls")
        return answered(await site.services.comparisons.get(asked))


def _asked(site: Site, body: CompareBody) -> ComparisonAsked:
    begin, end = range_given(body.from_, body.to)
    figure = body.figure
    if not 0 <= body.within_s <= WITHIN_MAX_S or not 0 <= body.examples <= EXAMPLES_MAX:
        raise BadInput(
            f"within_s: 0 to {WITHIN_MAX_S:.0f}; examples: 0 to {EXAMPLES_MAX}.",
            code="bad_query",
            remedy="Leave them out for 120 s and 10 examples.",
        )
    if figure is not None and figure.number == PACE:
        queues = () if body.queue is None else (body.queue,)
        counts = CountsAsked(from_us=0, to_us=0, queues=queues)
        if not shows_pace(site.services.groups(), counts, None, None):
            raise BadInput(
                f"figure: {PACE} is not shown of so few agents.",
                code="bad_query",
                remedy="Leave the queue out, or see privacy.group_min.",
            )
    if body.team is not None:
        if body.queue is not None:
            raise BadInput(
                "team: counts the calls of all queues.",
                code="bad_query",
                remedy="Leave the queue out.",
            )
        shown_team(site, body.team)
    return ComparisonAsked(
        begin=begin,
        end=end,
        queue=body.queue,
        team=body.team,
        figure=None
        if figure is None
        else figure_given(f"{figure.number}={figure.value}", "figure"),
        calls_csv=None if body.calls_csv is None else _bytes(body.calls_csv),
        columns=body.columns,
        within_s=body.within_s,
        examples=body.examples,
    )


def _bytes(text: str) -> bytes:
    """Raises `BadInput` for half a pair of UTF-16, which JSON can hold."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            "calls_csv: is not text.", code="bad_query", remedy="Send it as UTF-8."
        ) from error

"""Which paths are there, for whom, and who answers them?

One table: the dispatcher follows it, `/v1/openapi.json` is made from it, and
docs/http.md is compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from screenpop.config.reloads import ConfigurationSeen, ReloadSeen
from screenpop.desk.frames import Hello
from screenpop.domain.agent import Role
from screenpop.domain.errors import NotFound
from screenpop.insight.feed_states import OrdersSeen
from screenpop.intake.shown import LinesSeen, RequestsSeen
from screenpop.lookup.source_states import SourcesSeen
from screenpop.lookup.source_times import SourceTimesSeen
from screenpop.web import (
    accounts,
    alerts,
    calls,
    configuration,
    health,
    insight,
    me,
    openapi,
    pages,
    recalls,
    session,
    settings,
    upgrade,
    user_changes,
    webhooks,
)
from screenpop.web.errors import MethodNotAllowed
from screenpop.web.recall_list import RecallBody
from screenpop.web.site import Route, RouteParameter
from screenpop.web.stats_routes import STATS

_CALL = "/v1/calls/{call_id}"
_WHICH = (
    RouteParameter(name="line", text="The call's line, where two lines use the id."),
    RouteParameter(
        name="occurrence",
        text="Which call of that id; without it the newest that may be seen.",
    ),
)

_PAGES = {
    "/": "The agent's desk.",
    "/wallboard": "The wallboard; its numbers need a supervisor.",
    "/insight": "What became of offers; its numbers need a supervisor.",
    "/reports": "Calls of the past, forecast and staffing; its numbers need a"
    " supervisor.",
    "/recalls": "Callers to call back; the list needs a log-in.",
    "/me": "One's own figures, calls and data; they need a log-in.",
    "/admin": "Administration.",
}

ROUTES: tuple[Route, ...] = (
    *(
        Route(
            method=method, path=f"{webhooks.PREFIX}{{line}}", handler=None,
            summary="A telephone system reports events, shakes hands or asks who"
            " is calling.",
            access="as the line's dialect authenticates", answer="text",
            errors=(400, 401, 404, 408, 413, 415, 503),
        )
        for method in webhooks.METHODS
    ),
    Route(
        method="POST", path="/v1/session", handler=session.log_in,
        summary="Log in: sets the cookie `screenpop_session`.", access="anybody",
        body=session.Credentials, answer=session.SessionAnswer,
        errors=(400, 401, 403, 408, 413, 415, 429, 503),
    ),
    Route(
        method="GET", path="/v1/session", handler=session.show, role=Role.AGENT,
        summary="Who am I, and which CSRF token is mine?",
        answer=session.SessionAnswer,
    ),
    Route(
        method="DELETE", path="/v1/session", handler=session.log_out, role=Role.AGENT,
        summary="Log out.", status=204, answer="text", errors=(404,),
    ),
    Route(
        method="POST", path="/v1/session/password", handler=session.change_password,
        role=Role.AGENT, summary="Change one's own password; other sessions end.",
        body=session.NewPassword, answer=session.SessionAnswer,
        errors=(400, 404, 408, 413, 415, 429, 503),
    ),
    Route(
        method="POST", path="/v1/session/locale", handler=session.change_locale,
        role=Role.AGENT, summary="Choose the language of one's own pages.",
        body=session.NewLocale, answer=session.SessionAnswer,
        errors=(400, 404, 408, 413, 415, 503),
    ),
    Route(
        method="GET", path="/v1/session/settings", handler=settings.show,
        role=Role.AGENT, summary="How this user likes the pages.",
        answer=settings.SettingsAnswer, errors=(404, 503),
    ),
    Route(
        method="POST", path="/v1/session/settings", handler=settings.keep,
        role=Role.AGENT, summary="Keep how this user likes the pages.",
        body=settings.NewSettings, answer=settings.SettingsAnswer,
        errors=(400, 404, 408, 413, 415, 503),
    ),
    Route(
        method="GET", path="/v1/agent", handler=upgrade.agent, role=Role.AGENT,
        summary="The desk's WebSocket, subprotocol `screenpop.v1`.",
        answer="socket", status=101, errors=(400, 429, 503),
    ),
    Route(
        method="GET", path="/v1/wallboard", handler=upgrade.wallboard,
        role=Role.SUPERVISOR, answer="socket", status=101, errors=(400, 429, 503),
        summary="The wallboard's WebSocket, subprotocol `screenpop.v1`.",
    ),
    Route(
        method="GET", path="/v1/calls", handler=calls.recent, role=Role.AGENT,
        summary="Calls, newest first: an agent's own, a supervisor's all.",
        query=(
            RouteParameter(name="before", text="Cursor of the page before."),
            RouteParameter(name="limit", text=f"1 to {calls.PAGE_MAX}."),
        ),
        errors=(400, 503),
    ),
    Route(
        method="GET", path=_CALL, handler=calls.one, role=Role.AGENT,
        summary="One call.", query=_WHICH, errors=(400, 404, 503),
    ),
    Route(
        method="POST", path=f"{_CALL}/notes", handler=calls.add_note, role=Role.AGENT,
        summary="Write a note.", body=calls.NoteBody, status=201, query=_WHICH,
        errors=(400, 404, 408, 413, 415, 503),
    ),
    Route(
        method="POST", path=f"{_CALL}/disposition", handler=calls.set_disposition,
        role=Role.AGENT, summary="Choose the disposition.",
        body=calls.DispositionBody, query=_WHICH, errors=(400, 404, 408, 413, 415, 503),
    ),
    Route(
        method="POST", path=f"{_CALL}/over", handler=calls.end_call, role=Role.AGENT,
        summary="End a call whose end was never reported: an agent's own, a"
        " supervisor's any.",
        query=_WHICH,
        errors=(400, 403, 404, 503),
    ),
    Route(
        method="GET", path="/v1/me", handler=me.show, role=Role.AGENT, errors=(503,),
        summary="Own figures of today and of 28 days; no one else's, no comparison.",
    ),
    Route(
        method="GET", path="/v1/me/calls", handler=me.calls, role=Role.AGENT,
        summary="Own calls, newest first, whatever one's role.",
        query=(
            RouteParameter(name="from", text="Only calls that arrived from then on."),
            RouteParameter(name="to", text="Only calls that arrived before."),
            *me.SEARCH,
            RouteParameter(name="before", text="Cursor of the page before."),
            RouteParameter(name="limit", text=f"1 to {me.CALLS_MAX}."),
        ),
        errors=(400, 406, 503),
    ),
    Route(
        method="GET", path="/v1/me/data", handler=me.data, role=Role.AGENT,
        summary="Everything that is stored about who asks, with how long it is kept.",
        query=(
            RouteParameter(name="from", text="Only rows from then on."),
            RouteParameter(name="to", text="Only rows of before."),
            RouteParameter(
                name="limit", text=f"Of a section, {me.ROWS_MIN} to {me.ROWS_MAX}."
            ),
        ),
        errors=(400, 429, 503),
    ),
    Route(
        method="GET", path="/v1/recalls", handler=recalls.show, role=Role.AGENT,
        summary="Callers to call back: an agent's queues, a supervisor's all.",
        query=(
            RouteParameter(
                name="state",
                text="open (default), waiting, claimed, snoozed or closed.",
            ),
            RouteParameter(name="queue", text="Only this one."),
            RouteParameter(name="limit", text=f"1 to {recalls.LIMIT_MAX}."),
        ),
        errors=(400,),
    ),
    Route(
        method="POST", path="/v1/recalls/{call_id}", handler=recalls.act,
        role=Role.AGENT, body=RecallBody, query=_WHICH,
        summary="Claim, release, snooze or close the row of a call.",
        errors=(400, 403, 404, 408, 413, 415, 503),
    ),
    Route(
        method="GET", path="/v1/alerts", handler=alerts.show, role=Role.SUPERVISOR,
        summary="Alerts: the open ones, or those that were.",
        query=(
            RouteParameter(name="state", text="open (default), closed or all."),
            RouteParameter(name="limit", text=f"1 to {alerts.LIMIT_MAX}."),
            RouteParameter(name="before", text="Cursor of the page before."),
        ),
        errors=(400, 503),
    ),
    Route(
        method="POST", path="/v1/alerts", handler=alerts.acknowledge,
        role=Role.SUPERVISOR, body=alerts.AcknowledgeBody,
        summary="Say that you have seen an alert.",
        errors=(400, 404, 408, 413, 415, 503),
    ),
    Route(
        method="GET", path="/v1/live", handler=calls.live_calls, role=Role.SUPERVISOR,
        summary="The calls that go on, oldest first.",
    ),
    Route(
        method="GET", path="/v1/lookup", handler=calls.look_up, role=Role.AGENT,
        summary="Run the lookups for a number, as `screenpop explain --json`.",
        query=(
            RouteParameter(name="number", text="As people write it.", required=True),
            RouteParameter(name="candidate", text="Key of one candidate, in full."),
            RouteParameter(name="line", text="As if on this line; default the first."),
            RouteParameter(name="dialled", text="As if this number was dialled."),
        ),
        errors=(400, 404, 503, 504),
    ),
    *STATS,
    Route(
        method="GET", path="/v1/insight", handler=insight.show, role=Role.SUPERVISOR,
        summary="What became of offers, by reason and model.",
        answer=insight.InsightSeen, errors=(400, 503),
        query=(
            RouteParameter(name="from", text="First day; without it 28 days in all."),
            RouteParameter(name="to", text="Last day; without it today."),
        ),
    ),
    Route(
        method="GET", path="/v1/lines", handler=health.lines, role=Role.ADMIN,
        summary="The configured lines and how much arrived today.", answer=LinesSeen,
    ),
    Route(
        method="GET", path="/v1/lines/{line}/requests", handler=health.requests,
        role=Role.ADMIN, answer=RequestsSeen, errors=(400, 404),
        summary="The last requests of a line, masked, and what was made of each.",
        query=(RouteParameter(name="after", text="Only those with a higher number."),),
    ),
    Route(
        method="GET", path="/v1/sources", handler=health.sources, role=Role.ADMIN,
        summary="The data sources and how they are.", answer=SourcesSeen,
    ),
    Route(
        method="GET", path="/v1/sources/{source}/times", handler=health.source_times,
        role=Role.ADMIN, answer=SourceTimesSeen, errors=(404,),
        summary="How long a source took and how often it failed, of the last day.",
    ),
    Route(
        method="GET", path="/v1/users", handler=accounts.show, role=Role.ADMIN,
        answer=accounts.UsersSeen, errors=(503,),
        summary="Who may log in; agents are counted where their names are not shown.",
    ),
    Route(
        method="POST", path="/v1/users", handler=user_changes.add, role=Role.ADMIN,
        body=user_changes.NewUserBody, answer=user_changes.PasswordGiven,
        errors=(400, 408, 413, 415, 503),
        summary="Add a user; the first password is in the answer, once.",
    ),
    Route(
        method="POST", path="/v1/users/{username}", handler=user_changes.change,
        role=Role.ADMIN, body=user_changes.UserChangeBody,
        answer=user_changes.UserChanged, errors=(400, 404, 408, 413, 415, 503),
        summary="May this user log in? The last active admin stays active.",
    ),
    Route(
        method="POST", path="/v1/users/{username}/password",
        handler=user_changes.give_password, role=Role.ADMIN,
        body=user_changes.NewPasswordBody, answer=user_changes.PasswordGiven,
        errors=(400, 404, 408, 413, 415, 503),
        summary="Give a user a new password, shown once; their sessions end.",
    ),
    Route(
        method="GET", path="/v1/configuration", handler=configuration.show,
        role=Role.ADMIN, answer=ConfigurationSeen,
        summary="The configuration that runs, and the last reload.",
    ),
    Route(
        method="POST", path="/v1/configuration/reload", handler=configuration.reload,
        role=Role.ADMIN, body=configuration.ReloadBody, answer=ReloadSeen,
        summary="Check the changed configuration and, unless `dry_run`, take it.",
        errors=(400, 408, 413, 415),
    ),
    Route(
        method="GET", path="/v1/configuration/desk", handler=configuration.desk,
        role=Role.ADMIN, answer=Hello,
        summary="Facets, buttons and layouts as desks get them.",
    ),
    Route(
        method="GET", path="/v1/node", handler=health.node, role=Role.ADMIN,
        summary="This node: what is wrong, how many browsers.", answer=health.NodeSeen,
    ),
    Route(
        method="GET", path="/v1/orders", handler=health.orders, role=Role.ADMIN,
        summary="The orders that recommendations are made from.", answer=OrdersSeen,
    ),
    Route(
        method="GET", path="/v1/openapi.json", handler=openapi.show,
        summary="This interface as OpenAPI 3.1.", access="anybody",
    ),
    Route(
        method="GET", path="/livez", handler=health.live, access="anybody",
        summary="Does the process live?", answer=health.Alive,
    ),
    Route(
        method="GET", path="/readyz", handler=health.ready, access="anybody",
        summary="May it have traffic? 503 with reasons if not.",
        answer=health.Readiness, errors=(503,),
    ),
    Route(
        method="GET", path="/metrics", handler=health.metrics, asks_who=True,
        access="programs of this machine; a supervisor's bearer token from elsewhere",
        summary="Prometheus metrics.", answer="text", errors=(401, 403),
    ),
    *(
        Route(
            method="GET", path=path, handler=pages.show_page, access="anybody",
            summary=summary, answer="page", errors=(503,),
        )
        for path, summary in _PAGES.items()
    ),
    Route(
        method="GET", path="/{file}", handler=pages.show_file, access="anybody",
        summary="Icon, manifest.", answer="file", errors=(404,),
    ),
    Route(
        method="GET", path="/assets/{file}", handler=pages.show_file,
        summary="Script, style or font of the pages.", access="anybody",
        answer="file", errors=(404,),
    ),
)  # fmt: skip

Methods = dict[str, Route]


class Router:
    """Finds the route of a path: by its text, else part by part."""

    def __init__(self, routes: Iterable[Route] = ROUTES):
        self._fixed: dict[str, Methods] = {}
        self._shaped: dict[tuple[str | None, ...], Methods] = {}
        for route in routes:
            if route.parameters:
                shape = _shape(route.path)
                self._shaped.setdefault(shape, {})[route.method] = route
            else:
                self._fixed.setdefault(route.path, {})[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """`path` is still percent-encoded; the values given back are not.

        Raises `NotFound`, `MethodNotAllowed`.
        """
        if (methods := self._fixed.get(path)) is not None:
            return _chosen(methods, method), {}
        parts = path.split("/")
        for shape, methods in self._shaped.items():
            if _fits(shape, parts):
                route = _chosen(methods, method)
                return route, _values(route, parts)
        raise NotFound("there is nothing under this path.", remedy="Go to /.")


def _shape(path: str) -> tuple[str | None, ...]:
    return tuple(None if part.startswith("{") else part for part in path.split("/"))


def _fits(shape: tuple[str | None, ...], parts: list[str]) -> bool:
    return len(shape) == len(parts) and all(
        part == wanted if wanted is not None else part != ""
        for wanted, part in zip(shape, parts, strict=True)
    )


def _values(route: Route, parts: list[str]) -> dict[str, str]:
    names = route.path.split("/")
    return {
        name[1:-1]: unquote(part)
        for name, part in zip(names, parts, strict=True)
        if name.startswith("{")
    }


def _chosen(methods: Methods, method: str) -> Route:
    wanted = "GET" if method == "HEAD" else method
    if wanted not in methods:
        raise MethodNotAllowed(method, tuple(sorted(methods)))
    return methods[wanted]

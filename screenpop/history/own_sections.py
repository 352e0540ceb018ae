"""Which tables hold something about a person who works with it, and what is shown?

A section for each table that names a user, compared with the tables by a test. Each
shows the person's own rows, and never a hash or a secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, and_, func, literal, or_, select

from screenpop.domain.agent import User
from screenpop.domain.profile import Json
from screenpop.history import tables
from screenpop.history.occupancy import changes_in
from screenpop.history.rows import AGENT_BYTES, fit, fit_id, shown_from
from screenpop.history.tables import LABEL_CHARS, NAME_CHARS
from screenpop.support.clock import iso_from_us

CALL = ("line", "call_id", "occurrence")

Kept = Literal["account", "history", "caller"]
"""How long rows stay: as the account, `store.history_days`, until the caller is
erased."""


FoundBy = Literal["columns", "legs", "telephones", "calls", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsAsked:
    """Whose rows, of which time (None: no bound), and how many of each section."""

    user: User
    limit: int
    from_us: int | None = None
    to_us: int | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The user name as the tables have it, cut or not."""
        name = self.user.username
        found = (name, fit_id(name, AGENT_BYTES), fit(name), fit(name, LABEL_CHARS))
        return tuple(dict.fromkeys(found))

    def is_me(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        return column.in_(self.spellings)

    def within(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The range, as conditions of a column of times."""
        bounds = []
        if self.from_us is not None:
            bounds.append(column >= self.from_us)
        if self.to_us is not None:
            bounds.append(column < self.to_us)
        return bounds


def shown(row: Mapping[str, Any]) -> Json:
    """Times as people and programs read them, under their names without the unit."""
    found: Json = {}
    for name, value in row.items():
        if not name.endswith("_us"):
            found[name] = value
            continue
        plain = name.removesuffix("_us")
        key = plain if plain in ("at", "until") else f"{plain}_at"
        found[key] = None if not value else iso_from_us(value)
    return found


def _as_it_is(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    return [shown(row)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows of one table that are about a person.

    `columns` are read, `left_out` are the others, each with its reason. `found_by` is
    the way to the rows: the table's own columns, and `at` is their time; the legs of
    the person's calls, or those legs by telephone; or, where no index helps, all calls
    or audit entries of the range. What belongs to a call has the time of its arrival.
    `on_any_call`: who is a supervisor may write it on calls that rang elsewhere.
    """

    name: str
    label: str
    text: str
    kept: Kept
    table: Table
    columns: tuple[str, ...]
    at: str
    mine: Callable[[RecordsAsked], ColumnElement[bool]]
    left_out: Mapping[str, str] = field(default_factory=dict)
    found_by: FoundBy = "columns"
    on_any_call: bool = False
    shape: Callable[[RecordsAsked, Mapping[str, Any]], Sequence[Json]] = _as_it_is


OWN_NAME = {"username": "the person who asks"}
RANDOM = {"action_id": "a random number"}


def _by(column: ColumnElement[Any]) -> Callable[[RecordsAsked], ColumnElement[bool]]:
    return lambda asked: asked.is_me(column)


def _account(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    known = {k: v for k, v in row.items() if k != "password_hash"}
    agents = json.loads(row["agents"])
    has_password = row["password_hash"] is not None
    return [{**shown(known), "agents": agents, "has_password": has_password}]


def _taken(asked: RecordsAsked) -> ColumnElement[bool]:
    sums = tables.kind_people.c
    return and_(asked.is_me(sums.username), sums.level == "day", sums.calls > 0)


def _work(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    return [shown(each) for each in changes_in(row["body"])]


def _result(asked: RecordsAsked) -> ColumnElement[bool]:
    codes = tables.dispositions.c
    return and_(asked.is_me(codes.username), codes.code != "")


def _cards(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    """What was on this person's own card: a row of the table has those of all."""
    return [
        {
            **{name: row[name] for name in CALL},
            "at": iso_from_us(answer.agents[row["telephone"]]),
            "lookup": answer.lookup,
            "source": answer.source,
            "facet": answer.facet,
            "state": answer.state,
        }
        for answer in shown_from(row["body"])
        if row["telephone"] in answer.agents
    ]


def _alert(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    data = json.loads(row["data"])
    known = ("do", "label", "subject", "level", "value")
    return [{"at": iso_from_us(row["at_us"]), **{k: data.get(k) for k in known}}]


def _deed(asked: RecordsAsked, row: Mapping[str, Any]) -> Sequence[Json]:
    """Whom an administrator changed is data of that person."""
    found = shown(row)
    about_users = str(row["action"]).startswith(("user.", "token."))
    if about_users and row["object"] not in asked.spellings:
        found["object"] = None
    return [found]


def _changes(asked: RecordsAsked) -> ColumnElement[bool]:
    """What others did to the account and its tokens."""
    audit, tokens = tables.audit.c, tables.api_tokens.c
    own = select(tokens.token_id).where(asked.is_me(tokens.username))
    account = or_(audit.action.startswith("user."), audit.action == "token.create")
    return and_(
        ~asked.is_me(audit.username),
        or_(
            and_(account, asked.is_me(audit.object)),
            and_(audit.action == "token.revoke", audit.object.in_(own)),
        ),
    )


def _looks(asked: RecordsAsked) -> ColumnElement[bool]:
    """Others looked at names of agents, or opened or ended a call of this person."""
    audit, legs = tables.audit.c, tables.call_legs.c
    mine = asked.is_me(legs.username)

    def named(text: ColumnElement[Any]) -> Any:
        return select(func.substr(text, 1, NAME_CHARS)).where(mine)

    of_line = legs.line.concat(literal("/")).concat(legs.call_id)
    return and_(
        ~asked.is_me(audit.username),
        or_(
            audit.action == "agents.seen",
            and_(audit.action == "call.read", audit.object.in_(named(legs.call_id))),
            and_(audit.action == "call.over", audit.object.in_(named(of_line))),
        ),
    )


_AUDIT_SHOWN = {"id": "a running number", "detail": "settings, in `object`'s words"}

SECTIONS: tuple[Section, ...] = (
    Section(
        name="account", label="Account", kept="account", table=tables.users,
        text="Who you are here: user name, role and telephones.",
        columns=(
            "username", "name", "role", "agents", "locale", "active", "token_epoch",
            "password_hash", "created_us", "updated_us", "password_until_us",
            "settings",
        ),
        at="updated_us", mine=_by(tables.users.c.username), shape=_account,
    ),
    Section(
        name="tokens", label="Tokens of programs", kept="account",
        text="Programs that may work in your name. Their secrets are not stored.",
        table=tables.api_tokens, at="created_us",
        mine=_by(tables.api_tokens.c.username),
        columns=("token_id", "label", "created_us", "revoked_us", "expires_us"),
        left_out={**OWN_NAME, "secret_sha256": "a hash"},
    ),
    Section(
        name="calls", label="Calls at your telephone", kept="history",
        text="When a call rang at your telephone, was answered and released, and how.",
        table=tables.call_legs, at="arrived_us", mine=_by(tables.call_legs.c.username),
        columns=(
            *CALL, "agent", "arrived_us", "state", "alerting_us", "answered_us",
            "released_us", "release", "attempt",
        ),
        left_out=OWN_NAME,
    ),
    Section(
        name="pops", label="Cards on your screen", kept="history",
        text="When a card appeared on your desk, and how long after the first ring.",
        table=tables.receipts, at="at_us", mine=_by(tables.receipts.c.username),
        columns=(*CALL, "agent", "at_us", "ring_to_pop_ms", "painted_ms"),
        left_out={**OWN_NAME, **RANDOM}, found_by="legs",
    ),
    Section(
        name="answers", label="What your cards showed", kept="history",
        text="Which source answered on your card, and whether it had something. Values"
        " are not stored.",
        table=tables.answers_shown, at="at_us", columns=(*CALL, "at_us", "body"),
        mine=_by(tables.call_legs.c.username), found_by="telephones", shape=_cards,
    ),
    Section(
        name="notes", label="Notes", kept="history",
        text="Notes that you wrote.", table=tables.notes, at="at_us",
        columns=(*CALL, "agent", "at_us", "text"), left_out=OWN_NAME,
        mine=_by(tables.notes.c.username), found_by="legs", on_any_call=True,
    ),
    Section(
        name="handovers", label="Notes for the next agent", kept="history",
        text="What you wrote for the agent who got the call next.",
        table=tables.handovers, at="at_us",
        columns=(*CALL, "agent", "at_us", "text"), left_out=OWN_NAME,
        mine=_by(tables.handovers.c.username), found_by="legs", on_any_call=True,
    ),
    Section(
        name="results", label="Results", kept="history",
        text="Results of calls that you chose.", table=tables.dispositions, at="at_us",
        columns=(*CALL, "agent", "at_us", "code"), left_out=OWN_NAME, mine=_result,
        found_by="legs", on_any_call=True,
    ),
    Section(
        name="work", label="Your states and talks", kept="history",
        text="The newest of them, so that a late message corrects the sums of handle"
        " time and time available. They are shown to no one.",
        table=tables.work_logs, at="heard_us", columns=("body",),
        left_out={
            **OWN_NAME, "team": "your team of the configuration",
            "until_us": "what is in the sums already", "heard_us": "as in `body`",
        },
        mine=_by(tables.work_logs.c.username), shape=_work,
    ),
    Section(
        name="kinds", label="Calls you took, by day", kept="history",
        text="Sums by how calls ended. They say whether enough people took calls for a"
        " figure to be shown, and are shown to no one.",
        table=tables.kind_people, at="interval_us",
        columns=(
            "interval_us", "queue", "line", "dialled", "outcome", "customer", "result",
            "calls",
        ),
        left_out={**OWN_NAME, "level": "months are the sums of these days"},
        mine=_taken,
    ),
    Section(
        name="recalls", label="Callers to call back", kept="history",
        text="Rows of the list that you claimed, released, put off or closed.",
        table=tables.recall_actions, at="at_us",
        columns=(*CALL, "at_us", "do", "until_us", "reason", "forced"),
        left_out={**OWN_NAME, **RANDOM}, mine=_by(tables.recall_actions.c.username),
        found_by="calls",
    ),
    Section(
        name="alerts", label="Alerts", kept="history",
        text="Alerts that you acknowledged.", table=tables.alert_changes, at="at_us",
        columns=("at_us", "data"), left_out={**OWN_NAME, "change_id": "as in `data`"},
        mine=_by(tables.alert_changes.c.username), shape=_alert,
    ),
    Section(
        name="contacts", label="Callers you named", kept="caller",
        text="People whom you entered for a number that no source knows.",
        table=tables.contacts, at="at_us",
        columns=("key", "name", "company", "account", "number", "at_us"),
        left_out={"named_by": OWN_NAME["username"]},
        mine=_by(tables.contacts.c.named_by),
    ),
    Section(
        name="choices", label="Callers you chose", kept="caller",
        text="Whom you chose for a number where several were possible.",
        table=tables.number_links, at="at_us",
        columns=("number", "source", "key", "name", "at_us"),
        left_out={"chosen_by": OWN_NAME["username"]},
        mine=_by(tables.number_links.c.chosen_by),
    ),
    Section(
        name="deeds", label="Audit: what you did", kept="history",
        text="Calls and numbers that you looked up, settings that you changed.",
        table=tables.audit, at="at_us", columns=("at_us", "action", "object"),
        left_out={**OWN_NAME, **_AUDIT_SHOWN}, mine=_by(tables.audit.c.username),
        found_by="entries", shape=_deed,
    ),
    Section(
        name="changes", label="Audit: changes to your account", kept="history",
        text="Who changed your account or its tokens.", table=tables.audit, at="at_us",
        columns=("at_us", "username", "action", "detail"),
        left_out={"id": _AUDIT_SHOWN["id"], "object": "your account, or its token"},
        mine=_changes, found_by="entries",
    ),
    Section(
        name="looks", label="Audit: who looked", kept="history",
        text="Who looked at a page that names agents, opened one of your calls, or"
        " ended it.",
        table=tables.audit, at="at_us",
        columns=("at_us", "username", "action", "object"),
        left_out=_AUDIT_SHOWN, mine=_looks, found_by="entries",
    ),
)  # fmt: skip

NOT_OF_A_USER: Mapping[str, str] = {
    "calls": "of callers; the legs say who was at the telephone",
    "call_visits": "waits of callers",
    "call_counts": "counts of callers",
    "interval_counts": "sums",
    "rolled_counts": "sums",
    "kind_counts": "sums",
    "team_call_counts": "counts of callers, by team",
    "team_counts": "sums of teams",
    "occupancy_counts": "sums of teams",
    "view_limits": "limits of the views for BI tools",
    "rules_of_counts": "rules in words",
    "call_events": "what a telephone system sent; the legs are made of it",
    "offers": "what was offered to callers, without a name",
    "ended_sessions": "random numbers of sessions, without a name",
    "key_trees": "keys of callers",
    "person_keys": "keys of callers",
    "key_copies": "paths of backups",
    "erasures": "how many callers were erased",
    "report_runs": "which report was sent when, without addresses",
    "schema_needs": "a version",
    "consumers": "where the archiver stopped",
}
"""Tables without a section, each with its reason."""

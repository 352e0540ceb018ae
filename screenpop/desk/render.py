"""How does what we know become a frame?

Pure: domain values in, frames out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec.structs import replace

import screenpop
from screenpop.config.desk import (
    BreakReasonSettings,
    ButtonSettings,
    LayoutSettings,
    SnippetSettings,
)
from screenpop.config.facets import ColumnShape, FacetLayout, shapes
from screenpop.config.label_texts import place_texts
from screenpop.config.model import Configuration
from screenpop.desk import frames
from screenpop.domain.agent import User
from screenpop.domain.call import AgentLeg, Call, CallKey, Direction, LegState, Release
from screenpop.domain.directory import principal
from screenpop.domain.offer import decode_offers
from screenpop.domain.phone import Ani, Dnis, Presentation
from screenpop.domain.profile import Candidate, Facet, Profile
from screenpop.domain.recall import Doing
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock, iso_from_us

iso = iso_from_us
_PRESENTATIONS: dict[Presentation, Literal["allowed", "withheld", "unavailable"]] = {
    each: each.value for each in Presentation
}


@lru_cache(maxsize=1024)
def maybe_iso(at_us: int | None) -> str | None:
    return None if at_us is None else iso(at_us)


def caller(ani: Ani, name: str | None) -> frames.Caller:
    shown = ani.national or ani.extension or ani.raw
    return frames.Caller(
        presentation=_PRESENTATIONS[ani.presentation],
        number=ani.number,
        display=shown if ani.presentation is Presentation.ALLOWED else "",
        country=ani.country,
        region=ani.region,
        name=name,
    )


def dialled(dnis: Dnis) -> frames.Dialled:
    return frames.Dialled(number=dnis.number, display=dnis.display, label=dnis.label)


def candidates(
    found: Sequence[Candidate], labels: Mapping[str, str]
) -> list[frames.ShownCandidate]:
    """`labels` are the names by which agents know the sources."""
    made: list[frames.ShownCandidate] = []
    for one in found:
        source = one.ref.source
        made.append(
            frames.ShownCandidate(
                source=source,
                source_label=labels.get(source, source),
                key=one.ref.key,
                name=one.name,
                company=one.company,
                confidence=one.confidence,
                why=one.why,
            )
        )
    return made


def changes(
    old: Profile | None, new: Profile, labels: Mapping[str, str]
) -> dict[str, object]:
    """The keys of `pop.updated` that lead from one profile to the next."""
    if old is new:
        return {}
    before: Mapping[str, Facet] = old.facets if old is not None else {}
    changed: dict[str, Facet] = {}
    for name, one in new.facets.items():
        was = before.get(name)
        if was is not one and was != one:
            changed[name] = one
    told: dict[str, object] = {}
    if changed:
        told["facets"] = changed
    if old is None or old.candidates != new.candidates:
        told["candidates"] = candidates(new.candidates, labels)
    if old is None or old.chosen != new.chosen:
        told["chosen"] = new.chosen
    if new.policy != (old.policy if old is not None else []):
        told["policy"] = new.policy
    return told


POP_STATES: dict[LegState, frames.PopState] = {
    LegState.ALERTING: "alerting",
    LegState.ANSWERED: "answered",
    LegState.HELD: "held",
    LegState.RELEASED: "closed",
}


DIRECTIONS: dict[Direction, Literal["inbound", "outbound", "internal"]] = {
    each: each.value for each in Direction
}
_REASONS: dict[Release, frames.CloseReason] = {each: each.value for each in Release}


def close_reason(leg: AgentLeg) -> frames.CloseReason:
    return _REASONS[leg.release or Release.ENDED]


def answered_by(call: Call, mine: AgentLeg) -> AgentLeg | None:
    """Who took the call from one whose telephone rang: the newest answer by then.

    After a transfer to a group that is the colleague who took it there, not the one
    who talked first.
    """
    talked = [leg for leg in call.legs if leg.answered_us is not None]
    if not talked:
        return None
    talked.sort(key=lambda leg: leg.answered_us or 0)
    end_us = mine.released_us
    by_then = [x for x in talked if end_us is None or (x.answered_us or 0) <= end_us]
    return by_then[-1] if by_then else talked[0]


def update(
    offset: int, key: CallKey, changes: Mapping[str, object]
) -> frames.PopUpdated:
    """What changed, by the keys of the frame."""
    line, call_id, occurrence = key
    return frames.PopUpdated(
        offset=offset,
        line=line,
        call_id=call_id,
        occurrence=occurrence,
        **changes,  # type: ignore[arg-type]
    )


def written(note: frames.AgentNote, record: ActionRecord) -> frames.AgentNote | None:
    """What somebody has written for a call after one more record; None: as before."""
    data, saved_at = record.data, iso(record.at_us)
    match record.action:
        case "note":
            return replace(note, text=data.get("text", ""), saved_at=saved_at)
        case "handover":
            text = data.get("text", "")
            told = text if text.strip() else msgspec.UNSET
            return replace(note, for_next=told, saved_at=saved_at)
        case "recall" if data.get("do") == Doing.PROMISE:
            due_us = int(data.get("until_us", "0"))
            at = iso(due_us) if due_us else msgspec.UNSET
            return replace(note, call_back_at=at)
        case "disposition":
            code = data.get("code") or None
            return replace(note, disposition=code, saved_at=saved_at)
        case "offers":
            return replace(note, marks=_marks(note, record))
    return None


def _marks(note: frames.AgentNote, record: ActionRecord) -> dict[str, frames.Mark]:
    before = note.marks if isinstance(note.marks, dict) else {}
    mark = msgspec.convert(record.data["mark"] or "shown", frames.Mark)
    places = [f"{x.facet}/{x.item}" for x in decode_offers(record.data["offers"])]
    if record.data["mark"] == "shown":
        places = [place for place in places if place not in before]
    return {**before, **dict.fromkeys(places, mark)}


def as_update(whole: frames.PopOpened) -> frames.PopUpdated:
    """All that may have changed since the card was opened."""
    return frames.PopUpdated(
        offset=whole.offset,
        call_id=whole.call_id,
        line=whole.line,
        occurrence=whole.occurrence,
        state=whole.state,
        caller=whole.caller,
        dialled=whole.dialled,
        queue=whole.queue,
        queue_label=whole.queue_label,
        answered_at=whole.answered_at,
        held_at=whole.held_at,
        candidates=whole.candidates,
        chosen=whole.chosen,
        chosen_by_agent=whole.chosen_by_agent,
        facets=whole.facets,
        policy=whole.policy,
        attributes=whole.attributes,
        earlier_agents=whole.earlier_agents,
        handover=whole.handover,
        consult=whole.consult,
        promised=whole.promised,
        note=whole.note,
    )


def parties_changed(before: Call, after: Call) -> bool:
    return (
        before.caller != after.caller
        or before.withheld != after.withheld
        or before.dialled != after.dialled
        or before.direction != after.direction
        or before.caller_name != after.caller_name
    )


# -- What is a browser told first?


def greeter(
    config: Configuration, clock: Clock, build: str
) -> Callable[[User, int], frames.Hello]:
    """A function that makes `hello` frames; what is the same for all is made once."""
    facets = [_facet(shape) for shape in shapes(config)]
    dispositions = [
        frames.DispositionChoice(
            code=x.code,
            label=x.label,
            labels=dict(x.labels),
            note_required=x.note_required,
        )
        for x in config.dispositions
    ]

    buttons = [_button(x) for x in config.desk.buttons]
    layouts = [_layout(x) for x in config.desk.layouts]
    snippets = [_snippet(x) for x in config.desk.snippets]
    reasons = [_break_reason(x) for x in config.desk.break_reasons]
    texts = place_texts(config)
    required = [name for name, x in config.queues.items() if x.result == "required"]

    def hello(user: User, offset: int) -> frames.Hello:
        return frames.Hello(
            offset=offset,
            user=user.username,
            name=user.name,
            role=user.role.value,
            agent=principal(user),
            version=screenpop.__version__,
            server_time=iso_from_us(clock.now_us()),
            heartbeat_s=config.server.heartbeat_s,
            company=config.server.company,
            locale=user.locale,
            default_country=config.server.country,
            dispositions=dispositions,
            facets=facets,
            note_chars_max=config.limits.note_chars_max,
            build=build,
            wrap_up_s=config.calls.wrap_up_s,
            call_back_words=list(config.facts.call_back),
            has_policy=bool(config.policy),
            click_to_call=config.click_to_call,
            buttons=buttons,
            time_zone=config.server.time_zone,
            layouts=layouts,
            snippets=snippets,
            results_required=required,
            break_reasons=reasons,
            labels=texts,
        )

    return hello


def _facet(shape: FacetLayout) -> frames.FacetShape:
    return frames.FacetShape(
        name=shape.name,
        label=shape.label,
        labels=dict(shape.labels),
        fields=[_column(x) for x in shape.fields],
        columns=[_column(x) for x in shape.columns],
    )


def _button(written: ButtonSettings) -> frames.UrlButton:
    return frames.UrlButton(
        label=written.label,
        labels=dict(written.labels),
        url=written.url,
        lines=list(written.lines),
        queues=list(written.queues),
        facet=written.facet,
    )


def _snippet(written: SnippetSettings) -> frames.Snippet:
    return frames.Snippet(
        name=written.name,
        text=written.text,
        label=written.label or written.name,
        labels=dict(written.labels),
        queues=list(written.queues),
    )


def _break_reason(written: BreakReasonSettings) -> frames.BreakReason:
    return frames.BreakReason(
        name=written.name, label=written.label, labels=dict(written.labels)
    )


def _layout(written: LayoutSettings) -> frames.CardLayout:
    return frames.CardLayout(
        facets={placed.facet: placed.size for placed in written.facets},
        queues=list(written.queues),
        roles=[role.value for role in written.roles],
    )


def _column(shape: ColumnShape) -> frames.Column:
    return frames.Column(
        name=shape.name,
        label=shape.label,
        labels=dict(shape.labels),
        type=shape.type,
        currency=shape.currency,
    )

"""How does what we know become a frame?

Pure: domain values in, frames out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from screenpop.desk import frames
from screenpop.domain import profile as known
from screenpop.domain.call import AgentLeg, Call, CallKey, LegState, Release
from screenpop.domain.caller import Candidate
from screenpop.domain.phone import Ani, Dnis, Presentation
from screenpop.support.clock import iso_from_us

iso = iso_from_us
EMPTY_MAX = 2000


def maybe_iso(at_us: int | None) -> str | None:
    return None if at_us is None else iso(at_us)


def caller(ani: Ani, name: str | None) -> frames.Caller:
    shown = ani.national or ani.extension or ani.raw
    return frames.Caller(
        presentation=ani.presentation.value,
        number=ani.number,
        display=shown if ani.presentation is Presentation.ALLOWED else "",
        country=ani.country,
        region=ani.region,
        name=name,
    )


def dialled(dnis: Dnis, display: str) -> frames.Dialled:
    return frames.Dialled(number=dnis.number, display=display, label=dnis.label)


def chosen(profile: known.Profile) -> frames.Ref | None:
    ref = profile.chosen
    return None if ref is None else frames.Ref(source=ref.source, key=ref.key)


class Facets:
    """Facets as frames; sources go by the names that agents know.

    A facet that holds no value yet is the same object in many calls: made once.
    """

    def __init__(self, labels: Mapping[str, str] | None = None):
        self._labels = labels or {}
        self._empty: dict[int, tuple[known.Facet, frames.Facet]] = {}

    def __call__(self, one: known.Facet) -> frames.Facet:
        if one.fields or one.rows:
            return self._made(one)
        kept = self._empty.get(id(one))
        if kept is not None and kept[0] is one:
            return kept[1]
        if len(self._empty) >= EMPTY_MAX:
            self._empty.clear()
        made = self._made(one)
        self._empty[id(one)] = (one, made)
        return made

    def candidate(self, one: Candidate) -> frames.Candidate:
        return frames.Candidate(
            source=one.ref.source,
            source_label=self._label(one.ref.source),
            key=one.ref.key,
            name=one.name,
            company=one.company,
            confidence=one.confidence,
            why=one.why,
        )

    def _made(self, one: known.Facet) -> frames.Facet:
        rows_source = one.rows_source
        return frames.Facet(
            state=one.state.value,
            fields={name: self._field(value) for name, value in one.fields.items()},
            rows=[dict(row) for row in one.rows],
            rows_source=None if rows_source is None else self._label(rows_source),
            rows_fetched_at=maybe_iso(one.rows_fetched_us),
            rows_state=None if one.rows_state is None else one.rows_state.value,
            notes=[self._note(x) for x in one.notes],
        )

    def _label(self, source: str) -> str:
        return self._labels.get(source, source)

    def _field(self, one: known.Field) -> frames.Field:
        return frames.Field(
            value=one.value,
            source=self._label(one.source),
            fetched_at=iso(one.fetched_us),
            state=one.state.value,
            others=[
                frames.Other(
                    value=other.value,
                    source=self._label(other.source),
                    fetched_at=iso(other.fetched_us),
                )
                for other in one.others
            ],
        )

    def _note(self, one: known.SourceNote) -> frames.SourceNote:
        return frames.SourceNote(
            lookup=one.lookup,
            source=self._label(one.source),
            state=one.state.value,
            ms=one.ms,
            message=one.message,
        )

    def changes(
        self, old: known.Profile | None, new: known.Profile
    ) -> dict[str, object]:
        """The keys of `pop.updated` that lead from one profile to the next."""
        if old is new:
            return {}
        facets: Mapping[str, known.Facet] = old.facets if old is not None else {}
        changed = {n: x for n, x in new.facets.items() if facets.get(n) != x}
        changes: dict[str, object] = {}
        if changed:
            changes["facets"] = {name: self(x) for name, x in changed.items()}
        if old is None or old.candidates != new.candidates:
            changes["candidates"] = [self.candidate(x) for x in new.candidates]
        if old is None or old.chosen != new.chosen:
            changes["chosen"] = chosen(new)
        return changes


_POP_STATES: dict[LegState, frames.PopState] = {
    LegState.ALERTING: "alerting",
    LegState.ANSWERED: "answered",
    LegState.HELD: "held",
    LegState.RELEASED: "closed",
}


def pop_state(leg: AgentLeg) -> frames.PopState:
    return _POP_STATES[leg.state]


def close_reason(leg: AgentLeg) -> frames.CloseReason:
    return (leg.release or Release.ENDED).value


def answered_by(call: Call, mine: AgentLeg) -> AgentLeg | None:
    """Who took the call from one whose telephone rang: the newest answer by then.

    After a transfer to a group that is the colleague who took it there, not the one
    who talked first.
    """
    talked = sorted(
        (leg for leg in call.legs if leg.talked), key=lambda leg: leg.answered_us or 0
    )
    end_us = mine.released_us
    by_then = [x for x in talked if end_us is None or (x.answered_us or 0) <= end_us]
    if by_then:
        return by_then[-1]
    return talked[0] if talked else None


class Name(TypedDict):
    line: str
    call_id: str
    occurrence: int


def named(key: CallKey) -> Name:
    line, call_id, occurrence = key
    return {"line": line, "call_id": call_id, "occurrence": occurrence}


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
        facets=whole.facets,
        attributes=whole.attributes,
        earlier_agents=whole.earlier_agents,
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

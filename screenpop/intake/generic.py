"""What does our own webhook say? One event as a JSON object, or a list of them.

Written out in Python rather than in the dialect language because it is the hot
path and because its complaints name the place to the letter; authentication,
settings and documentation are its dialect file's, like anybody's.

A body about which there is nothing to say is read by its type (`generic_event`). Any
other is read here, key by key, for the words of what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec

from screenpop.domain.call import CallEvent, Direction, EventType, Scope
from screenpop.domain.errors import BadInput, TooLarge
from screenpop.intake.bodies import read_json
from screenpop.intake.facts import Facts
from screenpop.intake.generic_event import (
    OUTCOMES_HERE,
    SEQUENCE_END,
    moment_of,
    sound_events,
)
from screenpop.intake.normal import (
    AGENTS_MAX,
    ATTRIBUTES_MAX,
    TEXT_CHARS_MAX,
    Draft,
    LineContext,
    unread_caller,
)
from screenpop.intake.request import HowTold, Ignored, Received, Response
from screenpop.intake.rules import AGENT_STATES
from screenpop.intake.times import Moment
from screenpop.intake.yaml_nodes import translated

KEYS = frozenset(
    {
        "type", "call_id", "from", "to", "direction", "queue", "agents", "at", "cause",
        "attributes", "event_id", "scope", "outcome", "leg_id", "related_call_id",
        "from_agent", "target", "caller_name", "withheld", "sequence", "state",
    }
)  # fmt: skip
_TYPES = {str(each): each for each in EventType}
_SCOPES = {str(each): each for each in Scope}
_DIRECTIONS = frozenset(str(each) for each in Direction)
_TEXTS = (
    "leg_id", "related_call_id", "from_agent", "target", "caller_name", "queue",
    "cause", "event_id",
)  # fmt: skip
_ENCODER = msgspec.json.Encoder()


class _Wrong(Exception):
    """One item cannot be used; the text names key, finding and remedy."""


class _NoNews(Exception):
    """One item is sound, but of a type that means nothing here."""


def receive(facts: Facts, line: LineContext) -> Received:
    """Raises `BadInput` when all that is in the body is wrong.

    In a list a wrong item does not lose its neighbours: they are taken, and the
    answer says which were refused. A type that means nothing here is no mistake of
    the sender's: it is left aside, counted and explained.
    """
    sound = sound_events(facts)
    if sound is not None:
        return _taken(sound, facts, line)
    payload = read_json(facts.request.body, charset=facts.charset)
    if isinstance(payload, dict):
        return _one(payload, facts, line)
    if not isinstance(payload, list) or not payload:
        raise BadInput(
            f"the body must be an event or a list of events, is {_found(payload)}",
            code="bad_event",
            remedy='Send {"type": "alerting", "call_id": "c-1", …}.',
        )
    if len(payload) > facts.events_max:
        raise TooLarge(
            f"the body holds {len(payload)} events, at most {facts.events_max} are"
            " taken",
            code="too_many_events",
            remedy="Send fewer at once, or raise limits.events_per_request_max.",
        )
    return _many(payload, facts, line)


_JSON: Mapping[str, str] = {"Content-Type": "application/json"}


def _accepted(events: int) -> Response:
    return Response(status=200, headers=_JSON, body=b'{"accepted":%d}' % events)


@dataclass(slots=True)
class _Sorted:
    """The items of one request: taken, no news to us, or wrong."""

    events: list[CallEvent] = field(default_factory=list)
    told: list[HowTold] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    no_news: list[dict[str, object]] = field(default_factory=list)
    rejected: list[dict[str, object]] = field(default_factory=list)

    def received(self) -> Received:
        return Received(
            events=tuple(self.events),
            told=tuple(self.told),
            ignored=tuple(self.ignored),
            response=self._response(),
        )

    def _response(self) -> Response:
        body: dict[str, object] = {"accepted": len(self.events)}
        if self.no_news:
            body["ignored"] = self.no_news
        if self.rejected:
            body["rejected"] = self.rejected
        return Response(status=200, headers=_JSON, body=_ENCODER.encode(body))


def _taken(
    sound: list[tuple[Draft, HowTold]], facts: Facts, line: LineContext
) -> Received:
    events: list[CallEvent] = []
    tolds: list[HowTold] = []
    ignored: list[Ignored] = []
    for draft, told in sound:
        event = line.event(draft, facts.request.received_us)
        events.append(event)
        tolds.append(told)
        if (remark := unread_caller(event)) is not None:
            ignored.append(Ignored(why=remark, item=told.item, whole=False))
    return Received(
        events=tuple(events),
        told=tuple(tolds),
        ignored=tuple(ignored),
        response=_accepted(len(events)),
    )


def _one(item: dict[str, object], facts: Facts, line: LineContext) -> Received:
    try:
        event, told = _event(item, facts, line)
    except _NoNews as news:
        return _Sorted(
            ignored=[Ignored(why=str(news))], no_news=[{"index": 0, "why": str(news)}]
        ).received()
    except _Wrong as error:
        raise BadInput(str(error), code="bad_event") from None
    return Received(
        events=(event,),
        told=(told,),
        ignored=_remarks(item, event, 0),
        response=_accepted(1),
    )


def _many(items: list[object], facts: Facts, line: LineContext) -> Received:
    found = _Sorted()
    for index, item in enumerate(items):
        _sort(item, index, facts, line, found)
    if not found.events and not found.no_news:
        raise BadInput(
            "; ".join(str(each["error"]) for each in found.rejected[:10]),
            code="bad_event",
        )
    return found.received()


def _sort(
    item: object, index: int, facts: Facts, line: LineContext, found: _Sorted
) -> None:
    try:
        event, told = _event(item, facts, line, index)
    except _NoNews as news:
        found.ignored.append(Ignored(why=str(news), item=index))
        found.no_news.append({"index": index, "why": str(news)})
    except _Wrong as error:
        text = f"[{index}]{'.' if isinstance(item, dict) else ': '}{error}"
        found.rejected.append({"index": index, "error": text})
        found.ignored.append(Ignored(why=text, item=index))
    else:
        found.events.append(event)
        found.told.append(told)
        if isinstance(item, dict):
            found.ignored.extend(_remarks(item, event, index))


def _remarks(
    item: dict[str, object], event: CallEvent, index: int
) -> tuple[Ignored, ...]:
    caller = unread_caller(event)
    unread = () if caller is None else (Ignored(why=caller, item=index, whole=False),)
    return (*_unknown_keys(item, index), *unread)


def _unknown_keys(item: dict[str, object], index: int) -> tuple[Ignored, ...]:
    if KEYS.issuperset(item):
        return ()
    return tuple(
        Ignored(why=_unknown_key(key), item=index, whole=False)
        for key in sorted(item.keys() - KEYS)[:20]
    )


def _unknown_key(key: str) -> str:
    hint = translated(key, KEYS)
    return f"the key `{key[:80]}` means nothing here{'.' if hint else ''}{hint}"


def _event(
    item: object, facts: Facts, line: LineContext, index: int = 0
) -> tuple[CallEvent, HowTold]:
    if not isinstance(item, dict):
        raise _Wrong(f"must be an event, is {_found(item)}.")
    kind = _kind(item)
    moment = _at(item)
    agents = _agents(item)
    draft = Draft(
        type=kind,
        scope=_scope(item),
        call_id=_call_id(item, kind),
        direction=_direction(item),
        caller=_optional(item, "from"),
        dialled=_optional(item, "to"),
        withheld=_flag(item, "withheld"),
        agents=agents,
        at_us=None if moment is None else moment.us,
        outcome=_outcome(item),
        sequence=_sequence(item),
        agent_state=_state(item, agents) if kind is EventType.AGENT_STATE else None,
        attributes=_attributes(item),
    )
    for name in _TEXTS:
        if item.get(name) is not None:
            setattr(draft, name, _optional(item, name) or None)
    told = HowTold(
        item=index,
        at_digits=moment.digits if moment is not None else 0,
        call_id_given=draft.call_id is not None,
    )
    return line.event(draft, facts.request.received_us), told


def _kind(item: Mapping[str, object]) -> EventType:
    kind = item.get("type")
    found = _TYPES.get(kind) if isinstance(kind, str) else None
    if found is not None:
        return found
    known = ", ".join(_TYPES)
    if isinstance(kind, str) and kind.strip():
        raise _NoNews(
            f"the type {_found(kind)} means nothing here. Known: {known}."
            f"{translated(kind, _TYPES)}"
        )
    _refuse("type", f"one of {known}", kind, '"alerting"')


def _scope(item: Mapping[str, object]) -> Scope:
    scope = item.get("scope")
    if scope is None:
        return Scope.CALL
    found = _SCOPES.get(scope) if isinstance(scope, str) else None
    if found is None:
        _refuse("scope", "call or leg", scope, '"call"')
    return found


def _call_id(item: Mapping[str, object], kind: EventType) -> str | None:
    call_id = item.get("call_id")
    if call_id is None and kind is EventType.AGENT_STATE:
        return None
    if isinstance(call_id, int) and not isinstance(call_id, bool):
        call_id = str(call_id) if abs(call_id) < 10**40 else None
    if not isinstance(call_id, str) or not call_id.strip():
        _refuse("call_id", "text that names the call", item.get("call_id"), '"c-1"')
    return _bounded("call_id", call_id)


def _direction(item: Mapping[str, object]) -> str | None:
    direction = item.get("direction")
    if direction is None:
        return None
    if not isinstance(direction, str) or direction not in _DIRECTIONS:
        _refuse("direction", "inbound, outbound or internal", direction, '"inbound"')
    return direction


def _outcome(item: Mapping[str, object]) -> str | None:
    outcome = item.get("outcome")
    if outcome is None:
        return None
    if not isinstance(outcome, str) or outcome not in OUTCOMES_HERE:
        _refuse("outcome", "unanswered, voicemail or callback", outcome, '"unanswered"')
    return outcome


def _optional(item: Mapping[str, object], name: str) -> str | None:
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        _refuse(name, "text or null", value, f'"{name}": "…"')
    return _bounded(name, value)


def _bounded(name: str, text: str) -> str:
    if len(text) > TEXT_CHARS_MAX:
        raise _Wrong(
            f"{name}: must have at most {TEXT_CHARS_MAX} characters, has {len(text)}."
            " Send a shorter one."
        )
    return text


def _agents(item: Mapping[str, object]) -> tuple[str, ...]:
    agents = item.get("agents")
    if agents is None:
        return ()
    if not isinstance(agents, list) or not all(
        isinstance(each, str) and each for each in agents
    ):
        _refuse("agents", "a list of text", agents, '["1001"]')
    if len(agents) > AGENTS_MAX:
        raise _Wrong(
            f"agents: must name at most {AGENTS_MAX}, names {len(agents)}. Name the"
            " agents whose devices ring."
        )
    return tuple(_bounded("agents", str(each)) for each in agents)


def _at(item: Mapping[str, object]) -> Moment | None:
    value = item.get("at")
    if value is None:
        return None
    moment = moment_of(value) if isinstance(value, str) else None
    if moment is None:
        _refuse(
            "at", "a time with its offset (RFC 3339)", value, '"2026-11-21T09:00:00Z"'
        )
    return moment


def _flag(item: Mapping[str, object], name: str) -> bool:
    value = item.get(name, False)
    if value is None or isinstance(value, bool):
        return bool(value)
    _refuse(name, "true or false", value, "true")


def _sequence(item: Mapping[str, object]) -> int | None:
    value = item.get("sequence")
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not 0 <= value < SEQUENCE_END
    ):
        _refuse("sequence", "a whole number that is not negative", value, "7")
    return value


def _attributes(item: Mapping[str, object]) -> dict[str, str]:
    value = item.get("attributes")
    if value is None:
        return {}
    if not isinstance(value, dict):
        _refuse("attributes", "a flat object of text", value, '{"account": "4711"}')
    if len(value) > ATTRIBUTES_MAX:
        raise _Wrong(
            f"attributes: must hold at most {ATTRIBUTES_MAX}, holds {len(value)}. Send"
            " those that identify the caller."
        )
    return {
        _bounded("attributes", name): text
        for name, each in value.items()
        if (text := _attribute(name, each)) is not None
    }


def _attribute(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < 1e18:
        return str(value)
    if not isinstance(value, str):
        _refuse(f"attributes.{name[:80]}", "text", value, '"4711"')
    return _bounded(f"attributes.{name[:80]}", value)


def _state(item: Mapping[str, object], agents: tuple[str, ...]) -> str:
    attributes = item.get("attributes")
    state = item.get("state")
    if state is None and isinstance(attributes, dict):
        state = attributes.get("state")
    if not agents:
        _refuse("agents", "the agent whose state this is", None, '["1001"]')
    if not isinstance(state, str) or state not in AGENT_STATES:
        known = ", ".join(sorted(AGENT_STATES))
        _refuse("attributes.state", f"one of {known}", state, '"available"')
    return state


def _refuse(key: str, wanted: str, found: object, example: str) -> NoReturn:
    raise _Wrong(f"{key}: must be {wanted}, is {_found(found)}. Send {example}.")


_KINDS: tuple[tuple[type, Callable[[object], str]], ...] = (
    (str, lambda value: f'"{str(value)[:40]}"'),
    (bool, lambda value: str(value).lower()),
    (list, lambda value: "a list" if value else "an empty list"),
    (dict, lambda value: "an object"),
)


def _found(value: object) -> str:
    """What was there instead, short and fit for a log."""
    if value is None:
        return "missing or null"
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words(value)
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a huge number"
    return str(value)

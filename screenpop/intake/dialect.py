"""How does this telephone system talk?

A dialect is a YAML file that says how a request is authenticated, decoded, mapped
to events and answered; `docs/dialects.md` describes it. It is read and compiled
once (`load_dialect`), bound to each line that speaks it (`Dialect.bind`), and then
takes requests (`BoundDialect.receive`): pure, without I/O, never surprised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from msgspec import structs

from screenpop.domain.call import CallEvent, LineId
from screenpop.domain.errors import BadInput, ConfigError, TooLarge
from screenpop.intake import generic
from screenpop.intake.answers import (
    DialectAnswer,
    Handshake,
    answers_url,
    read_answers,
    read_handshake,
)
from screenpop.intake.authenticate import Authenticator, Scheme, bind_schemes
from screenpop.intake.bodies import body_kind, read_body
from screenpop.intake.expression import ExpressionScope, Getter
from screenpop.intake.expression import listed as elements
from screenpop.intake.facts import Facts, Settings, splits
from screenpop.intake.normal import LineContext, check_country, unread_caller, zone_of
from screenpop.intake.placing import Legs
from screenpop.intake.request import HowTold, Ignored, Received, Request, Response
from screenpop.intake.rules import Rules, read_rules
from screenpop.intake.schemes import COMMON_SCHEMES, read_schemes
from screenpop.intake.settings import (
    COMMON_SETTINGS,
    Setting,
    bind_settings,
    read_settings,
)
from screenpop.intake.values import Compiler
from screenpop.intake.yaml_nodes import DIALECTS_FOLDER as DIALECTS_FOLDER
from screenpop.intake.yaml_nodes import Node, parse_yaml, read_yaml, unknown_dialect
from screenpop.intake.yaml_nodes import dialect_names as dialect_names
from screenpop.support.file_stamps import Stamp, stamp

BODY_BYTES_MAX = 262_144
EVENTS_PER_REQUEST_MAX = 500

_KEYS = frozenset(
    {
        "dialect", "title", "status", "facts", "settings", "authenticate", "handshakes",
        "numbers", "decode", "kind", "let", "fields", "events", "answers", "paste",
        "tests", "native", "not_covered",
    }
)  # fmt: skip
EACH_FOUND_NOTHING = (
    "`decode.each` found nothing in the payload; the rules saw the payload as a whole"
)
_STATUSES = ("verified", "partly", "unverified")
Native = Callable[[Facts, LineContext], Received]
_NATIVE: Mapping[str, Native] = {"generic": generic.receive}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How the items of a payload are found in it."""

    body: str
    each: Getter | None
    let: tuple[tuple[str, Getter], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A compiled dialect, as yet without a line's secrets and country."""

    name: str
    title: str
    status: str
    facts: tuple[str, ...]
    file: str
    settings: Mapping[str, Setting]
    schemes: tuple[Scheme, ...]
    handshakes: tuple[Handshake, ...]
    plus_missing: bool
    decoding: Decoding
    rules: Rules
    answers: tuple[DialectAnswer, ...]
    native: Native | None
    paste: str
    tests: Node | None
    joins_legs: bool = False  # some events name only a leg
    answers_url: bool = False  # an answer holds the service's own address

    @property
    def own_schemes(self) -> tuple[Scheme, ...]:
        """The schemes that this system uses, without those that everybody may."""
        return tuple(each for each in self.schemes if each not in COMMON_SCHEMES)

    def bind(
        self,
        *,
        line: LineId,
        country: str | None = None,
        time_zone: str = "UTC",
        settings: Mapping[str, object] | None = None,
        public_url: str | None = None,
        label: str | None = None,
        body_bytes_max: int = BODY_BYTES_MAX,
        events_max: int = EVENTS_PER_REQUEST_MAX,
    ) -> BoundDialect:
        """Ready for one line. Raises `ConfigError` that lists every problem.

        `public_url` is the address under which senders reach this service, without
        path: several systems sign it. `label` names the line in messages.
        """
        problems: list[str] = []
        zone = zone_of(time_zone, problems)
        check_country(country, problems)
        bound: Settings = {}
        authenticator: Authenticator | None = None
        try:
            bound = bind_settings(self.settings, settings or {}, self.name)
            authenticator = bind_schemes(self.schemes, bound)
            if not public_url:
                authenticator.need_public_url(
                    label or line, answers_it=self.answers_url
                )
        except ConfigError as error:
            problems.append(str(error))
        if problems or authenticator is None:
            prefix = f"lines.{label or line}."
            listed = "\n".join(problems).splitlines()
            raise ConfigError("\n".join(_placed(prefix, each) for each in listed))
        return BoundDialect(
            dialect=self,
            line=LineContext(
                line=line, country=country, zone=zone, plus_missing=self.plus_missing
            ),
            settings=bound,
            authenticator=authenticator,
            public_url=public_url,
            body_bytes_max=body_bytes_max,
            events_max=events_max,
        )


def _placed(prefix: str, problem: str) -> str:
    return problem if problem.startswith("server.") else f"{prefix}{problem}"


class BoundDialect:
    """A dialect that serves one line."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        line: LineContext,
        settings: Settings,
        authenticator: Authenticator,
        public_url: str | None,
        body_bytes_max: int,
        events_max: int,
    ):
        self.dialect = dialect
        self.line = line
        self.settings = settings
        self._authenticator = authenticator
        self._public_url = public_url
        self.body_bytes_max = body_bytes_max
        self.events_max = events_max
        self.legs = Legs()

    def receive(self, request: Request, *, explain: bool = False) -> Received:
        """Authenticate and decode one request.

        `explain`: also say which declared fields came to nothing.
        Raises `Unauthenticated`, `BadInput` or `TooLarge`, for any input whatever.
        """
        if len(request.body) > self.body_bytes_max:
            raise TooLarge(
                f"the body has {len(request.body)} bytes,"
                f" at most {self.body_bytes_max} are taken",
                code="too_large",
                remedy="Send fewer events at once, or raise limits.body_bytes_max.",
            )
        if not splits(request.path):
            raise BadInput("the URL cannot be read", code="bad_url")
        facts = self._facts(request)
        facts.explain = explain
        scope = ExpressionScope(None, facts)
        greeting = self._greeted(scope, signed=False)
        if greeting is not None:
            return greeting
        self._authenticator.check(facts, scope)
        if self.dialect.native is not None:
            return self.dialect.native(facts, self.line)
        return self._decoded(facts)

    def understand(self, payload: object, *, received_us: int) -> Received:
        """The same mapping for what a stream delivered: a value, already proved."""
        request = Request(method="STREAM", path="/", received_us=received_us)
        facts = self._facts(request)
        facts.decode = lambda _: payload
        return self._decoded(facts)

    def _facts(self, request: Request) -> Facts:
        kind = self.dialect.decoding.body
        return Facts(
            request=request,
            line=self.line,
            settings=self.settings,
            public_url=self._public_url,
            events_max=self.events_max,
            call_of_leg=self.legs.call_of,
            decode=lambda facts: read_body(kind, facts),
        )

    def _greeted(self, scope: ExpressionScope, *, signed: bool) -> Received | None:
        for handshake in self.dialect.handshakes:
            if handshake.signed is signed and handshake.holds(scope):
                return Received(handshake=True, response=handshake.content(scope))
        return None

    def _decoded(self, facts: Facts) -> Received:
        payload = facts.payload
        whole = ExpressionScope(payload, facts)
        greeting = self._greeted(whole, signed=True)
        if greeting is not None:
            return greeting
        events: list[CallEvent] = []
        ids: Counter[str] = Counter()
        told: list[HowTold] = []
        ignored: list[Ignored] = []
        first: ExpressionScope | None = None
        for scope in self._items(whole, ignored):
            first = first or scope
            found = self.dialect.rules.apply(scope)
            ignored.extend(found.ignored)
            for draft, how in found.drafts:
                event = self.line.event(draft, facts.request.received_us)
                events.append(_apart(event, ids))
                if self.dialect.joins_legs:
                    self.legs.learn(event)
                told.append(how)
                if (remark := unread_caller(event)) is not None:
                    ignored.append(Ignored(why=remark, item=how.item, whole=False))
        return self._answered(
            first or whole, tuple(events), tuple(told), tuple(ignored)
        )

    def _items(
        self, whole: ExpressionScope, ignored: list[Ignored]
    ) -> list[ExpressionScope]:
        each = self.dialect.decoding.each
        found = None if each is None else each(whole)
        listed = elements(found, texts=whole.facts.body_kind == "xml")
        if listed is None:
            if each and whole.facts.explain:
                ignored.append(Ignored(why=EACH_FOUND_NOTHING, whole=False))
            return [self._prepared(ExpressionScope(whole.item, whole.facts))]
        if len(listed) > self.events_max:
            raise TooLarge(
                f"the request holds {len(listed)} events, at most"
                f" {self.events_max} are taken",
                code="too_many_events",
                remedy="Send fewer at once, or raise limits.events_per_request_max.",
            )
        if not listed:
            ignored.append(Ignored(why="it holds no event"))
        return [
            self._prepared(ExpressionScope(item, whole.facts, whole.item, index))
            for index, item in enumerate(listed)
        ]

    def _prepared(self, scope: ExpressionScope) -> ExpressionScope:
        for name, read in self.dialect.decoding.let:
            scope.variables[name] = read(scope)
        return scope

    def _answered(
        self,
        scope: ExpressionScope,
        events: tuple[CallEvent, ...],
        told: tuple[HowTold, ...],
        ignored: tuple[Ignored, ...],
    ) -> Received:
        for answer in self.dialect.answers:
            if answer.holds is None or answer.holds(scope):
                return Received(
                    events=events,
                    told=told,
                    ignored=ignored,
                    response=answer.content(scope),
                    profile_answer=answer.profile_answer(scope),
                )
        return Received(
            events=events, told=told, ignored=ignored, response=Response(status=200)
        )


def _apart(event: CallEvent, seen: Counter[str]) -> CallEvent:
    """Events of one request that share the sender's id get ids of their own."""
    same = seen[event.event_id]
    seen[event.event_id.split("#")[0]] += 1
    return (
        structs.replace(event, event_id=f"{event.event_id}#{same + 1}")
        if same
        else event
    )


# -- reading -------------------------------------------------------------------


def load_dialect(name_or_path: str) -> Dialect:
    """A built-in dialect by name, or a file. Raises `ConfigError`, with its place.

    Compiled once, and again when the file has changed.
    """
    path = DIALECTS_FOLDER / f"{name_or_path}.yaml"
    if not (name_or_path.isidentifier() and path.is_file()):
        path = Path(name_or_path)
        if path.suffix not in (".yaml", ".yml"):
            raise ConfigError(unknown_dialect(name_or_path))
    return _compiled(path, stamp(path))


@lru_cache(maxsize=256)
def _compiled(path: Path, _: Stamp) -> Dialect:
    return compile_dialect(read_yaml(path))


def dialect_from_text(text: str, file: str = "dialect.yaml") -> Dialect:
    """For tests and tools: a dialect that is no file."""
    return compile_dialect(parse_yaml(text, file))


def compile_dialect(node: Node) -> Dialect:
    entries = node.mapping(_KEYS, required=("dialect", "title"))
    settings = {
        **{setting.name: setting for setting in COMMON_SETTINGS},
        **read_settings(entries.get("settings")),
    }
    compiler = Compiler()
    schemes = read_schemes(entries.get("authenticate"), compiler)
    _check_secrets(schemes, settings, entries.get("authenticate", node))
    decoding, with_let = _decoding(entries, compiler)
    native = _native(entries)
    return Dialect(
        name=entries["dialect"].text(),
        title=entries["title"].text(),
        status=_status(entries.get("status")),
        facts=tuple(e.text() for e in _elements(entries.get("facts"))),
        file=node.file,
        settings=settings,
        schemes=tuple(schemes),
        handshakes=tuple(
            read_handshake(each, compiler)
            for each in _elements(entries.get("handshakes"))
        ),
        plus_missing=_plus_missing(entries.get("numbers")),
        decoding=decoding,
        rules=_rules(entries, with_let, native, node),
        answers=tuple(read_answers(entries.get("answers"), with_let)),
        native=native,
        paste=entries["paste"].text() if "paste" in entries else "",
        tests=entries.get("tests"),
        joins_legs="call_of_leg" in str(node.data()),
        answers_url=answers_url(entries),
    )


def _elements(node: Node | None) -> list[Node]:
    return [] if node is None else node.elements()


def _status(node: Node | None) -> str:
    return "unverified" if node is None else node.choice(*_STATUSES)


def _plus_missing(node: Node | None) -> bool:
    if node is None:
        return False
    entries = node.mapping(frozenset({"plus_missing"}), ("plus_missing",))
    return entries["plus_missing"].flag()


def _native(entries: Mapping[str, Node]) -> Native | None:
    if "native" not in entries:
        return None
    return _NATIVE[entries["native"].choice(*_NATIVE)]


def _rules(
    entries: Mapping[str, Node], compiler: Compiler, native: Native | None, node: Node
) -> Rules:
    kind = compiler.value(entries["kind"]) if "kind" in entries else None
    name = entries["dialect"].text()
    if native is not None:
        return Rules([], kind, name)
    if "events" not in entries:
        node.fail("`events` is missing.")
    rules = read_rules(entries["events"], entries.get("fields"), compiler)
    return Rules(rules, kind, name)


def _decoding(
    entries: Mapping[str, Node], compiler: Compiler
) -> tuple[Decoding, Compiler]:
    decode = entries.get("decode")
    parts = {} if decode is None else decode.mapping(frozenset({"body", "each"}))
    let: list[tuple[str, Getter]] = []
    each = compiler.value(parts["each"]) if "each" in parts else None
    for name, value in entries["let"].items() if "let" in entries else ():
        let.append((name, compiler.value(value)))
        compiler = compiler.with_name(name)
    decoding = Decoding(body=body_kind(parts.get("body")), each=each, let=tuple(let))
    return decoding, compiler


def _check_secrets(
    schemes: list[Scheme], settings: Mapping[str, Setting], node: Node
) -> None:
    for scheme in schemes:
        if scheme.secret not in settings:
            node.fail(
                f"the scheme {scheme.name} wants the setting `{scheme.secret}`, which"
                " is not declared under `settings`."
            )

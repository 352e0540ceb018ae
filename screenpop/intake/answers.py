"""What is answered: text, XML, JSON, a computed challenge, or the profile?"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from screenpop.domain.profile import Candidate, Profile
from screenpop.intake.expression import ExpressionScope, Getter
from screenpop.intake.filters import as_text
from screenpop.intake.request import ProfileAnswer, Response
from screenpop.intake.values import Compiler, Condition
from screenpop.intake.yaml_nodes import Node

ANSWER_BYTES_MAX = 32_768  # the smallest limit that a provider is known to set
BUDGET_MS_MAX = 5_000

Content = Callable[[ExpressionScope], Response]

_CONTENT_KEYS = frozenset({"status", "headers", "type", "text", "xml", "json"})
_ANSWER_KEYS = _CONTENT_KEYS | {"when", "ask"}
_ASK_KEYS = frozenset({"number", "budget_ms", "known", "unknown"})
_TYPES = {
    "text": "text/plain",
    "xml": "application/xml",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The answer wants to know who is calling."""

    number: Getter
    budget_ms: int
    known: Content
    unknown: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectAnswer:
    holds: Condition | None
    content: Content
    ask: Ask | None

    def profile_answer(self, scope: ExpressionScope) -> ProfileAnswer | None:
        ask = self.ask
        if ask is None:
            return None
        number = scope.facts.line.number(as_text(ask.number(scope)) or "").e164

        def render(profile: Profile | None) -> Response:
            view = profile_view(profile)
            if view is None:
                return ask.unknown(scope)
            scope.variables["profile"] = view
            return ask.known(scope)

        return ProfileAnswer(number=number, budget_ms=ask.budget_ms, render=render)


def read_answers(node: Node | None, compiler: Compiler) -> list[DialectAnswer]:
    return [] if node is None else [_answer(e, compiler) for e in node.elements()]


def answers_url(entries: Mapping[str, Node]) -> bool:
    """Do a dialect's answers hold `$url`, or a `let` variable that does?"""
    let = (
        {n: str(v.data()) for n, v in entries["let"].items()}
        if "let" in entries
        else {}
    )
    names = {"url"}
    for name, written in let.items():
        if _uses(written, names):
            names.add(name)
    answered = [entries[key] for key in ("answers", "handshakes") if key in entries]
    return any(_uses(str(node.data()), names) for node in answered)


def _uses(written: str, names: Iterable[str]) -> bool:
    return any(re.search(rf"\${re.escape(name)}(?![\w])", written) for name in names)


def _answer(node: Node, compiler: Compiler) -> DialectAnswer:
    entries = node.mapping(_ANSWER_KEYS)
    when = entries.get("when")
    ask = _ask(entries["ask"], compiler) if "ask" in entries else None
    return DialectAnswer(
        holds=compiler.condition(when) if when is not None else None,
        content=ask.unknown if ask is not None else read_content(entries, compiler),
        ask=ask,
    )


def _ask(node: Node, compiler: Compiler) -> Ask:
    entries = node.mapping(_ASK_KEYS, required=("number", "known", "unknown"))
    budget = entries["budget_ms"].number() if "budget_ms" in entries else 1000
    if not 0 < budget <= BUDGET_MS_MAX:
        entries["budget_ms"].fail(f"must be above 0 and at most {BUDGET_MS_MAX}.")
    known = entries["known"].mapping(_CONTENT_KEYS)
    return Ask(
        number=compiler.value(entries["number"]),
        budget_ms=int(budget),
        known=read_content(known, compiler.with_name("profile")),
        unknown=read_content(entries["unknown"].mapping(_CONTENT_KEYS), compiler),
    )


def read_content(entries: Mapping[str, Node], compiler: Compiler) -> Content:
    """Status, headers and one of `text`, `xml`, `json`."""
    status = int(entries["status"].number()) if "status" in entries else 200
    headers = _headers(entries.get("headers"), compiler)
    kind = next((name for name in _TYPES if name in entries), None)
    if kind is None:
        return lambda scope: Response(status=status, headers=headers(scope))
    media = entries["type"].text() if "type" in entries else _TYPES[kind]
    body = _BODIES[kind](entries[kind], compiler)

    def content(scope: ExpressionScope) -> Response:
        raw = body(scope)
        if len(raw) > ANSWER_BYTES_MAX:
            raw = raw[:0]
        return Response(
            status=status,
            headers={"Content-Type": media, **headers(scope)},
            body=raw,
        )

    return content


def _headers(
    node: Node | None, compiler: Compiler
) -> Callable[[ExpressionScope], dict[str, str]]:
    if node is None:
        return lambda scope: {}
    getters = [(name, compiler.template(each)) for name, each in node.items()]

    def headers(scope: ExpressionScope) -> dict[str, str]:
        found = ((name, as_text(read(scope))) for name, read in getters)
        return {name: _one_line(text) for name, text in found if text is not None}

    return headers


def _one_line(text: str) -> str:
    """An echoed header must not smuggle in another one."""
    return "".join(char for char in text if char.isprintable())[:1024]


def _filled(
    node: Node, compiler: Compiler, escape: Callable[[str], str]
) -> Callable[[ExpressionScope], bytes]:
    parts = compiler.template_parts(node)

    def fill(scope: ExpressionScope) -> bytes:
        texts = [
            part if isinstance(part, str) else escape(as_text(part(scope)) or "")
            for part in parts
        ]
        return "".join(texts).encode("utf-8", "replace")

    return fill


def _text_body(node: Node, compiler: Compiler) -> Callable[[ExpressionScope], bytes]:
    return _filled(node, compiler, lambda text: text)


def _xml_body(node: Node, compiler: Compiler) -> Callable[[ExpressionScope], bytes]:
    return _filled(node, compiler, html.escape)


def _json_body(node: Node, compiler: Compiler) -> Callable[[ExpressionScope], bytes]:
    build = _json_value(node, compiler)
    return lambda scope: msgspec.json.encode(build(scope))


def _json_value(node: Node, compiler: Compiler) -> Getter:
    if node.is_mapping:
        fields = [(name, _json_value(each, compiler)) for name, each in node.items()]
        return lambda scope: {name: build(scope) for name, build in fields}
    if node.is_list:
        values = [_json_value(each, compiler) for each in node.elements()]
        return lambda scope: [build(scope) for build in values]
    value = node.scalar()
    if not isinstance(value, str):
        return lambda scope: value
    parts = compiler.template_parts(node) if value else []
    if len(parts) == 1 and not isinstance(parts[0], str):
        return parts[0]
    return _joined(parts)


def _joined(parts: list[str | Getter]) -> Getter:
    def build(scope: ExpressionScope) -> object:
        return "".join(
            part if isinstance(part, str) else as_text(part(scope)) or ""
            for part in parts
        )

    return build


_BODIES = {"text": _text_body, "xml": _xml_body, "json": _json_body}


def profile_view(profile: Profile | None) -> dict[str, object] | None:
    """What a template may show of a profile: `$profile.name`, `$profile.fields.x`.

    None when nobody is known well enough: several candidates and no choice.
    """
    candidate = _shown(profile)
    if profile is None or candidate is None:
        return None
    identity = profile.facets.get("identity")
    fields: dict[str, object] = {str(k): v for k, v in candidate.fields.items()}
    if identity is not None:
        fields.update({name: each.value for name, each in identity.fields.items()})
    first, _, last = candidate.name.rpartition(" ")
    view: dict[str, object] = {
        "name": candidate.name,
        "key": candidate.ref.key,
        "source": candidate.ref.source,
        "company": candidate.company or fields.get("company") or "",
        "first_name": fields.get("first_name") or first,
        "last_name": fields.get("last_name") or last,
        "email": fields.get("email") or "",
        "fields": fields,
        "facets": {
            facet: {name: each.value for name, each in held.fields.items()}
            for facet, held in profile.facets.items()
        },
    }
    return view


def _shown(profile: Profile | None) -> Candidate | None:
    if profile is None:
        return None
    for candidate in profile.candidates:
        if candidate.ref == profile.chosen:
            return candidate
    return profile.candidates[0] if len(profile.candidates) == 1 else None


# -- Which requests only want to see that we are there, and what is answered?


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """A request that only wants to see that we are there."""

    holds: Condition
    signed: bool
    content: Content


def read_handshake(node: Node, compiler: Compiler) -> Handshake:
    keys = frozenset({"when", "signed", "answer"})
    entries = node.mapping(keys, required=("when", "answer"))
    answer = entries["answer"].mapping()
    return Handshake(
        holds=compiler.condition(entries["when"]),
        signed="signed" not in entries or entries["signed"].flag(),
        content=read_content(answer, compiler),
    )

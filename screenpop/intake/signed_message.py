"""Which bytes were signed, where is the signature, and when was it made?"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from screenpop.intake import signature
from screenpop.intake.expression import ExpressionScope, Getter
from screenpop.intake.facts import Facts
from screenpop.intake.filters import as_text
from screenpop.intake.values import Compiler, Condition
from screenpop.intake.yaml_nodes import Node

TOLERANCE_S = 300.0


def with_payload(scope: ExpressionScope, facts: Facts) -> ExpressionScope:
    """The scope with the decoded body in it. Raises `BadInput`."""
    scope.item = facts.payload
    return scope


class SignedMessage:
    """The bytes that were signed: a template, or one of several by condition.

    `{body}` are the raw bytes, `{url}` the whole URL in each spelling,
    `{timestamp}` the signed time, `{secret}` each current secret, `{body_md5}` the
    Content-MD5; other holes are expressions.
    """

    def __init__(self, node: Node, compiler: Compiler):
        compiler = Compiler(compiler.names | _SIGNED_PARTS)
        self._choices: list[tuple[Condition | None, list[str | Getter]]] = []
        written = node.data()
        self._plain = _plain(written) if isinstance(written, str) else None
        written = str(written)
        self._uses_url, self._uses_md5 = "{url" in written, "{body_md5" in written
        for each in node.one_or_many():
            when: Condition | None = None
            if each.is_mapping:
                entries = each.mapping(frozenset({"when", "over"}), ("when", "over"))
                when, each = compiler.condition(entries["when"]), entries["over"]
            self._choices.append((when, _signed_parts(each, compiler)))

    def variants(
        self, facts: Facts, scope: ExpressionScope, timestamp: str, secret: str = ""
    ) -> list[bytes]:
        """No bytes at all when no choice fits or a hole is null."""
        if self._plain is not None:
            sent = {
                b"body": facts.request.body,
                b"timestamp": signature.as_bytes(timestamp),
            }
            return [self._plain % sent]
        scope.variables["signed_time"] = timestamp
        scope.variables["signed_secret"] = secret
        if self._uses_md5:
            scope.variables["signed_body_md5"] = _md5(facts.request.body)
        urls = signature.url_spellings(facts.url) if self._uses_url else ("",)
        for when, parts in self._choices:
            if when is None or when(with_payload(scope, facts)):
                return _messages(parts, facts, scope, urls)
        return []


_HOLES = {
    "body": "signed_body",
    "url": "signed_url",
    "timestamp": "signed_time",
    "secret": "signed_secret",
    "body_md5": "signed_body_md5",
}
_SIGNED_PARTS = frozenset(_HOLES.values())
_HOLE = re.compile(r"\{(" + "|".join(_HOLES) + r")\b")


_PLAIN_HOLE = re.compile(r"\{(body|timestamp)\}")


def _plain(template: str) -> bytes | None:
    """The template as a bytes format, if its only holes are body and signed time."""
    if re.search("[{}]", _PLAIN_HOLE.sub("", template)):
        return None
    return _PLAIN_HOLE.sub(r"%(\1)s", template.replace("%", "%%")).encode()


def _signed_parts(node: Node, compiler: Compiler) -> list[str | Getter]:
    text = _HOLE.sub(lambda hole: f"{{${_HOLES[hole[1]]}", node.text())
    return compiler.template_parts(node, text)


def _messages(
    parts: list[str | Getter],
    facts: Facts,
    scope: ExpressionScope,
    urls: tuple[str, ...],
) -> list[bytes]:
    messages: list[bytes] = []
    for url in urls:
        scope.variables["signed_url"] = url
        pieces: list[bytes] = []
        for part in parts:
            piece = _piece(part, facts, scope)
            if piece is None:
                return []
            pieces.append(piece)
        messages.append(b"".join(pieces))
    return list(dict.fromkeys(messages))


def _md5(body: bytes) -> str:
    """Content-MD5 (RFC 1864): part of what some systems sign, no protection itself."""
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


_BODY = object()


def _piece(part: str | Getter, facts: Facts, scope: ExpressionScope) -> bytes | None:
    if isinstance(part, str):
        return part.encode()
    scope.variables["signed_body"] = _BODY
    value = part(scope)
    if value is _BODY:
        return facts.request.body
    if value is None:
        value = part(with_payload(scope, facts))
    return None if value is None else signature.as_bytes(as_text(value) or "")


class Envelope:
    """Where signature and signed time stand: apart, or in one header's parts."""

    def __init__(self, entries: Mapping[str, Node], compiler: Compiler):
        parts = entries.get("parts")
        names = {n: e.text() for n, e in parts.items()} if parts is not None else {}
        self._signature = names.get("signature")
        self._time_part = names.get("timestamp")
        time = entries.get("timestamp")
        self._time = compiler.value(time) if time is not None else None
        tolerance = entries.get("tolerance_s")
        self._tolerance_s = tolerance.number() if tolerance else TOLERANCE_S
        self.dated = self._time is not None or self._time_part is not None

    def open(
        self, given: list[str], facts: Facts, scope: ExpressionScope
    ) -> tuple[list[str], str | None]:
        if self._signature is None:
            found = self._time(scope) if self._time is not None else None
            return given, as_text(found)
        signatures: list[str] = []
        timestamp: str | None = None
        for part in ",".join(given).split(","):
            name, _, value = part.partition("=")
            if name.strip() == self._signature:
                signatures.append(value.strip())
            if name.strip() == self._time_part and timestamp is None:
                timestamp = value.strip()
        return signatures, timestamp

    def late(self, timestamp: str | None, facts: Facts) -> str | None:
        if not self.dated:
            return None
        now_us = facts.request.received_us
        return signature.in_window(timestamp, now_us, self._tolerance_s)

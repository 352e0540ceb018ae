"""Which proof does a dialect accept, and does this request bring it?

A dialect lists schemes; a line uses those whose secret is configured, and any one
of them is enough. `allowed_networks`, where set, must hold besides.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from screenpop.domain.errors import BadInput, ConfigError, Unauthenticated, Unsigned
from screenpop.intake import signature
from screenpop.intake.expression import ExpressionScope, Getter
from screenpop.intake.facts import Facts, Settings
from screenpop.intake.filters import as_text
from screenpop.intake.settings import ALLOW_UNAUTHENTICATED
from screenpop.intake.values import Compiler, Condition
from screenpop.intake.yaml_nodes import Node

Check = Callable[[Facts, ExpressionScope, tuple[str, ...]], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One way of proving; `secret` is the setting that holds its secrets.

    `retry_when` holds for a request that its sender forgot to sign and signs when it
    is asked again.
    """

    name: str
    secret: str
    check: Check
    not_covered: str
    headers: tuple[str, ...] = ()  # where the proof stands
    signs_url: bool = False
    retry_when: Condition | None = None


class Authenticator:
    """What one line accepts. Made by `bind_schemes`."""

    def __init__(
        self, schemes: list[tuple[Scheme, tuple[str, ...]]], settings: Settings
    ):
        self._schemes = schemes
        self._networks = _networks(settings)

    def check(self, facts: Facts, scope: ExpressionScope) -> None:
        """Raises `Unauthenticated` with the reason of every scheme that failed."""
        if self._networks:
            remote = facts.request.remote
            _refuse_if(signature.ip_allow(remote, self._networks))
        if not self._schemes:
            return
        reasons: list[str] = []
        for scheme, secrets in self._schemes:
            reason = scheme.check(facts, scope, secrets)
            if reason is None:
                return
            reasons.append(f"{self._named(scheme)}: {reason}")
        reason = "; ".join(dict.fromkeys(reasons))
        if any(_forgotten(scheme, facts, scope) for scheme, _ in self._schemes):
            raise Unsigned(
                f"the request is not signed: {reason}",
                code="unsigned",
                remedy="Send it again, signed. Nothing of it was taken.",
            )
        _refuse_if(reason)

    def need_public_url(self, line: str, *, answers_it: bool) -> None:
        """Raises `ConfigError`: it is not configured, and this line wants it."""
        signing = [scheme.name for scheme, _ in self._schemes if scheme.signs_url]
        if not signing and not answers_it:
            return
        why = (
            f"{signing[0]} signs the URL that the sender called"
            if signing
            else "the sender is answered the URL that it calls next"
        )
        raise ConfigError(
            f"server.public_url: is missing; lines.{line} needs it: {why}. Give the"
            " address under which it reaches this service, e.g."
            " https://pop.example.net."
        )

    def _named(self, scheme: Scheme) -> str:
        """By its kind; where two are of one kind also by setting and headers."""
        if sum(other.name == scheme.name for other, _ in self._schemes) < 2:
            return scheme.name
        where = [
            f"setting `{scheme.secret}`",
            *(f"`{each}`" for each in scheme.headers),
        ]
        return f"{scheme.name} ({', '.join(where)})"


def _forgotten(scheme: Scheme, facts: Facts, scope: ExpressionScope) -> bool:
    """Looks at the unproved body only to choose between two ways of refusing."""
    if scheme.retry_when is None:
        return False
    try:
        return scheme.retry_when(with_payload(scope, facts))
    except BadInput:
        return False


def _refuse_if(reason: str | None) -> None:
    if reason is not None:
        raise Unauthenticated(
            f"authentication failed: {reason}",
            code="bad_signature",
            remedy="Check the line's secret, its public URL and the sender's clock.",
        )


def _networks(settings: Settings) -> tuple[str, ...]:
    """Raises `ConfigError` for what is no network."""
    listed = ",".join(settings.get("allowed_networks", ()))
    networks = tuple(each.strip() for each in listed.split(",") if each.strip())
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise ConfigError(
                f"settings.allowed_networks: `{network}` is not a valid network,"
                " e.g. 192.0.2.0/24."
            ) from error
    return networks


def bind_schemes(schemes: Iterable[Scheme], settings: Settings) -> Authenticator:
    """The schemes that are configured; raises `ConfigError` when none is."""
    schemes = tuple(schemes)
    bound = [
        (scheme, settings[scheme.secret])
        for scheme in schemes
        if settings.get(scheme.secret)
    ]
    allowed = settings.get(ALLOW_UNAUTHENTICATED.name) == ("true",)
    if not bound and not allowed:
        names = ", ".join(dict.fromkeys(scheme.secret for scheme in schemes))
        raise ConfigError(
            f"settings: no secret is configured. Give one of {names}, or"
            " `allow_unauthenticated: true` where no one else can reach the line."
        )
    return Authenticator(bound, settings)


# -- Which bytes were signed, where is the signature, and when was it made?

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

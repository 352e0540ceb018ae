"""How is each way of proving written in a dialect, and what does it not cover?

`read_schemes` compiles what stands under `authenticate`; the checking itself is in
`signature`, `tokens` and `public_keys`, one function per scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from screenpop.intake import public_keys, signature, tokens
from screenpop.intake.authenticate import (
    TOLERANCE_S,
    Check,
    Envelope,
    Scheme,
    SignedMessage,
    with_payload,
)
from screenpop.intake.encodings import unbase64
from screenpop.intake.expression import ExpressionScope
from screenpop.intake.facts import Facts
from screenpop.intake.filters import as_text
from screenpop.intake.public_keys import read_public_key
from screenpop.intake.tokens import claim_check
from screenpop.intake.values import Compiler
from screenpop.intake.yaml_nodes import Node

_COMMON_KEYS = frozenset({"scheme", "secret", "not_covered", "retry_when"})
_MAC_KEYS = frozenset(
    {
        "header", "over", "algorithm", "encoding", "prefix", "parts", "timestamp",
        "tolerance_s", "base64_secret", "after",
    }
)  # fmt: skip


def read_schemes(node: Node | None, compiler: Compiler) -> list[Scheme]:
    """What a dialect lists under `authenticate`, and what every dialect knows."""
    own = [] if node is None else [_scheme(e, compiler) for e in node.elements()]
    return own + COMMON_SCHEMES


def _scheme(node: Node, compiler: Compiler) -> Scheme:
    entries = dict(node.items())
    if "scheme" not in entries:
        node.fail(f"`scheme` is missing. Known: {', '.join(sorted(_FACTORIES))}.")
    name = entries["scheme"].choice(*sorted(_FACTORIES))
    factory, allowed, default = _FACTORIES[name]
    node.mapping(allowed | _COMMON_KEYS, required=("secret",))
    told = entries.get("not_covered")
    check = factory(entries, compiler, node)
    over, retry = entries.get("over"), entries.get("retry_when")
    header = entries.get("header")
    return Scheme(
        name=name,
        secret=entries["secret"].text(),
        headers=tuple(e.text() for e in header.one_or_many()) if header else (),
        check=check,
        not_covered=told.text() if told is not None else default,
        signs_url=name in ("url_and_fields", "plivo_v3")
        or (over is not None and "{url" in str(over.data()))
        or (name == "jwt_header" and _claims_url(entries)),
        retry_when=compiler.condition(retry) if retry is not None else None,
    )


def _claims_url(entries: Mapping[str, Node]) -> bool:
    claims = entries.get("claims")
    return claims is not None and "url" in str(claims.data())


def _option(entries: Mapping[str, Node], name: str, default: str) -> str:
    return entries[name].text() if name in entries else default


def _header_names(entries: Mapping[str, Node], node: Node) -> tuple[str, ...]:
    if "header" not in entries:
        node.fail("`header` is missing.")
    return tuple(each.text().lower() for each in entries["header"].one_or_many())


def _given(facts: Facts, names: tuple[str, ...]) -> list[str]:
    return [*filter(None, map(facts.headers.get, names))]


# -- the factories, one per scheme ---------------------------------------------


def _static_header(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    prefix = _option(entries, "prefix", "")
    return lambda facts, scope, secrets: signature.static_header(
        [value.removeprefix(prefix) for value in _given(facts, names)], secrets
    )


def _bearer(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    return lambda facts, scope, secrets: signature.bearer(
        facts.headers.get("authorization"), secrets
    )


def _basic(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    return lambda facts, scope, secrets: signature.basic(
        facts.headers.get("authorization"),
        "".join(facts.settings.get("username", ())),
        secrets,
    )


def _query_secret(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    name = entries["parameter"].text() if "parameter" in entries else "key"
    return lambda facts, scope, secrets: signature.static_header(
        [value for key, value in facts.query_pairs if key == name], secrets
    )


def _field(entries: Mapping[str, Node], compiler: Compiler, node: Node) -> Check:
    if "field" not in entries:
        node.fail("`field` is missing.")
    read = compiler.value(entries["field"])
    return lambda facts, scope, secrets: signature.static_header(
        [as_text(read(with_payload(scope, facts)))], secrets
    )


def _url_and_fields(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    repeated = entries["repeated"].choice("ordered", "sorted", "unique")

    def check(
        facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
    ) -> str | None:
        form = [] if facts.request.method == "GET" else facts.form_pairs
        return signature.url_and_fields(
            next(iter(_given(facts, names)), None),
            facts.url,
            facts.request.body,
            form,
            secrets,
            repeated=repeated,  # type: ignore[arg-type]
        )

    return check


def _plivo(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    nonce = _option(entries, "nonce", "").lower()
    return lambda facts, scope, secrets: signature.plivo_v3(
        ",".join(_given(facts, names)),
        facts.headers.get(nonce),
        facts.request.method,
        facts.url,
        facts.form_pairs,
        secrets,
    )


def _mac(entries: Mapping[str, Node], compiler: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    algorithm = _option(entries, "algorithm", "sha256")
    encoding = _option(entries, "encoding", "hex")
    prefix, after = _option(entries, "prefix", ""), _option(entries, "after", "")
    message = SignedMessage(entries["over"], compiler)
    envelope = Envelope(entries, compiler)
    decode_secret = "base64_secret" in entries and entries["base64_secret"].flag()

    def check(
        facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
    ) -> str | None:
        given, timestamp = envelope.open(_given(facts, names), facts, scope)
        late = envelope.late(timestamp, facts)
        if late is not None:
            return late
        if prefix or after:
            given = [
                _behind(each[len(prefix) :], after)
                for each in given
                if each.startswith(prefix)
            ]
        first, genuine = "", False
        for secret in secrets:  # all of them, so that time does not tell which
            reason = signature.mac(
                given,
                message.variants(facts, scope, timestamp or "", secret),
                [_decoded(secret) if decode_secret else secret],
                algorithm=algorithm,  # type: ignore[arg-type]
                encoding=encoding,  # type: ignore[arg-type]
            )
            genuine |= reason is None
            first = first or reason or ""
        return None if genuine else first

    return check


def _standard_webhooks(
    entries: Mapping[str, Node], compiler: Compiler, node: Node
) -> Check:
    """Ids, times and signatures in headers of one prefix: `webhook-id` and so on."""
    prefixes = tuple(
        each.text().lower().removesuffix("-")
        for each in (entries["header"].one_or_many() if "header" in entries else ())
    )
    tolerance = entries.get("tolerance_s")
    tolerance_s = tolerance.number() if tolerance else TOLERANCE_S

    def check(
        facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
    ) -> str | None:
        reasons = [
            signature.standard_webhooks(
                facts.headers.get(f"{prefix}-id"),
                facts.headers.get(f"{prefix}-timestamp"),
                facts.headers.get(f"{prefix}-signature"),
                facts.request.body,
                secrets,
                now_us=facts.request.received_us,
                tolerance_s=tolerance_s,
            )
            for prefix in prefixes or STANDARD_WEBHOOKS_HEADERS
        ]
        if None in reasons:
            return None
        return next((r for r in reasons if r != signature.UNSIGNED), reasons[0])

    return check


STANDARD_WEBHOOKS_HEADERS = ("webhook", "svix")


def _behind(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def _decoded(secret: str) -> str | bytes:
    return unbase64(secret) or secret


def _asymmetric(
    verify: Callable[..., str | None],
) -> Callable[[Mapping[str, Node], Compiler, Node], Check]:
    def factory(entries: Mapping[str, Node], compiler: Compiler, node: Node) -> Check:
        names = _header_names(entries, node)
        message = SignedMessage(entries["over"], compiler)
        envelope = Envelope(entries, compiler)

        def check(
            facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
        ) -> str | None:
            given, timestamp = envelope.open(_given(facts, names), facts, scope)
            late = envelope.late(timestamp, facts)
            if late is not None:
                return late
            keys = [read_public_key(secret) for secret in secrets]
            reason: str | None = "it carries no signed content"
            for variant in message.variants(facts, scope, timestamp or ""):
                reason = verify(next(iter(given), None), variant, keys)
                if reason is None:
                    return None
            return reason

        return check

    return factory


def _jws(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    algorithm = entries["algorithm"].choice("RS256", "ES256")
    return lambda facts, scope, secrets: public_keys.jws_detached(
        next(iter(_given(facts, names)), None),
        facts.request.body,
        [read_public_key(secret) for secret in secrets],
        algorithm,
    )


def _token(
    text: str, facts: Facts, secrets: tuple[str, ...], entries: Mapping[str, Node]
) -> str | None:
    """Verify a token, keep its claims in `facts`; says why it is refused."""
    algorithm = entries["algorithm"].text() if "algorithm" in entries else "HS256"
    try:
        claims = tokens.jwt_claims(text, secrets, algorithm)  # type: ignore[arg-type]
    except tokens.NotAToken as error:
        return str(error)
    leeway = entries["leeway_s"].number() if "leeway_s" in entries else 60.0
    age = entries["age_s"].number() if "age_s" in entries else None
    facts.claims = claims
    return tokens.claims_in_time(
        claims, facts.request.received_us, leeway_s=leeway, iat_s=age
    )


def _jwt_body(entries: Mapping[str, Node], _: Compiler, node: Node) -> Check:
    def check(
        facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
    ) -> str | None:
        text = facts.body_text.strip().strip('"')
        return _token(text, facts, secrets, entries)

    return check


def _jwt_header(entries: Mapping[str, Node], compiler: Compiler, node: Node) -> Check:
    names = _header_names(entries, node)
    prefix = _option(entries, "prefix", "")
    claims = entries.get("claims")
    checks = [] if claims is None else [claim_check(n, e) for n, e in claims.items()]

    def check(
        facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
    ) -> str | None:
        header = next(iter(_given(facts, names)), "")
        if not header.lower().startswith(prefix.lower()):
            return f"its {names[0]} header holds no token"
        text = header[len(prefix) :].strip()
        reason = _token(text, facts, secrets, entries)
        for each in checks:
            reason = reason or each(facts)
        return reason

    return check


_Factory = Callable[[Mapping[str, Node], Compiler, Node], Check]
_NOTHING_IS = (
    "everything: the secret travels with the request and signs nothing; anyone who"
    " reads one request can send others"
)
_FACTORIES: Mapping[str, tuple[_Factory, frozenset[str], str]] = {
    "static_header": (
        _static_header, frozenset({"header", "prefix"}), _NOTHING_IS,
    ),
    "bearer": (_bearer, frozenset(), _NOTHING_IS),
    "basic": (_basic, frozenset(), _NOTHING_IS),
    "query_secret": (
        _query_secret,
        frozenset({"parameter"}),
        f"{_NOTHING_IS}, and URLs stand in the logs of proxies",
    ),
    "body_field": (_field, frozenset({"field"}), _NOTHING_IS),
    "hmac": (_mac, _MAC_KEYS, "method, path and headers, unless they are signed too"),
    "standard_webhooks": (
        _standard_webhooks,
        frozenset({"header", "tolerance_s"}),
        "method, path and other headers",
    ),
    "url_and_fields": (
        _url_and_fields,
        frozenset({"header", "repeated"}),
        "the time: a recorded request can be sent again",
    ),
    "plivo_v3": (
        _plivo,
        frozenset({"header", "nonce"}),
        "the time: a recorded request can be sent again with its nonce",
    ),
    "jwt_header": (
        _jwt_header,
        frozenset({"header", "prefix", "algorithm", "claims", "leeway_s", "age_s"}),
        "method and path, unless a claim holds them",
    ),
    "jwt_body": (
        _jwt_body,
        frozenset({"algorithm", "leeway_s", "age_s"}),
        "method, path and headers",
    ),
    "ed25519": (
        _asymmetric(public_keys.ed25519_signed), _MAC_KEYS, "method, path and headers",
    ),
    "rsa_sha256": (
        _asymmetric(public_keys.rsa_sha256_signed),
        _MAC_KEYS,
        "method, path, headers and the time",
    ),
    "ecdsa": (
        _asymmetric(public_keys.ecdsa_sha256_signed),
        _MAC_KEYS,
        "method, path and headers",
    ),
    "jws_detached": (
        _jws, frozenset({"header", "algorithm"}), "method, path and headers",
    ),
}  # fmt: skip


SCHEME_NAMES = tuple(_FACTORIES)


def _named_header(
    facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
) -> str | None:
    name = "".join(facts.settings.get("header_name", ())) or "X-Api-Key"
    return signature.static_header([facts.headers.get(name.lower())], secrets)


def _named_query(
    facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
) -> str | None:
    name = "".join(facts.settings.get("query_name", ())) or "key"
    given = [value for key, value in facts.query_pairs if key == name]
    return signature.static_header(given, secrets)


def _common(name: str, secret: str, check: Check) -> Scheme:
    told = _FACTORIES[name][2]
    return Scheme(name=name, secret=secret, check=check, not_covered=told)


def _plain_basic(
    facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
) -> str | None:
    username = "".join(facts.settings.get("username", ()))
    return signature.basic(facts.headers.get("authorization"), username, secrets)


def _plain_bearer(
    facts: Facts, scope: ExpressionScope, secrets: tuple[str, ...]
) -> str | None:
    return signature.bearer(facts.headers.get("authorization"), secrets)


COMMON_SCHEMES = [
    _common("static_header", "header_value", _named_header),
    _common("bearer", "bearer_token", _plain_bearer),
    _common("basic", "password", _plain_basic),
    _common("query_secret", "query_value", _named_query),
]

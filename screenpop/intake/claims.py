"""Does a claim of a verified token fit the request that it came with?"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from screenpop.intake import signature
from screenpop.intake.expression import empty
from screenpop.intake.facts import Facts
from screenpop.intake.filters import as_text
from screenpop.intake.yaml_nodes import Node


def claim_check(name: str, node: Node) -> Callable[[Facts], str | None]:
    """`body_sha256`, `url_sha256`, `url`, `body`, or `=text` that it must equal.

    With `?` behind it a token without that claim is taken: whoever holds a token
    cannot take a claim out of it.
    """
    wanted, optional, _ = node.text().partition("?")
    check = _check(name, wanted, node)
    if not optional:
        return check
    return lambda facts: None if empty((facts.claims or {}).get(name)) else check(facts)


def _check(name: str, wanted: str, node: Node) -> Callable[[Facts], str | None]:
    if wanted.startswith("="):
        expected = {wanted[1:]}
        return lambda facts: _claim_fits(name, facts, expected)
    if wanted == "body_sha256":
        return lambda facts: _body_claim(name, facts)
    if wanted == "url_sha256":
        return lambda facts: _claim_fits(name, facts, set(map(_sha256, _urls(facts))))
    if wanted == "url":
        return lambda facts: _claim_fits(name, facts, set(_urls(facts)))
    if wanted == "body":
        return lambda facts: _whole_body_claim(name, facts)
    node.fail("must be body_sha256, url_sha256, url, body or `=text`.")


def _urls(facts: Facts) -> tuple[str, ...]:
    return signature.url_spellings(facts.url)


def _sha256(text: str | bytes) -> str:
    return hashlib.sha256(signature.as_bytes(text)).hexdigest()


def _claim_fits(name: str, facts: Facts, expected: set[str]) -> str | None:
    given = as_text((facts.claims or {}).get(name)) or ""
    fits = signature.any_same(given, expected)
    return None if fits else f"its token's `{name}` is not what it should be"


def _body_claim(name: str, facts: Facts) -> str | None:
    """A request without a body needs no hash of it."""
    if not facts.request.body and empty((facts.claims or {}).get(name)):
        return None
    return _claim_fits(name, facts, {_sha256(facts.request.body)})


def _whole_body_claim(name: str, facts: Facts) -> str | None:
    """The claim holds the payload itself, its text, or a hash of it."""
    claim = (facts.claims or {}).get(name)
    if isinstance(claim, dict | list) and claim == facts.payload:
        return None
    body = facts.request.body
    hashes = [hashlib.new(each, body) for each in ("sha256", "sha512")]
    encoded = [base64.b64encode(each.digest()).decode() for each in hashes]
    hexes = [each.hexdigest() for each in hashes]
    return _claim_fits(name, facts, {facts.body_text, *hexes, *encoded})

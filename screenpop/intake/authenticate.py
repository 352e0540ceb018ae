"""Which proof does a dialect accept, and does this request bring it?

A dialect lists schemes; a line uses those whose secret is configured, and any one
of them is enough. `allowed_networks`, where set, must hold besides.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from screenpop.domain.errors import (
    BadInput,
    ConfigError,
    Unauthenticated,
    Unsigned,
)
from screenpop.intake import signature
from screenpop.intake.expression import ExpressionScope
from screenpop.intake.facts import Facts, Settings
from screenpop.intake.settings import ALLOW_UNAUTHENTICATED
from screenpop.intake.signed_message import with_payload
from screenpop.intake.values import Condition

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

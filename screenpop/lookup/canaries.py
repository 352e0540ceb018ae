"""Does each source still know the callers that it must know?

A canary caller is a number that a source is known to have (`sources.NAME.canaries`).
Here is what became of the last try of each; `canary_tries` tries them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import msgspec

from screenpop.config.sources import Source

log = logging.getLogger(__name__)

CanaryOutcome = Literal["found", "not_found", "incomplete", "failed"]
OUTCOMES: tuple[CanaryOutcome, ...] = get_args(CanaryOutcome)


class CanaryResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one canary caller; the number is shortened.

    `incomplete`: it was found without the values `missing`. `failed`: the source gave
    no answer, `why` says the reason. `ms` is up to the source's last answer.
    """

    number: str
    outcome: CanaryOutcome
    ms: float
    missing: tuple[str, ...] = ()
    why: str | None = None

    def in_words(self) -> str:
        said = {
            "found": "found",
            "not_found": "not found",
            "incomplete": f"found without {', '.join(self.missing)}",
            "failed": f"no answer: {self.why}",
        }
        return f"canary caller {self.number}: {said[self.outcome]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanariesTried:
    """One try of all canary callers of a source, as `settings` has them."""

    settings: Source
    at_us: int
    results: tuple[CanaryResult, ...]

    @property
    def failing(self) -> list[CanaryResult]:
        return [each for each in self.results if each.outcome != "found"]

    def kinds(self) -> set[tuple[str, CanaryOutcome, tuple[str, ...]]]:
        """How which of them fail, without the reason of the moment."""
        return {(x.number, x.outcome, x.missing) for x in self.failing}


@dataclass(slots=True)
class Canaries:
    """The last try of each source that has canary callers."""

    tried: dict[str, CanariesTried] = field(default_factory=dict)
    reopened: set[str] = field(default_factory=set)
    """Sources that were opened again since."""

    def take(self, source: str, tried: CanariesTried) -> None:
        """Log when they begin to fail, fail otherwise, and are found again."""
        self.reopened.discard(source)
        before = self.tried.get(source)
        self.tried[source] = tried
        now, known = tried.kinds(), set() if before is None else before.kinds()
        if now - known:
            said = "; ".join(each.in_words() for each in tried.failing)
            log.warning("source %s: %s", source, said)
        elif known and not now:
            log.warning("source %s: all canary callers are found again", source)

    def forget_others(self, settings: Mapping[str, Source]) -> None:
        """Those of sources that are gone, or have other settings now."""
        for name, tried in [*self.tried.items()]:
            if settings.get(name) != tried.settings:
                del self.tried[name]

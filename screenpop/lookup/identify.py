"""Who might be calling, in which order, and is one of them sure enough?

Pure. Evidence comes from the number index, identity lookups and earlier choices.
People who share one number share what that number tells: with two of them each
gets half. Independent evidence for the same customer adds up by
`1 - (1 - a)(1 - b)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

import msgspec
from msgspec.structs import replace

from screenpop.domain.profile import Candidate, CandidateRef

CONFIDENCE_MAX = 0.99
EARLIER_CHOICE = 0.4  # where others have the number too: offered first, never sure
REMEMBERED_MOST = 0.7  # "likely": so sure an earlier choice makes a caller at most
SECOND_SOURCE = 0.5  # what a match is worth where a source before it knows the number

TELLS_APART = ("city", "town", "postcode", "zip", "street", "account", "segment")
"""Columns that tell customers apart, the most telling first; others are not read."""
TOLD_MAX = 2
TOLD_CHARS_MAX = 40
ONE_OF = "one of {sharers} with this number"

Sharing = defaultdict[str, int]
"""By source: how many of its customers have this number."""
_CONFIDENCE = attrgetter("confidence")

EvidenceKind = Literal["number", "account", "choice", "earlier_choice"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reason to take the caller for this customer."""

    kind: EvidenceKind
    candidate: Candidate
    rank: int = 0  # of its source in the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """When is one candidate shown without asking? See `identify:` in YAML."""

    confident: float = 0.8
    lead: float = 0.2
    candidates_max: int = 10


def rank(evidence: Iterable[Evidence], limit: int = 10) -> tuple[Candidate, ...]:
    """Candidates, the likeliest first; equal ones in the order they were found."""
    pieces = _one_each(evidence)
    if not pieces:
        return ()
    owners = [x for x in pieces if x.kind == "number"]
    sharing: Sharing = defaultdict(int)
    first_rank = owners[0].rank if owners else 0
    for owner in owners:
        sharing[owner.candidate.ref.source] += 1
        first_rank = min(first_rank, owner.rank)
    best: dict[CandidateRef, Candidate] = {}
    parts: list[Evidence] = []
    for piece in pieces:
        if piece.kind == "earlier_choice":
            parts += _beside_owners(piece, owners, sharing, first_rank)
        else:
            parts.append(piece)
    parts.sort(key=lambda piece: piece.kind == "earlier_choice")
    for piece in parts:
        weighed = piece.candidate
        if piece.kind == "number":
            weighed = _weigh(piece, sharing, first_rank)
        known = best.get(weighed.ref)
        if piece.kind == "earlier_choice":
            best[weighed.ref] = _remembered(known, weighed)
        else:
            best[weighed.ref] = weighed if known is None else _joined(known, weighed)
    ordered = sorted(best.values(), key=_CONFIDENCE, reverse=True)
    return tuple(ordered) if len(ordered) < 2 else _told_apart(ordered[:limit])


def sure_choice(
    candidates: Sequence[Candidate],
    certainty: Certainty,
    remembered: bool = False,
) -> CandidateRef | None:
    """The one candidate that may be shown at once, or None: then they are offered.

    `remembered`: an agent chose somebody for this number before. Where no one else
    is known they are shown, as likely.
    """
    if remembered and len(candidates) == 1:
        return candidates[0].ref
    if not candidates or candidates[0].confidence < certainty.confident:
        return None
    second = candidates[1].confidence if len(candidates) > 1 else 0.0
    if candidates[0].confidence - second < certainty.lead:
        return None
    return candidates[0].ref


def remembers(evidence: Iterable[Evidence]) -> bool:
    """Did an agent choose somebody for this number before?"""
    return any(each.kind == "earlier_choice" for each in evidence)


def _beside_owners(
    piece: Evidence,
    owners: Sequence[Evidence],
    sharing: Sharing,
    first_rank: int,
) -> list[Evidence]:
    """An earlier choice decides alone only where nobody else has the number.

    Whoever was chosen and has the number in no source shares it with its owners: they
    count as one more in `sharing`.
    """
    ref = piece.candidate.ref
    rivals = [
        x
        for x in owners
        if x.candidate.ref != ref
        and (x.rank == first_rank or x.candidate.ref.source == ref.source)
    ]
    if not rivals:
        return [piece]
    weaker = replace(piece.candidate, confidence=EARLIER_CHOICE)
    parts = [replace(piece, candidate=weaker)]
    if all(x.candidate.ref != ref for x in owners):
        sources = {x.candidate.ref.source for x in rivals} | {ref.source}
        for source in sources:
            sharing[source] += 1
        sharing[ref.source] = max(sharing[source] for source in sources)
        likeliest = max(x.candidate.confidence for x in rivals)
        shared = replace(piece.candidate, confidence=likeliest)
        parts.append(Evidence(kind="number", candidate=shared, rank=first_rank))
    return parts


def _told_apart(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Several begin their `why` with what differs: `Leeds, LS1 4AP; the number …`."""
    told = [_telling(each) for each in candidates]
    differing = [
        name for name in TELLS_APART if len({one.get(name) for one in told}) > 1
    ][:TOLD_MAX]
    return tuple(
        _introduced(each, [one[name] for name in differing if name in one])
        for each, one in zip(candidates, told, strict=True)
    )


def _introduced(candidate: Candidate, words: Sequence[str]) -> Candidate:
    if not words:
        return candidate
    return replace(candidate, why=f"{', '.join(words)}; {candidate.why}")


def _telling(candidate: Candidate) -> dict[str, str]:
    """What can tell this customer from another one, by the column's name."""
    texts = {name.lower(): value for name, value in candidate.fields.items()}
    return {
        name: text
        for name in TELLS_APART
        if (text := str(texts.get(name) or "")[:TOLD_CHARS_MAX])
        and text != candidate.ref.key
    }


def _one_each(pieces: Iterable[Evidence]) -> list[Evidence]:
    """The strongest piece of each kind for each customer."""
    best: dict[tuple[str, CandidateRef], Evidence] = {}
    for piece in pieces:
        key = (piece.kind, piece.candidate.ref)
        if (
            key not in best
            or piece.candidate.confidence > best[key].candidate.confidence
        ):
            best[key] = piece
    return list(best.values())


def _weigh(piece: Evidence, sharing: Sharing, first_rank: int) -> Candidate:
    candidate = piece.candidate
    sharers = sharing[candidate.ref.source]
    confidence, why = candidate.confidence, candidate.why
    if sharers > 1:
        confidence /= sharers
        why = f"{why}; {ONE_OF.format(sharers=sharers)}"
    if piece.rank > first_rank:
        confidence *= SECOND_SOURCE
    return replace(candidate, confidence=round(confidence, 4), why=why)


def _remembered(known: Candidate | None, choice: Candidate) -> Candidate:
    """An earlier choice makes a customer likely at most; evidence adds to that."""
    most = min(choice.confidence, REMEMBERED_MOST)
    if known is None:
        return replace(choice, confidence=most)
    joined = _joined(known, choice)
    confidence = max(known.confidence, min(joined.confidence, REMEMBERED_MOST))
    return replace(joined, confidence=confidence)


def _joined(known: Candidate, more: Candidate) -> Candidate:
    confidence = 1 - (1 - known.confidence) * (1 - more.confidence)
    why = known.why if more.why in known.why else f"{known.why}; {more.why}"
    return replace(
        known,
        name=known.name or more.name,
        company=known.company or more.company,
        confidence=round(min(confidence, CONFIDENCE_MAX), 4),
        why=why,
        fields={**more.fields, **known.fields},
    )

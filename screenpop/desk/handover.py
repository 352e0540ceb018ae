"""What did colleagues write about this very call before it came to this agent? Pure."""

from __future__ import annotations

from screenpop.desk.case import Case, Pop
from screenpop.desk.frames import EarlierNote
from screenpop.domain.agent import UserId
from screenpop.domain.directory import Directory


def handed_over(case: Case, user: UserId, directory: Directory) -> list[EarlierNote]:
    """Notes and results of colleagues who talked in this call, the newest first."""
    others = [pop for pop in case.pops.values() if pop.user != user and _says(pop)]
    others.sort(key=lambda pop: pop.note.saved_at or "", reverse=True)
    return [
        EarlierNote(
            agent=directory.colleague(pop.leg, user),
            text=pop.note.text,
            disposition=pop.note.disposition,
            saved_at=pop.note.saved_at,
        )
        for pop in others
    ]


def takers(case: Case, author: Pop) -> list[Pop]:
    """The cards on which the author's note is to be shown."""
    others = case.pops.values() if author.leg.talked else ()
    return [x for x in others if x is not author and (not x.closed or x.wrap_up)]


def _says(pop: Pop) -> bool:
    note = pop.note
    return pop.leg.talked and bool(note.text.strip() or note.disposition)

"""What cannot be stored never leaves a card waiting."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from screenpop.domain.call import CallId
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.journal.appending import Door
from screenpop.journal.base import START
from screenpop.journal.records import AnswersRecord, fit_for_storage
from screenpop.journal.sqlite import SqliteJournal
from screenpop.support.clock import SystemClock

SOUND = Answer(
    lookup="balance",
    source="erp",
    facet="balance",
    outcome=LookupOutcome.OK,
    rows=({"open": "12.50"},),
)
UNSOUND: list[dict[str, Any]] = [
    {"name": "half \ud83d"},
    {"na\ud83dme": 1},
    {"name": {1: object()}},
]


def answers(*odd: dict[str, Any], **more: object) -> AnswersRecord:
    bad = [replace(SOUND, lookup=f"odd{n}", rows=(row,)) for n, row in enumerate(odd)]
    record = AnswersRecord(
        line="main",
        call_id=CallId("c-1"),
        round="r-1",
        part=1,
        at_us=1,
        answers=(SOUND, *bad),
    )
    return replace(record, **more)


@pytest.mark.parametrize("row", UNSOUND)
def test_an_answer_that_cannot_be_stored_becomes_a_failure_with_a_reason(
    row: dict[str, Any],
) -> None:
    kept, failed = fit_for_storage(answers(row)).answers
    assert kept == SOUND
    assert (failed.outcome, failed.rows) == (LookupOutcome.FAILED, ())
    assert failed.message == "erp failed: its answer cannot be stored"


def test_a_candidate_that_cannot_be_stored_is_left_out() -> None:
    names = ("Ada", "half \ud83d")
    candidates = tuple(
        Candidate(
            ref=CandidateRef(source="erp", key=name[0]),
            name=name,
            confidence=0.9,
            why="the number is theirs",
        )
        for name in names
    )
    fit = fit_for_storage(answers(candidates=candidates))
    assert [one.name for one in fit.candidates] == ["Ada"]


def test_what_can_be_stored_stays_as_it_is() -> None:
    assert fit_for_storage(answers()) == answers()


async def test_the_other_answers_of_an_unfit_record_are_stored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "screenpop.journal.appending")
    journal = SqliteJournal(tmp_path / "journal.sqlite", clock=SystemClock())
    await journal.open()
    try:
        Door(journal).keep_soon(answers(UNSOUND[0]))
        sentinel = answers(round="r-2")
        await journal.append([sentinel])
        first, second = [x.record for x in await journal.read(START, 10)]
        assert isinstance(first, AnswersRecord)
        outcomes = [one.outcome.value for one in first.answers]
        assert outcomes == ["ok", "failed"]
        assert second == sentinel
        assert len(caplog.messages) == 1
    finally:
        await journal.close()

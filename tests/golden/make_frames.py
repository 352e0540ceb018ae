"""Which frames does a browser get in the stories that both sides are tested with?

`python tests/golden/make_frames.py` writes them to `tests/golden/frames/`. Vitest
reduces them, pytest checks that they are still what `desk.frames` encodes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden import company as c

from screenpop.desk import frames as f
from screenpop.domain.profile import CandidateRef

FOLDER = Path(__file__).parent / "frames"
Story = list[f.ServerFrame]


def first_visit() -> Story:
    day = c.Day()
    return [c.hello(day, 40), f.Resync(offset=40, pops=[], agent=c.agent(day, 40))]


def fills_in_and_is_answered() -> Story:
    day = c.Day()
    story: Story = [*first_visit(), c.opened(day, 41)]
    for offset, (name, facet) in enumerate(c.everything(day).items(), start=42):
        known = name == "identity"
        story.append(
            f.PopUpdated(
                offset=offset,
                line=c.LINE,
                call_id="c-1",
                occurrence=c.OCCURRENCE,
                facets={name: facet},
                candidates=[c.WHEELHOUSE] if known else None,
                chosen=CandidateRef(source="erp", key="10482") if known else None,
            )
        )
    answered = f.PopUpdated(
        offset=60,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        state="answered",
        answered_at=day.iso(),
    )
    ended = f.PopClosed(
        offset=61,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        reason="ended",
        wrap_up=True,
        ended_at=day.iso(),
    )
    return [*story, answered, ended]


def a_colleague_answers() -> Story:
    closed = f.PopClosed(
        offset=42,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        reason="answered_elsewhere",
        wrap_up=False,
        ended_at=None,
        answered_by="Ben Ito",
    )
    return [*first_visit(), c.opened(c.Day(), 41), closed]


def two_calls() -> Story:
    day = c.Day()
    talking = f.PopUpdated(
        offset=42,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        state="answered",
        answered_at=day.iso(),
    )
    return [*first_visit(), c.opened(day, 41), talking, c.opened(day, 43, "c-2")]


def several_candidates() -> Story:
    offered = f.PopUpdated(
        offset=42,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        candidates=c.SHARED_NUMBER,
    )
    chosen = f.PopUpdated(
        offset=43,
        line=c.LINE,
        call_id="c-1",
        occurrence=c.OCCURRENCE,
        chosen=CandidateRef(source="erp", key="11930"),
    )
    return [*first_visit(), c.opened(c.Day(), 41), offered, chosen]


def withheld() -> Story:
    caller = f.Caller(presentation="withheld", display="")
    return [*first_visit(), c.opened(c.Day(), 41, caller=caller, facets={})]


def missed_while_away() -> Story:
    day = c.Day()
    gone = {"state": "closed", "missed_while_away": True, "ended_at": day.iso()}
    mine = c.opened(day, 51, "c-1", closed="unanswered", **gone)
    ben = c.opened(day, 53, "c-2", closed="answered_elsewhere", **gone)
    ends: Story = [
        f.PopClosed(
            offset=52,
            line=c.LINE,
            call_id="c-1",
            occurrence=c.OCCURRENCE,
            reason="unanswered",
            wrap_up=False,
        ),
        f.PopClosed(
            offset=54,
            line=c.LINE,
            call_id="c-2",
            occurrence=c.OCCURRENCE,
            reason="answered_elsewhere",
            wrap_up=False,
            answered_by="Ben Ito",
        ),
    ]
    return [*first_visit(), mine, ends[0], ben, ends[1]]


def notes_echoed() -> Story:
    def echo(offset: int, text: str) -> f.PopUpdated:
        note = f.AgentNote(text=text, saved_at=c.Day().iso())
        return f.PopUpdated(
            offset=offset,
            line=c.LINE,
            call_id="c-1",
            occurrence=c.OCCURRENCE,
            note=note,
        )

    opened = c.opened(c.Day(), 41)
    done = f.Done(offset=43, reply_to="n")
    return [*first_visit(), opened, echo(42, "older"), done, echo(43, "newer")]


def wallboard() -> Story:
    day = c.Day()
    counters = [
        f.CounterDef(
            name="waiting",
            label="Waiting",
            formula="Callers in the queue now whom no agent has answered.",
        ),
        f.CounterDef(
            name="longest_wait_s",
            label="Longest wait",
            unit="seconds",
            formula="Now − the moment when the first waiting caller entered the queue.",
        ),
    ]

    def queue(name: str, label: str, waiting: int) -> f.QueueCounters:
        return f.QueueCounters(
            queue=name,
            label=label,
            values={"waiting": waiting},
            oldest_waiting_at=day.iso(75) if waiting else None,
        )

    ana = f.AgentRow(
        agent="1001", name="Ana Okafor", state="available", since=day.iso(), user="ana"
    )
    ben = f.AgentRow(
        agent="1002",
        name="Ben Ito",
        state="break",
        since=day.iso(300),
        reason="lunch",
        user="ben",
        desk=False,
    )
    door = f.AgentRow(agent="7001", name="7001", state="offline", telephone="talking")
    return [
        c.hello(day, 40),
        f.WallboardSnapshot(
            offset=40,
            at=day.iso(),
            day="2026-11-20",
            time_zone="Europe/London",
            counters=counters,
            queues=[queue("", "All", 1), queue("sales", "Sales", 1)],
            agents=[ana, ben, door],
        ),
        f.WallboardDelta(
            offset=44,
            at=day.iso(-1),
            queues=[queue("", "All", 0), queue("support", "Support", 0)],
            agents=[
                f.AgentRow(
                    agent="1001",
                    name="Ana Okafor",
                    state="available",
                    telephone="talking",
                    since=day.iso(),
                    user="ana",
                )
            ],
            gone_agents=["7001"],
            gone_users=["ben"],
        ),
    ]


STORIES: tuple[Callable[[], Story], ...] = (
    first_visit,
    fills_in_and_is_answered,
    a_colleague_answers,
    two_calls,
    several_candidates,
    withheld,
    missed_while_away,
    notes_echoed,
    wallboard,
)


def text_of(story: Story) -> str:
    lines = [f.encode(frame).decode() for frame in story]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def read(name: str) -> list[f.ServerFrame]:
    text = (FOLDER / f"{name}.json").read_bytes()
    return msgspec.json.decode(text, type=list[f.ServerFrame])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for tell in STORIES:
        (FOLDER / f"{tell.__name__}.json").write_text(text_of(tell()), encoding="utf-8")

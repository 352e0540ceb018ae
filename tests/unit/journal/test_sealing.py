from __future__ import annotations

import os

import pytest

from screenpop.domain.call import AgentId, CallEvent, CallId, Direction, LineId
from screenpop.domain.call import EventType as Type
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.journal.key_ring import LINKED_AGAIN_S, KeyRing
from screenpop.journal.key_tree import SECRET_BYTES, TREE_BYTES, KeyTree, TreeId
from screenpop.journal.master_key import MasterKey
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
    encode,
)
from screenpop.journal.sealing import PLAIN, SEALED, SealingCodec

NUMBER = "+441632960147"
NAME = "Zoë Quillfeather"
REF = CandidateRef(source="crm", key="K-4711")


def sealing(trees: dict[TreeId, KeyTree] | None = None) -> SealingCodec:
    ring = KeyRing(MasterKey(b"m" * 32))
    own = TreeId(os.urandom(TREE_BYTES))
    known = {} if trees is None else trees
    known[own] = KeyTree({(0, 0): os.urandom(SECRET_BYTES)})
    ring.begin(own, known)
    return SealingCodec(ring)


def event(**more: object) -> EventRecord:
    given: dict[str, object] = {
        "type": Type.ALERTING,
        "line": LineId("main"),
        "call_id": CallId("c-1"),
        "event_id": "e-1",
        "at_us": 5,
        "received_us": 6,
        "direction": Direction.INBOUND,
        "caller": NUMBER,
        "caller_name": NAME,
        "dialled": "+441632960000",
        "agents": (AgentId("1001"),),
        "attributes": {"account": "K-4711"},
        **more,
    }
    return EventRecord(event=CallEvent(**given))  # type: ignore[arg-type]


def answers() -> AnswersRecord:
    candidate = Candidate(ref=REF, name=NAME, confidence=1, why=f"number {NUMBER}")
    answer = Answer(
        lookup="who",
        source="crm",
        facet="identity",
        outcome=LookupOutcome.OK,
        rows=({"name": NAME},),
        candidates=(candidate,),
        subject=REF,
        message=NAME,
        detail=NAME,
    )
    return AnswersRecord(
        line="main",
        call_id=CallId("c-1"),
        round="r",
        part=1,
        at_us=7,
        answers=(answer,),
        pending=("orders",),
        candidates=(candidate,),
        chosen=REF,
    )


def action(kind: str, **data: str) -> ActionRecord:
    return ActionRecord(
        action=kind,
        action_id=kind,
        at_us=8,
        user="ana",
        line="main",
        call_id=CallId("c-1"),
        data=data,
    )


def personal() -> list[Record]:
    return [
        event(),
        event(event_id="e-2", direction=Direction.OUTBOUND, dialled=NUMBER),
        event(event_id="e-3", caller="0163 296 0147", target=NUMBER),
        answers(),
        action("note", text=f"{NAME} calls back"),
        action("choose", source="crm", key="K-4711", name=NAME, number=NUMBER),
        action("contact", key="k", name=NAME, number=NUMBER),
    ]


TRACES = (b"1632960147", b"0163 296 0147", b"Quill", b"4711")


@pytest.mark.parametrize("record", personal(), ids=lambda x: f"{x.kind}-{x.key}")
def test_what_is_personal_is_read_again_and_not_stored_in_clear(record: Record) -> None:
    codec = sealing()
    body = codec.encode(record)
    assert not [trace for trace in TRACES if trace in body]
    assert [trace for trace in TRACES if trace in encode(record)]
    assert codec.decode(record.kind, body) == record


@pytest.mark.parametrize("record", personal(), ids=lambda x: f"{x.kind}-{x.key}")
def test_another_process_reads_it_with_the_trees_of_the_store(record: Record) -> None:
    trees: dict[TreeId, KeyTree] = {}
    body = sealing(trees).encode(record)
    assert sealing(trees).decode(record.kind, body) == record


@pytest.mark.parametrize("record", personal(), ids=lambda x: f"{x.kind}-{x.key}")
def test_a_destroyed_key_leaves_the_clear_part(record: Record) -> None:
    trees: dict[TreeId, KeyTree] = {}
    body = sealing(trees).encode(record)
    for tree in trees.values():
        tree.destroy([0])
    codec = sealing(trees)
    left = codec.decode(record.kind, body)
    assert not [trace for trace in TRACES if trace in encode(left)]
    assert (left.stream, left.key, left.at_us) == (
        record.stream,
        record.key,
        record.at_us,
    )
    assert codec.ring.missing == 0  # it is erased, not lost


def test_a_key_that_the_store_never_had_is_reported() -> None:
    body = sealing().encode(event())
    codec = sealing()
    codec.decode("event", body)
    assert codec.ring.missing == 1


def test_what_names_no_person_is_not_encrypted() -> None:
    codec = sealing()
    extension = event(caller="1002", caller_name=None, attributes={})
    states: list[Record] = [
        action("disposition", code="sold"),
        action("receipt"),
        extension,
    ]
    assert [codec.encode(each) for each in states] == [encode(x) for x in states]
    assert codec.ring.links == {}


def test_records_of_before_are_read_as_they_are() -> None:
    record = event()
    assert sealing().decode("event", encode(record)) == record
    assert PLAIN.decode("event", encode(record)) == record


def test_a_changed_record_is_not_read() -> None:
    codec = sealing()
    body = bytearray(codec.encode(event()))
    for place in (body.index(b"c-1"), len(body) - 1):
        changed = bytearray(body)
        changed[place] ^= 1
        with pytest.raises(ValueError, match="changed"):
            codec.decode("event", bytes(changed))
    with pytest.raises(ValueError, match="cut"):
        codec.decode("event", SEALED + b"\0" * 9)


def test_all_records_of_a_caller_have_one_key_and_callers_have_their_own() -> None:
    ring = sealing().ring
    first = ring.key_for(event())
    assert ring.key_for(answers()) == ring.key_for(action("note")) == first
    assert ring.key_for(event(call_id=CallId("c-2"))) == first
    assert ring.key_for(event(call_id=CallId("c-3"), caller="+12025550101")) != first


def test_what_was_written_before_the_number_is_known_belongs_to_the_number() -> None:
    ring = sealing().ring
    early = ring.key_for(event(caller=None))
    later = ring.key_for(event())
    number = ring.master.name("number", NUMBER)
    assert (number, early) in ring.links
    assert (number, later) in ring.links


def test_a_reader_learns_whose_keys_it_met() -> None:
    """The links of a process that was killed are written by who reads its records."""
    trees: dict[TreeId, KeyTree] = {}
    writer = sealing(trees)
    body, key = writer.encode(event()), writer.ring.key_for(event())
    reader = sealing(trees)
    reader.decode("event", body)
    assert list(reader.ring.links) == [(reader.ring.master.name("number", NUMBER), key)]
    assert reader.ring.key_for(answers()) == key


def test_nothing_personal_is_written_with_a_key_destroyed_meanwhile() -> None:
    codec = sealing()
    codec.encode(event())
    tree = next(iter(codec.ring.trees.values()))
    tree.destroy([0])
    codec.ring.replace(dict(codec.ring.trees))
    body = codec.encode(answers())
    assert not [trace for trace in TRACES if trace in body]
    assert codec.decode("answers", body)


def test_a_saved_state_is_read_until_its_key_is_destroyed() -> None:
    codec = sealing()
    sealed = codec.seal(b"state of " + NAME.encode())
    assert NAME.encode() not in sealed
    assert codec.unseal(sealed) == b"state of " + NAME.encode()
    assert codec.unseal(b"of before") == b"of before"
    next(iter(codec.ring.trees.values())).destroy([0])
    codec.ring.replace(dict(codec.ring.trees))
    assert codec.unseal(sealed) is None
    assert PLAIN.unseal(sealed) is None


def test_the_names_of_persons_need_the_master_key() -> None:
    one, other = MasterKey(b"1" * 32), MasterKey(b"2" * 32)
    assert one.name("number", NUMBER) == one.name("number", NUMBER)
    assert one.name("number", NUMBER) != other.name("number", NUMBER)
    assert one.name("number", NUMBER) != one.name("call", NUMBER)
    assert NUMBER not in one.name("number", NUMBER)


def test_memory_is_bounded() -> None:
    codec = SealingCodec(KeyRing(MasterKey(b"m" * 32), keys_max=10))
    own = TreeId(bytes(TREE_BYTES))
    codec.ring.begin(own, {own: KeyTree({(0, 0): bytes(32)})})
    for number in range(100):
        caller = f"+1202555{number:04}"
        codec.encode(event(call_id=CallId(f"c-{number}"), caller=caller))
    kept = (codec.ring._ciphers, codec.ring._persons, codec.ring._calls)
    assert [len(each) for each in kept] == [10, 10, 10]


def test_a_key_that_was_not_used_for_long_is_not_used_again() -> None:
    now_s = [0.0]
    ring = KeyRing(
        MasterKey(b"m" * 32), reuse_s=10 * LINKED_AGAIN_S, now_s=lambda: now_s[0]
    )
    tree = TreeId(b"t" * 8)
    ring.begin(tree, {tree: KeyTree({(0, 0): b"s" * 32})})
    first = ring.key_for(event())
    for _ in range(20):  # used each day
        now_s[0] += LINKED_AGAIN_S
        assert ring.key_for(event()) == first
        assert [key for _, key in ring.waiting(9)] == [first]
        ring.kept(ring.waiting(9))
    now_s[0] += 1
    assert ring.key_for(event()) == first
    assert not ring.links  # once a day is enough
    now_s[0] += 10 * LINKED_AGAIN_S
    assert ring.key_for(event()) != first

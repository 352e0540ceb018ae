"""What does encryption cost for one record? `python tests/load/sealing.py`

Processor time of the fastest of several rounds, in microseconds: others only slow it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from unit.journal.test_sealing import answers, event, sealing

from screenpop.domain.call import CallId
from screenpop.journal.key_tree import KeyTree
from screenpop.journal.records import Record
from screenpop.journal.sealing import PLAIN, RecordCodec

ROUNDS = 15
RECORDS = 2000


def fastest_us(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = process_time()
        work()
        spent.append(process_time() - began)
    return min(spent) / times * 1e6


def written(codec: RecordCodec, records: Sequence[Record]) -> list[bytes]:
    return [codec.encode(each) for each in records]


def read(codec: RecordCodec, kind: str, bodies: Sequence[bytes]) -> list[Record]:
    return [codec.decode(kind, each) for each in bodies]


def main() -> None:
    events = [
        event(call_id=CallId(f"c-{n % 200}"), caller=f"+1202555{n % 200:04}")
        for n in range(RECORDS)
    ]
    kinds: list[tuple[str, list[Record]]] = [
        ("event", [*events]),
        ("answers", [answers() for _ in range(RECORDS)]),
    ]
    for kind, records in kinds:
        for name, codec in (("plain", PLAIN), ("encrypted", sealing())):
            bodies = written(codec, records)
            took_us = fastest_us(partial(written, codec, records), RECORDS)
            back_us = fastest_us(partial(read, codec, kind, bodies), RECORDS)
            size = sum(map(len, bodies)) / RECORDS
            print(
                f"{kind}, {name}: written {took_us:.1f}, read {back_us:.1f} us,"
                f" {size:.0f} bytes"
            )
    tree = KeyTree({(0, 0): os.urandom(32)})
    spent = fastest_us(lambda: [tree.key(n) for n in range(RECORDS)], RECORDS)
    print(f"key of a new caller: {spent:.1f} us")


if __name__ == "__main__":
    main()

"""Does a problem point at the very word of the query?"""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.config.load import load_config
from screenpop.config.query_text import QueryText

FILE = """\
version: 1
sources:
  erp: {connector: sql, url: "sqlite:///a"}
lookups:
  block:
    source: erp
    facet: notes
    query: |
      select Nam as text
      from query q
        where q.Nam = :number
  line: {source: erp, facet: notes, query: "select text from query"}
  card: {source: erp, facet: notes, match: {accont: number}}
  bare: {source: erp, facet: notes}
"""


@pytest.mark.parametrize(
    ("lookup", "sentence", "word", "place"),
    [
        ("block", "no such column: q.Nam", "", (11, 15)),
        ("block", 'column "nam" does not exist', "", (9, 14)),
        ("block", "column q.nam does not exist", "", (11, 15)),
        ("block", 'relation "query" does not exist', "", (10, 12)),
        ("block", "permission denied for table query", "", (10, 12)),
        ("block", 'near "q": syntax error', "", (8, 5)),
        ("block", 'near "from": syntax error', "", (10, 7)),
        ("block", "no such column: elsewhere", "", (8, 5)),
        ("block", "is not in words", "text", (9, 21)),
        ("line", "no such table: query", "", (12, 62)),
        ("card", "the file has no column accont", "", (13, 45)),
        ("bare", "no such column: Nam", "", (14, 3)),
    ],
)
def test_the_place_of_the_word(
    tmp_path: Path, lookup: str, sentence: str, word: str, place: tuple[int, int]
) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(FILE)
    loaded = load_config(file)
    path = ("lookups", lookup)
    found = QueryText(loaded).placed(loaded.problem(path, sentence), path, word)
    assert (found.line, found.column) == place

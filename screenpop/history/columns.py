"""Of which columns are the tables of the store made?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, SmallInteger, String

from screenpop.domain.call_counts import NAMES

ID_CHARS = 300  # of call ids, event ids, keys; longer ones are cut by `rows.fit_id`
NAME_CHARS = 200
LABEL_CHARS = 100
LATER_AMOUNTS = ("transferred", "called_back")  # of migration 0016

metadata = MetaData()


def amounts(count: type[BigInteger] | type[SmallInteger]) -> list[Column[Any]]:
    """One for each name: calls, or `*_us`."""
    return [
        Column(
            name,
            BigInteger if name.endswith("_us") else count,
            nullable=False,
            server_default="0" if name in LATER_AMOUNTS else None,
        )
        for name in NAMES
    ]


def call_key() -> list[Column[Any]]:
    return [
        Column("line", String(LABEL_CHARS), primary_key=True),
        Column("call_id", String(ID_CHARS), primary_key=True),
        Column(
            "occurrence",
            BigInteger,
            primary_key=True,
            autoincrement=False,
            server_default="0",
        ),
    ]

"""Which asynchronous driver reads which database, and what must be installed for it?"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa


class Driver(NamedTuple):
    name: str
    """As the URL names it."""
    install: str


DRIVERS = MappingProxyType(
    {
        "postgresql": Driver("postgresql+asyncpg", "pip install asyncpg"),
        "mysql": Driver("mysql+asyncmy", "pip install 'screenpop[mysql]'"),
        "mariadb": Driver("mariadb+asyncmy", "pip install 'screenpop[mysql]'"),
        "mssql": Driver(
            "mssql+aioodbc",
            "pip install aioodbc, and an ODBC driver: Microsoft's msodbcsql18, named by"
            " ?driver=ODBC+Driver+18+for+SQL+Server",
        ),
        "oracle": Driver("oracle+oracledb_async", "pip install oracledb"),
    }
)

WITHOUT_DRIVER = MappingProxyType(
    {
        "firebird": "Firebird has no asynchronous driver. Read it with the connector"
        " `python` and a function that uses firebird-driver.",
    }
)

_MEANT = {"postgres": "postgresql", "pgsql": "postgresql"}


def with_driver(url: sa.URL) -> sa.URL:
    """`mysql://…` as `mysql+asyncmy://…`: the one driver that does not block."""
    driver = DRIVERS.get(url.drivername)
    return url.set(drivername=driver.name) if driver else url


def remedy_for_driver(url: sa.URL) -> str:
    """Which driver to write instead, and how to install it."""
    backend = url.drivername.partition("+")[0]
    if backend in WITHOUT_DRIVER:
        return WITHOUT_DRIVER[backend]
    if backend in _MEANT:
        return f"Write {_MEANT[backend]}://…"
    if driver := DRIVERS.get(backend):
        return f"Write {driver.name}://… and install it: {driver.install}."
    return f"Known are {', '.join(DRIVERS)} and sqlite."

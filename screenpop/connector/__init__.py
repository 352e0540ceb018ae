"""The connector SDK: what a data source plugin implements and may rely on.

A connector is a class found by the entry point group `screenpop.connectors`.
Import only from here, `screenpop.support` and `screenpop.domain`.
"""

from screenpop.connector.base import (
    Connector,
    ConnectorContext,
    ContactRecord,
    Lookup,
    LookupOptions,
    SourceOptions,
)
from screenpop.domain.caller import Row, Scalar
from screenpop.domain.errors import ConfigError, TimedOut, Unavailable

__all__ = [
    "ConfigError",
    "Connector",
    "ConnectorContext",
    "ContactRecord",
    "Lookup",
    "LookupOptions",
    "Row",
    "Scalar",
    "SourceOptions",
    "TimedOut",
    "Unavailable",
]

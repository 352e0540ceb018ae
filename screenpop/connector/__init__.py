"""The connector SDK: what a data source plugin implements and may rely on.

A connector is a class found by the entry point group `screenpop.connectors`.
Import only from here, `screenpop.support` and `screenpop.domain`; in tests also from
`screenpop.connector.testing`.
"""

from screenpop.connector.base import (
    PARAMETERS,
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsBatch,
    Lookup,
    LookupOptions,
    NoRows,
    SourceOptions,
    checked,
    told,
)
from screenpop.connector.describing import (
    GivenColumn,
    QueryColumns,
    Reading,
    ValueKind,
)
from screenpop.connector.expiry import Expiry
from screenpop.connector.orders import (
    FeedBatch,
    FeedReading,
    ItemsOptions,
    OrdersOptions,
    Since,
    lacking_for_items,
    lacking_for_orders,
)
from screenpop.connector.reading import ContactsReading, OddItems
from screenpop.connector.records import (
    as_row,
    as_scalar,
    contact_from_row,
    lacking_for_contacts,
)
from screenpop.connector.server_certificate import CertificateWatch, ServerCertificate
from screenpop.connector.tls import SourceTls, TlsOptions
from screenpop.domain.errors import Busy, ConfigError, TimedOut, Unavailable, Unloadable
from screenpop.domain.profile import Row, Scalar
from screenpop.support.number_fields import read_field
from screenpop.support.spellings import subscriber
from screenpop.support.text import from_bytes

__all__ = [
    "PARAMETERS",
    "Busy",
    "CertificateWatch",
    "ConfigError",
    "Connector",
    "ConnectorContext",
    "ContactRecord",
    "ContactsBatch",
    "ContactsReading",
    "Expiry",
    "FeedBatch",
    "FeedReading",
    "GivenColumn",
    "ItemsOptions",
    "Lookup",
    "LookupOptions",
    "NoRows",
    "OddItems",
    "OrdersOptions",
    "QueryColumns",
    "Reading",
    "Row",
    "Scalar",
    "ServerCertificate",
    "Since",
    "SourceOptions",
    "SourceTls",
    "TimedOut",
    "TlsOptions",
    "Unavailable",
    "Unloadable",
    "ValueKind",
    "as_row",
    "as_scalar",
    "checked",
    "contact_from_row",
    "from_bytes",
    "lacking_for_contacts",
    "lacking_for_items",
    "lacking_for_orders",
    "read_field",
    "subscriber",
    "told",
]

"""SQL databases as a data source."""

from screenpop_connectors.sql.connector import SqlConnector

__all__ = ["SqlConnector"]

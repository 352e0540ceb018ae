"""HTTP services that answer JSON as a data source."""

from screenpop_connectors.http_json.connector import HttpJsonConnector

__all__ = ["HttpJsonConnector"]

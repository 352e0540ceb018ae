"""Sources that are address books on a CardDAV server."""

from screenpop_connectors.carddav.connector import CarddavConnector

__all__ = ["CarddavConnector"]

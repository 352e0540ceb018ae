"""Sources that are a function of the user's."""

from screenpop_connectors.python.connector import PythonConnector

__all__ = ["PythonConnector"]

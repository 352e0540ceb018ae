"""CSV and XLSX files as a data source."""

from screenpop_connectors.csv_file.connector import CsvFileConnector

__all__ = ["CsvFileConnector"]

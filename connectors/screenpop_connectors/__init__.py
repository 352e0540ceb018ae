"""The built-in connectors; found by entry point like anybody's."""

"""Screenpop: who is calling, before the first ring ends."""

__version__ = "0.1.0"

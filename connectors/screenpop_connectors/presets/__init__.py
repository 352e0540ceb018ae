"""Configurations of known systems, to fill in: data, read by `screenpop connectors`."""

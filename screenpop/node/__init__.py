"""The only wiring: makes every part and hands them to one another."""

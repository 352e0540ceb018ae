"""From raw digits to a merged profile."""

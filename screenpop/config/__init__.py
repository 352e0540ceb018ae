"""The configuration: what people write, checked all at once."""

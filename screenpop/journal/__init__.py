"""The one ordered, durable record of everything that happens."""

"""From a telephone system to call events: dialects, signatures, streams."""

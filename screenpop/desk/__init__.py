"""From journal to browser: who may see which call, and as which frames."""

"""HTTP and WebSockets: the only package that imports aiohttp's server."""

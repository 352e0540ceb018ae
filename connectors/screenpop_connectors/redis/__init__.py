"""Sources that are hashes in Redis."""

from screenpop_connectors.redis.connector import RedisConnector

__all__ = ["RedisConnector"]

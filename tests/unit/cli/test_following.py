"""Which addresses of a service are refused?"""

from __future__ import annotations

import pytest

from screenpop.cli.following import Following
from screenpop.domain.errors import ConfigError


@pytest.mark.parametrize(
    "url", ["pop.example.net", "ftp://a", "http://[::1", "http://"]
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigError, match="Give one like http"):
        Following(url, proof=None)  # type: ignore[arg-type]

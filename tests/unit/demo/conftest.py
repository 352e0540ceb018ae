"""The demo company, made once for all tests that only read it."""

from __future__ import annotations

from datetime import date

import pytest

from screenpop.demo.company import Company, found_company

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def company() -> Company:
    return found_company(7, TODAY)

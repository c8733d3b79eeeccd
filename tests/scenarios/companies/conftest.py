"""The reports about the companies, shared by all tests of a session."""

from __future__ import annotations

import pytest

from tests.scenarios.companies.looks import Looks
from tests.servers.tls import Authority


@pytest.fixture(scope="session")
def looks(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """The reports of this session."""
    return Looks(authority, tmp_path_factory.mktemp("companies"))

"""The public names of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

import checks


@pytest.mark.parametrize("name", checks.__all__)
def test_each_public_name_is_there(name: str):
    """What `__all__` promises can be imported."""
    assert getattr(checks, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    """As for any module."""
    with pytest.raises(AttributeError, match="nonsense"):
        _ = checks.nonsense


def test_importing_the_package_imports_no_network_code():
    """A name costs its import only when it is used."""
    code = "import sys, checks; sys.exit(any(name in sys.modules for name in ('httpx', 'dns', 'ssl', 'checks.runner')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""What every test gets: no packet leaves the machine, and servers on loopback for those who ask."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers.tls import Authority

# The same examples in each run: what fails, fails again. `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("suite")


class OutsideRefused(AssertionError):
    """A test tried to reach something that is not this machine."""


_getaddrinfo = socket.getaddrinfo
_connect, _connect_ex, _sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto


def _refuse_outside(sock: socket.socket, address: object) -> None:
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return
    host = str(address[0]).partition("%")[0]
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = host == "localhost"
    if not inside:
        raise OutsideRefused(f"a test tried to reach {address[0]}; tests stay on this machine")


def _refuse_names(host: object, *args: object, **options: object) -> object:
    """Names of the outside are not looked up either: the system's resolver would ask a real server."""
    text = host.decode() if isinstance(host, bytes) else host
    if isinstance(text, str) and text not in ("", "localhost", socket.gethostname()):
        try:
            ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            raise OutsideRefused(f"a test tried to look up {text}; tests stay on this machine") from None
    return _getaddrinfo(host, *args, **options)  # type: ignore[arg-type]


class _LoopbackSocket(socket.socket):
    """The three ways out of a socket, each asked first."""

    def connect(self, address: object) -> None:  # type: ignore[override]
        _refuse_outside(self, address)
        _connect(self, address)  # type: ignore[arg-type]

    def connect_ex(self, address: object) -> int:  # type: ignore[override]
        _refuse_outside(self, address)
        return _connect_ex(self, address)  # type: ignore[arg-type]

    def sendto(self, *args: object) -> int:  # type: ignore[override]
        _refuse_outside(self, args[-1])
        return _sendto(self, *args)  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse every socket that would leave the machine."""
    real = socket.socket
    socket.getaddrinfo = _refuse_names  # type: ignore[assignment]
    socket.socket.connect = _LoopbackSocket.connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = _LoopbackSocket.connect_ex  # type: ignore[method-assign,assignment]
    socket.socket.sendto = _LoopbackSocket.sendto  # type: ignore[method-assign,assignment]
    yield
    socket.getaddrinfo = _getaddrinfo
    real.connect = _connect  # type: ignore[method-assign]
    real.connect_ex = _connect_ex  # type: ignore[method-assign]
    real.sendto = _sendto  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def authority() -> Authority:
    """A made certificate authority."""
    return Authority.make()


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> str:
    """The authority's certificate as a file, for `Network.ca_file`."""
    return authority.write(tmp_path / "ca.pem")


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str, object], None]:
    """Write a figure down: what was measured, and what came out. All of them are listed at the end of the run."""
    return lambda what, found: record_property(f"measured: {what}", found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests wrote down; a bar that is met by a hair is seen here before it is missed."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    found = [(name, value) for one in reports if one.when == "call" for name, value in one.user_properties]
    figures = [(name.removeprefix("measured: "), value) for name, value in found if name.startswith("measured: ")]
    if figures:
        terminalreporter.section("measured")
        for name, value in figures:
            terminalreporter.write_line(f"{name}: {value}")

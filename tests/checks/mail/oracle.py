"""The SPF test suite of openspf.org and the library pyspf, read from the archive that `make tests/oracles` fetches."""

from __future__ import annotations

import importlib.util
import os
import socket
import tarfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from checks.mail.spf import Facts, judge
from checks.mail_domain import Sends
from checks.net.facts import DnsAnswer, DnsStatus
from checks.spf_walk import gather

FOLDER = Path(__file__).parents[2] / "oracles"
MISSING = "the archive of pyspf is missing: `make tests/oracles` fetches it"
IGNORED = {"several", "syntax", "include_broken", "too_many_lookups", "too_many_mx", "too_many_voids"}
"""Our answers for a record that receivers give up on (permerror)."""


def archive() -> Path:
    """The sdist of pyspf; without it the test is skipped aloud, and fails in continuous integration."""
    found = sorted(FOLDER.glob("pyspf-*.tar.gz"))
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found[-1]


def there() -> bool:
    """Whether the archive was fetched."""
    return any(FOLDER.glob("pyspf-*.tar.gz"))


def member(name: str) -> bytes:
    """A file of the archive, by the end of its path."""
    with tarfile.open(archive()) as tar:
        for one in tar:
            if one.name.endswith(name):
                file = tar.extractfile(one)
                assert file is not None
                return file.read()
    raise LookupError(name)


@cache
def scenarios() -> tuple[dict[str, Any], ...]:
    """The scenarios of the suite for RFC 7208: `description`, `tests` and `zonedata` each."""
    return tuple(yaml.safe_load_all(member("test/rfc7208-tests.yml")))


class SuiteZone:
    """The suite's records as a probe. A type SPF record stands for a TXT record where there is none (its own rule)."""

    def __init__(self, zonedata: Mapping[str, list[Any]]) -> None:
        self.names = {name.lower(): list(_records(entries)) for name, entries in zonedata.items()}

    def raw(self, name: str, type: str) -> list[Any] | DnsStatus:
        """The values of that type, or how the question ends."""
        records = self.names.get(name.lower().rstrip("."))
        if records is None:
            return DnsStatus.SERVFAIL if name.startswith("error.") else DnsStatus.NXDOMAIN
        values = [value for kind, value in records if kind == type]
        if "TIMEOUT" in values or (not values and ("", "TIMEOUT") in records):
            return DnsStatus.TIMEOUT
        return values or DnsStatus.NODATA

    async def dns(self, name: str, type: str, depth: int = 0) -> DnsAnswer:
        """As a resolver answers, aliases followed."""
        found = self.raw(name, type)
        alias = self.raw(name, "CNAME")
        if found is DnsStatus.NODATA and isinstance(alias, list) and depth < 8:
            return await self.dns(alias[0], type, depth + 1)
        if isinstance(found, DnsStatus):
            return DnsAnswer(name, type, "suite", found)
        return DnsAnswer(name, type, "suite", DnsStatus.OK, tuple(_text(type, value) for value in found))


def _records(entries: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    pairs = [pair for entry in entries if isinstance(entry, dict) for pair in entry.items()]
    if any(entry == "TIMEOUT" for entry in entries):
        yield "", "TIMEOUT"
    has_txt = any(kind == "TXT" for kind, _ in pairs)
    for kind, value in pairs:
        if value != "NONE":
            yield kind, value
        if kind == "SPF" and not has_txt:
            yield "TXT", value


def _text(type: str, value: Any) -> str:
    if type == "MX":
        return f"{value[0]} {value[1] or '.'}"
    return "".join(value) if isinstance(value, list) else str(value)


async def answer_of(zone: Any, domain: str) -> str:
    """Our answer in the words of the standard: `permerror`, `temperror`, `none` or `ok`."""
    answers = await gather(domain, zone)
    answers[domain, "MX"] = await zone.dns(domain, "MX")
    code = judge(Facts(domain, answers, Sends.YES)).code
    if code in IGNORED:
        return "permerror"
    if code in ("include_unknown", "could_not_look"):
        return "temperror"
    return "none" if code in ("absent", "misspelt") else "ok"


@cache
def pyspf() -> ModuleType:
    """The library itself, loaded from the archive; its questions go nowhere until `DNSLookup` is replaced."""
    spec = importlib.util.spec_from_loader("pyspf_from_archive", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = compile(member("/spf.py"), "pyspf/spf.py", "exec")
    exec(code, vars(module))
    return module


def theirs(zone: SuiteZone, domain: str, address: str = "203.0.113.99") -> str:
    """What pyspf says about a mail from that address."""
    library = pyspf()

    def lookup(name: str, qtype: str, strict: bool = True, timeout: float = 0, level: int = 0) -> Iterator[Any]:
        found = zone.raw(name, qtype)
        if found in (DnsStatus.TIMEOUT, DnsStatus.SERVFAIL):
            raise library.TempError("DNS timeout")
        for value in found if isinstance(found, list) else ():
            yield (name, qtype), _wire(qtype, value)

    library.DNSLookup = lookup
    result, _, _ = library.query(i=address, s=f"user@{domain}", h="mail.other.test", strict=True).check()
    return str(result)


def _wire(type: str, value: Any) -> Any:
    if type == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if type == "TXT":
        return tuple(part.encode() for part in (value if isinstance(value, list) else [value]))
    return tuple(value) if isinstance(value, list) else value

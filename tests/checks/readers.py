"""Every function of `checks` that reads what strangers wrote, found by its signature, and how to call it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from typing import Any

import checks
from checks import providers
from checks.dev_addresses import Own
from checks.drift import Wanted
from checks.inventory import Inventory, Monitor, Record
from checks.leaked_files import PLACES
from checks.mail_domain import Sends
from checks.net.facts import Chain, ChainEnd, DnsAnswer, DnsStatus, Exchange, Fault, Reason
from checks.net.urls import parse as url
from checks.site_files import Served
from tests.checks.samples import HOST, NOW, certificate

HEADERS = (
    "age", "cache-control", "cdn-cache-control", "cf-cache-status", "cf-ray", "content-security-policy", "content-type",
    "date", "etag", "link", "location", "permissions-policy", "referrer-policy", "retry-after", "server", "set-cookie",
    "sourcemap", "strict-transport-security", "vary", "via", "x-cache", "x-content-type-options", "x-frame-options",
    "x-powered-by", "x-robots-tag",
)  # fmt: skip
MAX_HEADER = 8 * 1024
"""As much as the client keeps of one."""


def exchange(text: str) -> Exchange:
    """An answer whose body and headers all say the text."""
    value = text[:MAX_HEADER]
    headers = tuple((name, value) for name in HEADERS if name != "content-type" or len(text) % 2)
    return Exchange(f"https://{HOST}/", status=200, headers=headers, body=text.encode("utf-8", "replace"))


def answer(text: str) -> DnsAnswer:
    """An answer with the text as its records."""
    return DnsAnswer(HOST, "TXT", "192.0.2.1:53", DnsStatus.OK, (text, *text.split()[:20]), cnames=(text[:253],))


def _parts(text: str) -> list[str]:
    return [text, *text.split()[:100]]


FOREIGN: dict[str, Callable[[str], Any]] = {
    "str": lambda text: text,
    "bytes": lambda text: text.encode("utf-8", "surrogatepass"),
    "Exchange": exchange,
    "Exchange | None": exchange,
    "DnsAnswer": answer,
    "tuple[DnsAnswer, ...]": lambda text: (answer(text),),
    "Mapping[str, DnsAnswer]": lambda text: {HOST: answer(text), text: answer(text)},
    "Answers": lambda text: {(HOST, "TXT"): answer(text), (text, "A"): answer(text)},
    "Certificate": lambda text: certificate(text, issuer=text, issuer_urls=(text,)),
    "Chain": lambda text: Chain(f"https://{HOST}/", (exchange(text),), ChainEnd.FINAL),
    "Served": lambda text: Served(HOST, (Chain(f"https://{HOST}/", (exchange(text),), ChainEnd.FINAL),)),
    "Iterator[str]": lambda text: iter([text]),
    "Iterable[str]": _parts,
    "Sequence[str]": _parts,
    "tuple[str, ...]": lambda text: tuple(_parts(text)),
    "Iterable[bytes]": lambda text: [text.encode("utf-8", "surrogatepass")],
    "Json": lambda text: {"a": text, text[:50]: [text, 1, None]},
    "object": lambda text: {"a": text, text[:50]: [text, 1, None]},
}
"""Types of what strangers wrote."""
OURS: dict[str, Callable[[str], Any]] = {
    "Own": lambda _text: Own((HOST,)),
    "Inventory": lambda _text: Inventory(product="p", domain=HOST),
    "Monitor": lambda text: Monitor("Home", f"https://{HOST}/", contains=text[:100], json_path="a.0"),
    "Wanted": lambda text: Wanted(Record("TXT", HOST, contains=text[:100])),
    "Fault | None": lambda text: Fault(Reason.RESET, text[:300]),
    "Place": lambda _text: PLACES[0],
    "Url": lambda _text: url(f"https://{HOST}/"),
    "Sends": lambda _text: Sends.GUESS,
    "Entry": lambda _text: providers.load("edges")[0],
    "ProviderKind": lambda _text: "edges",
    "datetime": lambda _text: NOW,
    "int": lambda _text: 200,
    "float": lambda _text: 1.0,
    "bool": lambda _text: False,
}
"""Types of what we say ourselves."""
PATTERNS = {"patterns": lambda _text: ("*.awsdns-*", "example.test", "a.b")}
"""Arguments that are ours although their type does not show it, by name."""
NOT_READERS = {
    "dnssec_keys.fits": "two parsed keys; `ds` and `key` read them",
    "mail_vendors.senders": "a tree of parsed records; `spf_walk.walk` makes it",
    "mail_vendors.fits": "a vendor of ours",
    "finding.wanted": "sentences of ours, by a code that must be one of ours",
    "finding.fill": "sentences of ours; what goes into them is masked by `text_of`",
    "loading.may": "an address that `config.values.Url` read, or a person typed, who is told so",
    "page_weight.weight_of": "answers that `net.answer` read",
    "secret_search.matches": "a path of the owner's code, and a pattern of launch.yml, at most 300 characters",
    "stretches.first": "a founder's pattern, which `config` proves; tests/checks/test_stretches.py times it",
    "rubric.digest": "our own tables",
    "registry.check": "our own checks",
    "search_signs.blocked": "engines that `hidden_from` found",
    "net.connect.fault_of": "an exception; its words pass through `one_line`",
    "net.message.question": "our own question",
    "net.message.answers_question": "a parsed message; `net.message.parse` reads it",
    "net.message.read": "a parsed message; tests/net/test_message.py fuzzes both",
    "net.outgoing.request_of": "an address and headers of ours; `net.urls.parse` reads the address",
    "net.trust.verifying": "a path that the founder wrote",
    "net.trust.capped": "a path that the founder wrote",
    "net.trace.of_peer": "the parts of a handshake; `net.certificate.parse` reads what is foreign in it",
    "sent.of_stats": "our own counts",
    "providers.by_name": "three words of a finding of ours",
    "providers.source.parse": "a file of ours",
    "providers.source.compiled": "a name of ours",
    "runner.plan": "the founder's own list",
    "git_objects.commit_of": "a name that the founder typed; git is asked whether it is a commit",
    "packed_files.members": "a stream; tests/checks/sec/test_repo.py tries damaged, locked and endless archives",
    "secret_keys.everywhere": "`find` and `secret_scan.keys` call it with every form",
    "variable_hashes.make": "the founder's own values",
    "variable_hashes.same": "hashes that `load` has read",
}
"""Functions with such arguments that read nothing foreign, or nothing that was not read before; with the reason."""


def functions() -> dict[str, Callable[..., Any]]:
    """The public functions of the shared modules and of `net`, by `module.name`; the coroutines are no readers."""
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.walk_packages(checks.__path__, "checks."):
        inside = info.name.split(".")[1:]
        if inside[-1] == "__main__" or (len(inside) > 1 and inside[0] not in ("net", "providers")):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            public = inspect.isfunction(value) and value.__module__ == info.name and not name.startswith("_")
            if public and not inspect.iscoroutinefunction(value):
                found[f"{info.name.removeprefix('checks.')}.{name}"] = value
    return found


def wanted(function: Callable[..., Any]) -> list[str]:
    """Types of the arguments that it needs."""
    parameters = inspect.signature(function).parameters.values()
    return [str(each.annotation) for each in parameters if each.default is each.empty]


def foreign() -> dict[str, Callable[..., Any]]:
    """Those that take something of strangers."""
    return {name: each for name, each in functions().items() if any(type in FOREIGN for type in wanted(each))}


def calls() -> dict[str, Callable[[str], object]]:
    """What reads a text, by name: every foreign argument says it. Errors that the docstring names are an answer."""
    made: dict[str, Callable[[str], object]] = {}
    for name, function in foreign().items():
        if name not in NOT_READERS and all(type in FOREIGN or type in OURS for type in wanted(function)):
            made[name] = _call(function)
    return made


def _call(function: Callable[..., Any]) -> Callable[[str], object]:
    makers = {
        each.name: PATTERNS.get(each.name) or (FOREIGN | OURS)[str(each.annotation)]
        for each in inspect.signature(function).parameters.values()
        if each.default is each.empty
    }
    allowed = _raises(function)

    def call(text: str) -> object:
        try:
            found = function(**{name: make(text) for name, make in makers.items()})
            return tuple(found) if inspect.isgenerator(found) else found
        except Exception as error:
            if not {kind.__name__ for kind in type(error).__mro__} & allowed:
                raise
            return error

    return call


def _raises(function: Callable[..., Any]) -> set[str]:
    """The exceptions of its `Raises:` section, or of a sentence that begins so."""
    told = (function.__doc__ or "").partition("Raises")[2]
    return set(re.findall(r"\b[A-Z]\w+\b", told))

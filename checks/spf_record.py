"""Reads one SPF record by the grammar of RFC 7208 section 12; pure, and every text gets an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

MAX_TERMS = 400
"""Terms read of one record; a TXT record of 64 KiB can hold thousands."""
LOOKUP_TERMS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""Terms that cost a DNS look-up (RFC 7208 section 4.6.4)."""

_VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
_MECHANISM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|\Z)(.*)", re.IGNORECASE | re.DOTALL)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]{0,100})=(.*)", re.DOTALL)
_MACRO_STRING = re.compile(r"(?:%\{[slodiphcrtvSLODIPHCRTV][0-9]{0,3}[rR]?[.+,/_=-]{0,20}\}|%[%_-]|[!-$&-~])*")
_ENDS_IN_MACRO = re.compile(r".*(?:%\{[A-Za-z][0-9]{0,3}[rR]?[.+,/_=-]{0,20}\}|%[%_-])", re.DOTALL)
_TOP = re.compile(r"(?=.{1,63}\Z)(?:[0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]++-[A-Za-z0-9-]*[A-Za-z0-9])")
_ONLY_IN_TEXT = re.compile(r"%\{[crtCRT]")
_ZERO = re.compile(r"%\{[A-Za-z]0+[rR.+,/_=}-]")
_CIDR = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Term:
    """One term as written, and what it means."""

    text: str
    name: str
    """`all include a mx ptr ip4 ip6 exists redirect exp`, lower case, or the name of an unknown modifier."""
    qualifier: str = "+"
    """`+ - ~ ?`; modifiers have none that counts."""
    domain: str = ""
    """The domain-spec, lower case, without trailing dot; empty where the term means the domain of the record."""
    macro: bool = False
    """The domain-spec holds a macro, so nobody can look it up without a mail at hand."""

    @property
    def costs(self) -> bool:
        """Whether it costs a look-up."""
        return self.name in LOOKUP_TERMS


@dataclass(frozen=True, slots=True)
class Mistake:
    """A term that the grammar does not allow: receivers then ignore the whole record (permerror)."""

    term: str
    why: str
    """What is wrong and what was probably meant, in words."""


@dataclass(frozen=True, slots=True)
class Record:
    """A parsed SPF record."""

    text: str
    terms: tuple[Term, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def reached(self) -> tuple[Term, ...]:
        """Terms that a receiver may come to: nothing after `all`, and `redirect` last, only where there is no `all`."""
        mechanisms: list[Term] = []
        for term in self.terms:
            if not term.qualifier:
                continue
            mechanisms.append(term)
            if term.name == "all":
                return tuple(mechanisms)
        return (*mechanisms, *(term for term in self.terms if term.name == "redirect"))

    @property
    def all(self) -> Term | None:
        """Its `all`, or None."""
        return next((term for term in self.terms if term.name == "all"), None)


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record: exactly `v=spf1`, then a space or the end (RFC 7208 section 4.5)."""
    return _VERSION.match(text) is not None


def parse(text: str) -> Record:
    """The record's terms and mistakes. `text` is the whole record, its strings joined."""
    words = [word for word in text[len("v=spf1") :].split(" ") if word]
    terms: list[Term] = []
    mistakes: list[Mistake] = []
    for word in words[:MAX_TERMS]:
        found = _term(word)
        if isinstance(found, Mistake):
            mistakes.append(found)
        elif found.name in ("redirect", "exp") and any(term.name == found.name for term in terms):
            mistakes.append(Mistake(word[:200], f"{found.name}= may stand only once"))
        else:
            terms.append(found)
    return Record(text, tuple(terms), tuple(mistakes))


def _term(word: str) -> Term | Mistake:
    mechanism = _MECHANISM.fullmatch(word)
    if mechanism is not None:
        qualifier, name, rest = mechanism[1] or "+", mechanism[2].lower(), mechanism[3]
        if name == "all":
            return Mistake(word[:200], "nothing may follow all") if rest else Term(word, "all", qualifier)
        if name in ("ip4", "ip6"):
            why = _wrong_network(name, rest)
            return Mistake(word[:200], why) if why else Term(word, name, qualifier)
        return _with_domain(word, name, qualifier, rest)
    modifier = _MODIFIER.fullmatch(word)
    if modifier is None:
        return Mistake(word[:200], _guess(word))
    name, value = modifier[1].lower(), modifier[2]
    if name in ("redirect", "exp"):
        why = _wrong_domain(value)
        return Mistake(word[:200], why) if why else Term(word, name, "", _plain(value), "%" in value)
    if not _MACRO_STRING.fullmatch(value):
        return Mistake(word[:200], "it holds a character or macro that is not allowed")
    return Term(word, name, "")


def _guess(word: str) -> str:
    """What was probably meant by a word that is no term."""
    low = word.lower().lstrip("+-~?")
    for prefix, meant in (("ipv4", "ip4:"), ("ipv6", "ip6:"), ("includes", "include:"), ("ip:", "ip4:")):
        if low.startswith(prefix):
            return f"it probably means {meant}"
    if low in ("include:", "include"):
        return "include needs a name behind the colon"
    if re.fullmatch(r"[0-9.]{7,15}(?:/[0-9]{1,2})?", low):
        return "an address needs ip4: before it"
    if not word.isascii():
        return "it holds a character outside ASCII"
    return "it is no term of SPF"


def _with_domain(word: str, name: str, qualifier: str, rest: str) -> Term | Mistake:
    """`include`, `exists`, `a`, `mx` and `ptr`, of which only `a` and `mx` take prefix lengths."""
    domain = ""
    if name in ("a", "mx"):
        slash = _cidr_start(rest)
        rest, cidr = rest[:slash], rest[slash:]
        lengths = _CIDR.fullmatch(cidr)
        if lengths is None or int(lengths[1] or 0) > 32 or int(lengths[2] or 0) > 128:
            return Mistake(word[:200], "the number behind the slash is not a prefix length")
    if rest.startswith(":"):
        domain = rest[1:]
        why = _wrong_domain(domain)
        if why:
            return Mistake(word[:200], why)
    elif rest:
        return Mistake(word[:200], f"a colon must stand between {name} and its name")
    elif name in ("include", "exists"):
        return Mistake(word[:200], f"{name} needs a name behind a colon")
    return Term(word, name, qualifier, _plain(domain), "%" in domain)


def _cidr_start(rest: str) -> int:
    """Where the prefix lengths begin: a slash inside `%{…}` is a delimiter of the macro."""
    found = re.search(r"/[0-9/]*\Z", rest)
    if found is None:
        return len(rest)
    start = found.start()
    return start - 1 if start > 0 and rest[start - 1] == "/" else start


def _plain(domain: str) -> str:
    return domain.lower().removesuffix(".")


def _wrong_domain(domain: str) -> str:
    """Why this is no domain-spec, or ""."""
    if not domain:
        return "a name is missing"
    if not _MACRO_STRING.fullmatch(domain) or _ZERO.search(domain):
        return "it holds a character or macro that is not allowed"
    if _ONLY_IN_TEXT.search(domain):
        return "the macros c, r and t may stand in the text of explanations only"
    if _ENDS_IN_MACRO.fullmatch(domain):
        return ""
    labels = domain.removesuffix(".").split(".")
    if _dotted(domain):
        return "a name is expected there; for an address write ip4: before it"
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]):
        return "it is not a full name such as mail.example.com"
    if "%" not in domain and not is_name(domain):
        return "it is not a valid name"
    return ""


def _dotted(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def is_name(name: str) -> bool:
    """Whether DNS can be asked for it: labels of 1 to 63 octets, 253 together (RFC 1035 section 2.3.4)."""
    name = name.removesuffix(".")
    return 0 < len(name) <= 253 and name.isascii() and all(0 < len(label) <= 63 for label in name.split("."))


def _wrong_network(name: str, rest: str) -> str:
    """Why this is no address or network, or ""."""
    if not rest.startswith(":"):
        return f"{name} needs an address behind a colon"
    address, slash, length = rest[1:].partition("/")
    most = 32 if name == "ip4" else 128
    if slash and not (re.fullmatch(r"0|[1-9][0-9]{0,2}", length) and int(length) <= most):
        return f"the number behind the slash must be between 0 and {most}"
    try:
        if name == "ip4":
            IPv4Address(address)
        elif "%" in address:
            return "it is not an IPv6 address"
        else:
            IPv6Address(address)
    except ValueError:
        other = "ip6" if ":" in address else "ip4"
        if other != name and _either(address):
            return f"this is an address for {other}:"
        return f"it is not an {'IPv4' if name == 'ip4' else 'IPv6'} address"
    return ""


def _either(address: str) -> bool:
    for kind in (IPv4Address, IPv6Address):
        try:
            kind(address)
        except ValueError:
            continue
        return True
    return False

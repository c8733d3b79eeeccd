"""The contract of a product's environment variables, and whether an environment keeps it.

A contract is the example file that a repository has anyway (`.env.example`), with what its comments say, and what is
written down besides. Of every value only this is told: it is there or not, and what is wrong with its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from checks.code import Variable
from checks.dotenv_file import Parsed
from checks.variable_values import KINDS, SAID, fits, of_a_test_system, placeholder, secret_name

OPTIONAL = re.compile(r"\boptional\b|\bnot required\b", re.IGNORECASE)
ONE_OF = re.compile(r"\bone of:?\s+([\w./-]+(?:(?:\s*[|,/]\s*|\s+or\s+)[\w./-]+)+)", re.IGNORECASE)
KIND = re.compile(rf"\btype:?\s*({'|'.join(KINDS)})\b(?!:)|\(({'|'.join(KINDS)})\s{{0,4}}[),;]", re.IGNORECASE)
LEAST = re.compile(r"(?:at least|min(?:imum)?\.?(?: length)?:?)\s+(\d{1,4})\s*(?:char|byte|letter|$)", re.IGNORECASE)
BESIDE = re.compile(r"#(?![0-9A-Fa-f]{3,8}$)(.*)", re.DOTALL)
"""A comment where a value should be (`NAME= # optional`), which some programs take for the value; no colour."""
BREAKS = re.compile(r"\bwithout it:?\s+([^.\n]{3,200})", re.IGNORECASE)
NAMED = (
    (re.compile(r"(?:^|_)PORT$"), "port"),
    (re.compile(r"_UR[IL]S?$|_ENDPOINT$|^(?:BASE|APP|SITE|PUBLIC)_URL$|_DSN$"), "url"),
    (re.compile(r"(?:^|_)HOST(?:NAME)?$"), "host"),
    (re.compile(r"(?:^|_)(?:ENABLED|DISABLED|DEBUG)$"), "boolean"),
    (re.compile(r"_EMAIL$|^(?:EMAIL|MAIL)_FROM$"), "email"),
)
FROM_EXAMPLE = ("uuid", "boolean")
"""Kinds that an example alone shows without doubt."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one variable."""

    code: str
    """`missing_variable`, `malformed`, `placeholder`, `test_value` or `shared`."""
    name: str
    why: str = ""
    near: str = ""
    """A name that is set and looks like this one."""
    breaks: str = ""
    line: int = 0
    """In the contract."""
    secret: bool = False


def variables(example: Parsed, written: Iterable[Variable] = ()) -> tuple[Variable, ...]:
    """The contract: an example file, and what is written down, which wins where both speak of a variable."""
    found = {one.name: _read(one.name, one.value, one.comment, one.line) for one in example.values}
    for variable in written:
        known = found.get(variable.name)
        told = (
            variable
            if known is None
            else replace(
                variable,
                kind=variable.kind or known.kind,
                one_of=variable.one_of or known.one_of,
                least=variable.least or known.least,
                breaks=variable.breaks or known.breaks,
                line=known.line,
            )
        )
        found[variable.name] = told
    return tuple(found.values())


def _read(name: str, value: str, comment: str, line: int) -> Variable:
    """A line of an example file: its comment first, then its name, then its example."""
    if said := BESIDE.fullmatch(value):
        value, comment = "", f"{comment} {said[1]}"
    kind, least, breaks = "", 0, ""
    one_of: tuple[str, ...] = ()
    if said := KIND.search(comment):
        kind = (said[1] or said[2]).lower()
    if said := ONE_OF.search(comment):
        one_of = tuple(re.split(r"\s*[|,/]\s*|\s+or\s+", said[1].strip()))
    if said := LEAST.search(comment):
        least = int(said[1])
    if said := BREAKS.search(comment):
        breaks = said[1].strip()
    if not kind and not one_of:
        kind = next((kind for pattern, kind in NAMED if pattern.search(name)), "")
        if value and not placeholder(value) and not fits(value, kind or "text"):
            # The example itself says otherwise.
            kind = ""
    if not kind and not one_of and value:
        kind = next((kind for kind in FROM_EXAMPLE if fits(value, kind) and not value.isdigit()), "")
    return Variable(name, kind, not OPTIONAL.search(comment), one_of, least=least, breaks=breaks, line=line)


def is_secret(variable: Variable) -> bool:
    """Whether nobody else may know its value."""
    return secret_name(variable.name) if variable.secret is None else variable.secret


def look(contract: Sequence[Variable], environment: Mapping[str, str], *, production: bool = True) -> tuple[Wrong, ...]:
    """Everything that is wrong in an environment, in the order of the contract; of each variable the first thing."""
    free = [name for name in environment if name not in {variable.name for variable in contract}]
    return tuple(
        wrong
        for variable in contract
        for wrong in [_look(variable, environment, free, production)]
        if wrong is not None
    )


def _look(variable: Variable, environment: Mapping[str, str], free: list[str], production: bool) -> Wrong | None:
    value = environment.get(variable.name, "")
    about = Wrong("", variable.name, breaks=variable.breaks, line=variable.line, secret=is_secret(variable))
    if not value.strip():
        if not variable.required:
            return None
        why = "it is set, but empty" if variable.name in environment else ""
        return replace(about, code="missing_variable", why=why, near=_near(variable.name, free))
    if placeholder(value):
        return replace(about, code="placeholder", why="its value is a stand-in that was never replaced")
    if form := _form(variable, value):
        return replace(about, code="malformed", why=form)
    if production and (test := of_a_test_system(value)):
        return replace(about, code="test_value", why=test)
    return None


def _form(variable: Variable, value: str) -> str:
    """What is wrong with the form of a value, without a word of it."""
    if value != value.strip():
        return "it begins or ends with a blank"
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return "it still has quotes around it"
    if variable.one_of and value not in variable.one_of:
        return f"it must be one of: {', '.join(variable.one_of)}"
    if variable.kind and not fits(value, variable.kind):
        return f"it must be {SAID.get(variable.kind, variable.kind)}"
    if variable.pattern and not re.fullmatch(variable.pattern, value[:10_000]):
        return "it does not have the form that launch.yml asks for"
    if len(value) < variable.least:
        return f"it must have at least {variable.least} characters"
    return ""


def _near(name: str, free: Sequence[str]) -> str:
    """A variable that is set and not asked for, and is probably this one with a slip."""
    plain = {one.upper().replace("-", "_"): one for one in free}
    found = get_close_matches(name.upper(), plain, n=1, cutoff=0.8)
    return plain[found[0]] if found else ""

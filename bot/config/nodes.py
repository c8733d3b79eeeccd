"""YAML 1.2 text to plain data that remembers where each value stood; hostile files end in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.config.names import shown
from bot.config.problems import Problem
from bot.config.secrets import looks_secret

MAX_VALUES = 20_000
MAX_DEPTH = 40
MAX_DIGITS = 30
MAX_LINES = 50_000
LONGEST_LINE = 50_000
"""Characters; the parser needs the square of the longest tag."""

Path = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset(_TAG + kind for kind in ("str", "timestamp", "value"))

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters and changes of direction: what is shown of the text would not be what is written."""

_SENTENCES = (
    ("'\\t'", "a tab stands where spaces belong; YAML is indented with spaces only"),
    ("mapping values are not allowed", "there is a colon too many; put a text that has a colon in quotes"),
    ("could not find expected ':'", "a colon is missing after this word, or the line is indented too little"),
    ("did not find expected '-' indicator", "this line does not fit the list above; check how far it is indented"),
    ("expected <block end>", "this line is indented differently from its neighbours"),
    ("found unexpected end of stream", "a quote or bracket is opened and never closed"),
    ("while scanning a quoted scalar", "a quote is opened and never closed"),
    ("flow sequence", "a [ bracket is opened and never closed, or a comma is missing"),
    ("flow mapping", "a { bracket is opened and never closed, or a comma is missing"),
    ("undefined alias", "an * stands before a word; put the text in quotes"),
    ("cannot start any token", "a text may not begin with this character; put it in quotes"),
    ("expected '<document start>'", "this line does not fit what stands above it; check how far it is indented"),
    ("expected the node content", "something is missing before this character; put a text that has it in quotes"),
    ("expected a single document", "there is a second document (---) in the file; keep only one"),
    ("special characters", "there is a control character in the file; delete it"),
)


_INVISIBLE = "there is an invisible control character in this text; delete it"


@dataclass(slots=True)
class Read:
    """The data of a file and where each part of it stood (line, column from 1)."""

    file: str
    data: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)
    """Paths of values that were refused, as secrets are: nothing more is said about them, so they are not repeated."""

    def problem(self, path: Path, message: str, *, at_key: bool = False) -> Problem:
        """A problem at the nearest known place of the path."""
        place = (self.keys if at_key else self.values).get(path)
        known = path
        while place is None:
            place = self.values.get(known) or ((1, 1) if not known else None)
            known = known[:-1]
        return Problem(message, self.file, *place, ".".join(shown(str(part)) for part in path))


def read(text: str, file: str) -> Read:
    """Parse; mistakes of YAML itself are in `problems`, and then `data` may be None."""
    result = Read(file)
    try:
        _bounded(text)
        root = _yaml().compose(text)
        if root is not None:
            _Builder(result).build(root)
    except MarkedYAMLError as error:
        result.problems.append(_syntax(error, file))
    except (YAMLError, ValueError) as error:
        result.problems.append(Problem(_sentence(str(error)), file, 1, 1))
    except _TooMuch as error:
        result.problems.append(Problem(str(error), file, 1, 1))
    return result


class _TooMuch(Exception):
    """The file unfolds into more than anyone writes by hand."""


def _bounded(text: str) -> None:
    """Refuse what is long beyond reason before it is read."""
    lines = text.split("\n", MAX_LINES)
    if len(lines) > MAX_LINES:
        raise _TooMuch(f"the file has more than {MAX_LINES} lines; nobody writes that by hand")
    if len(max(lines, key=len)) > LONGEST_LINE:
        raise _TooMuch(f"a line of the file has more than {LONGEST_LINE} characters")


class _Composer(Composer):
    """Refuses what is nested or long beyond reason while it is read, before anything is built from it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node, key or value."""
        self._count += 1
        if self._count > 2 * MAX_VALUES:
            raise _TooMuch(f"the file has more than {MAX_VALUES} values; nobody writes that by hand")
        if self.depth > MAX_DEPTH:
            raise _TooMuch("the file is nested too deeply")
        return super().compose_node(parent, index)


def _yaml() -> YAML:
    """A reader that leaves comments out: keeping them for writing costs as much as everything else."""
    found = YAML(typ="safe", pure=True)
    found.Composer = _Composer
    return found


def _syntax(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(_sentence(f"{error.context or ''} {error.problem or ''}"), file, line, column)


def _sentence(text: str) -> str:
    for marker, sentence in _SENTENCES:
        if marker in text:
            return sentence
    return f"this is not YAML: {shown(' '.join(text.split()), 120)}"


class _Builder:
    """Walks the nodes with a budget, since a few aliases can unfold into millions of values."""

    def __init__(self, result: Read) -> None:
        self._result = result
        self._count = 0

    def build(self, root: Node) -> None:
        self._result.data = self._value(root, ())

    def _value(self, node: Node, path: Path) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            raise _TooMuch(f"the file unfolds into more than {MAX_VALUES} values; write less, or use fewer aliases")
        if len(path) > MAX_DEPTH:
            raise _TooMuch("the file is nested too deeply")
        self._result.values[path] = _place(node)
        if isinstance(node, MappingNode | SequenceNode) and str(node.tag) not in (_TAG + "map", _TAG + "seq"):
            return self._foreign(node, path)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = _place(key_node)
            if not isinstance(key_node, ScalarNode) or key_node.tag == _TAG + "merge":
                message = (
                    "a key must be a plain word" if key_node.tag != _TAG + "merge" else "<< is not used; write it out"
                )
                self._add(message, place, path)
                continue
            key = str(key_node.value)
            if looks_secret(key):
                self._add("this key looks like a secret; secrets never belong into this file", place, path)
                continue
            if _OBEYED.search(key):
                self._add(_INVISIBLE, place, path)
                continue
            if key in found:
                first = self._result.keys[(*path, key)][0]
                self._add(f'"{shown(key)}" is written twice, first in line {first}; keep one', place, (*path, key))
                continue
            self._result.keys[(*path, key)] = place
            found[key] = self._value(value_node, (*path, key))
        return found

    def _scalar(self, node: Node, path: Path) -> Any:
        text = str(node.value)
        if looks_secret(text):
            self._result.refused.add(path)
            self._add(
                "this looks like a secret; put it into the environment and write only the variable's name here",
                _place(node),
                path,
            )
            return ""
        if _OBEYED.search(text):
            self._result.refused.add(path)
            self._add(_INVISIBLE, _place(node), path)
            return ""
        kind = str(node.tag).removeprefix(_TAG)
        if node.tag in _PLAIN:
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float") and len(text) <= MAX_DIGITS:
            return _number(text, kind)
        if kind in ("int", "float"):
            return text
        return self._foreign(node, path)

    def _foreign(self, node: Node, path: Path) -> str:
        """A value with a tag that means nothing here, such as `!!python/object`."""
        self._add(f"the tag {shown(str(node.tag))} is not used here; leave it out", _place(node), path)
        self._result.refused.add(path)
        return ""

    def _add(self, message: str, place: tuple[int, int], path: Path) -> None:
        where = ".".join(shown(str(part)) for part in path)
        self._result.problems.append(Problem(message, self._result.file, *place, where))


def _number(text: str, kind: str) -> int | float | str:
    plain = text.replace("_", "").lower()
    try:
        if kind == "float":
            return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
        # YAML 1.2: 012 is twelve; only 0o, 0x and 0b change the base.
        return int(plain, 0 if plain.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)
    except ValueError:
        return text


def _place(node: Node) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)

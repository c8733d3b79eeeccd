"""The YAML files of provider knowledge: read and checked, and turned into the JSON that is read at run time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from checks.model import Json
from checks.providers.fields import COMMON, FIELDS, REQUIRED, Shape

HERE = Path(__file__).resolve().parent


class Mistake(ValueError):
    """A data file is not as it must be; the text says where and why."""


def parse(kind: str, text: bytes) -> Mapping[str, Json]:
    """The file of a kind as plain values.

    Raises:
        Mistake: For the first thing that is wrong.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(BytesIO(text))
    except YAMLError as error:
        raise Mistake(f"{kind}.yml: {error}") from None
    if not isinstance(data, dict) or set(data) != {"about", "entries"} or not isinstance(data["entries"], list):
        raise Mistake(f"{kind}.yml: a file holds `about` and `entries`")
    seen: set[str] = set()
    for number, entry in enumerate(data["entries"], start=1):
        where = f"{kind}.yml, entry {number} ({entry.get('id') if isinstance(entry, dict) else entry!r})"
        _check(kind, entry, where)
        if entry["id"] in seen:
            raise Mistake(f"{where}: there are two of this id")
        seen.add(entry["id"])
    return {"made_from": sha256(text).hexdigest(), **data}


def _check(kind: str, entry: Any, where: str) -> None:
    if not isinstance(entry, dict):
        raise Mistake(f"{where}: an entry is a section")
    known = {**COMMON, **FIELDS[kind]}
    for key in ("id", "name", "as_of", "source", *REQUIRED[kind]):
        if key not in entry:
            raise Mistake(f"{where}: {key} is missing")
    for key, value in entry.items():
        if key not in known:
            raise Mistake(f"{where}: {key} is not described in fields.py")
        if not _fits(known[key], value):
            raise Mistake(f"{where}: {key} is not of the shape {known[key]}")
    if not re.fullmatch(r"[a-z0-9-]+", entry["id"]):
        raise Mistake(f"{where}: an id has lower-case letters, digits and dashes")
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", entry["as_of"]):
        raise Mistake(f"{where}: as_of is a year and a month, such as 2026-11")


def _fits(shape: Shape, value: Any) -> bool:
    if shape == "flag":
        return isinstance(value, bool)
    if shape == "text":
        return isinstance(value, str) and bool(value)
    if shape == "pairs":
        return isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair)
    if shape == "pattern":
        return isinstance(value, str) and len(value) <= 300 and _compiles(value)
    texts = isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
    return texts and (shape != "ranges" or all(_is_range(one) for one in value))


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _is_range(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def compiled(kind: str) -> str:
    """The JSON that belongs beside the file of a kind."""
    found = parse(kind, (HERE / f"{kind}.yml").read_bytes())
    head = json.dumps({"made_from": found["made_from"], "about": found["about"]}, ensure_ascii=False)[:-1]
    entries = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in found["entries"])  # type: ignore[union-attr]
    return f'{head}, "entries": [\n{entries}\n]}}\n'


def compile_all() -> list[str]:
    """Write every JSON file anew; the names of those that changed."""
    changed = []
    for kind in FIELDS:
        path, text = HERE / f"{kind}.json", compiled(kind)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path.name)
    return changed

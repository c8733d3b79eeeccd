"""What flows name must be there: values in braces, other flows, what a template asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.config.nodes import Path, Read
from bot.config.problems import Problem

_NAME = re.compile(r"\{((?:totp:)?[a-z_][a-z0-9_]{0,60})\}")
_ALWAYS = frozenset({"run"})
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,60}")


def flow_names(found: Read, data: dict[str, Any]) -> Iterator[Problem]:
    """Every mistake of this kind, with its place. Works on plain data, whatever else is wrong with it."""
    flows = data.get("flows")
    entries = [flow for flow in flows if isinstance(flow, dict)] if isinstance(flows, list) else []
    ids = [flow["id"] for flow in entries if isinstance(flow.get("id"), str)]
    for index, flow in enumerate(flows if isinstance(flows, list) else ()):
        if isinstance(flow, dict):
            yield from _after(found, ("flows", index), flow, ids, entries)
            yield from _template(found, ("flows", index), flow)
            yield from _braces(found, ("flows", index), flow)


def _after(
    found: Read, path: Path, flow: dict[str, Any], ids: list[str], flows: list[dict[str, Any]]
) -> Iterator[Problem]:
    after = flow.get("after")
    if not isinstance(after, str):
        return
    if after not in ids:
        yield found.problem((*path, "after"), f'"{shown(after)}" is no flow here{did_you_mean(after, ids)}')
        return
    before = {one.get("id"): one.get("after") for one in flows}
    seen: set[Any] = set()
    while after is not None and after not in seen:
        seen.add(after)
        after = before.get(after)
        if after == flow.get("id"):
            yield found.problem((*path, "after"), "these flows wait for each other, so none of them would be walked")
            return


def _template(found: Read, path: Path, flow: dict[str, Any]) -> Iterator[Problem]:
    name, given = flow.get("template"), flow.get("with")
    if name is None:
        if given is not None:
            yield found.problem((*path, "with"), "this belongs to a template, and there is none here", at_key=True)
        return
    from bot.config.flow_templates import ALL

    template = ALL.get(name) if isinstance(name, str) else None
    if template is None:
        return
    given = given if isinstance(given, dict) else {}
    known = [one.name for one in template.parameters]
    for key in given:
        if key not in known:
            near = did_you_mean(str(key), known) or f"; it takes {', '.join(known)}"
            yield found.problem((*path, "with", key), f"the template {name} does not ask for this{near}", at_key=True)
    missing = [f"{one.name} ({one.what})" for one in template.parameters if one.required and not given.get(one.name)]
    if missing:
        yield found.problem((*path, "template"), f"with: needs {', '.join(missing)}")
    needed = [
        *template.env,
        *(["totp"] if given.get("code_field") else []),
        *(["signing"] if given.get("sign") else []),
    ]
    env = flow.get("env") if isinstance(flow.get("env"), dict) else {}
    for one in needed:
        if one not in (env or {}):
            yield found.problem((*path, "template"), f"it needs env: {{{one}: NAME_OF_A_VARIABLE}}")
    if template.email and not flow.get("email"):
        yield found.problem((*path, "template"), "it needs email: the mailbox of test customers, qa@example.com")


def _braces(found: Read, path: Path, flow: dict[str, Any]) -> Iterator[Problem]:
    env = flow.get("env") if isinstance(flow.get("env"), dict) else {}
    known = {name for name in (env or {}) if isinstance(name, str)}
    for name in known:
        if not _PLAIN.fullmatch(name):
            yield found.problem(
                (*path, "env", name), "use small letters, digits and _ for a name in braces", at_key=True
            )
    known |= _ALWAYS | ({"email"} if flow.get("email") else set())
    yield from _unknown(found, (*path, "headers"), flow.get("headers"), known)
    yield from _unknown(found, (*path, "with"), flow.get("with"), known)
    for part in ("steps", "cleanup"):
        steps = flow.get(part)
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if not isinstance(step, dict):
                continue
            at = (*path, part, index)
            for key, value in step.items():
                if key != "extract":
                    yield from _unknown(found, (*at, key), value, known)
            yield from _signing(found, at, step, env or {})
            taken = step.get("extract")
            known |= {name for name in taken if isinstance(name, str)} if isinstance(taken, dict) else set()


def _signing(found: Read, at: Path, step: dict[str, Any], env: Mapping[str, Any]) -> Iterator[Problem]:
    request = step.get("request")
    sign = request.get("sign") if isinstance(request, dict) else None
    secret = sign.get("secret") if isinstance(sign, dict) else None
    if isinstance(secret, str) and secret not in env:
        yield found.problem((*at, "request", "sign", "secret"), f'"{shown(secret)}" does not stand under env')


def _unknown(found: Read, path: Path, value: Any, known: set[str]) -> Iterator[Problem]:
    """Names in braces that nothing fills. In a raw body braces may be the body's own."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not (path[-1] == "request" and key == "body"):
                yield from _unknown(found, (*path, key), item, known)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(found, (*path, index), item, known)
    elif isinstance(value, str):
        for match in _NAME.finditer(value):
            name = match[1].removeprefix("totp:")
            if name in known:
                continue
            if name == "email":
                message = "{email} needs email: in this flow, the mailbox of test customers"
            else:
                message = f"{{{shown(match[1])}}} is filled by nothing: neither env nor an earlier extract names it"
                message += did_you_mean(name, known)
            yield found.problem(path, message)

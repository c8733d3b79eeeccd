"""From flows in `launch.yml` to flows that are walked: templates made into steps, paths put on their base."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from checks.flow import model as facts
from checks.flow.secret import Secret

if TYPE_CHECKING:
    from bot.config.flows import Expect, Flow, Move, Request, Step, Submit
    from bot.config.schema import LaunchFile

_SOURCE = re.compile(r"(json|header|cookie|field): (.+)", re.DOTALL)
_ACTS = ("open", "fill", "click", "see", "not_see", "wait")


def flows_of(file: LaunchFile, base: str, domain: str) -> tuple[facts.Flow, ...]:
    """Every flow of the file; `base` is what paths stand on where a flow names nothing else."""
    hosts = own_hosts(file, base, domain)
    return _told_apart([_flow(file, made(flow), base, hosts) for flow in file.flows])


def _told_apart(flows: list[facts.Flow]) -> tuple[facts.Flow, ...]:
    """Flows of one template have its name: then each has its id beside it, in messages and reports of CI."""
    times = Counter(flow.title.casefold() for flow in flows)
    return tuple(
        replace(flow, name=f"{flow.title} ({flow.id})") if times[flow.title.casefold()] > 1 else flow for flow in flows
    )


def own_hosts(file: LaunchFile, base: str, domain: str) -> frozenset[str]:
    """Hosts that a walk may ask: those that are written down, and no other."""
    hosts = {host.name for host in file.hosts} | {domain, f"www.{domain}", urlsplit(base).hostname or ""}
    hosts |= {urlsplit(flow.base).hostname or "" for flow in file.flows if flow.base}
    return frozenset(hosts - {""})


def made(flow: Flow) -> Flow:
    """The flow as steps: as it is, or made from its template."""
    if flow.template is None:
        return flow
    # The models cost a tenth of a second to build; whoever has no file does not pay for them.
    from bot.config.flow_templates import ALL
    from bot.config.flows import Flow as Model

    template = ALL[flow.template]
    plain = flow.model_dump(by_alias=True, exclude_unset=True, exclude={"template", "parameters", "steps"})
    cleanup = plain.pop("cleanup", None)
    data: dict[str, Any] = {"name": template.title, **template.filled(flow.parameters), **plain}
    return Model.model_validate({**data, "cleanup": cleanup} if cleanup else data)


def _flow(file: LaunchFile, flow: Flow, base: str, hosts: frozenset[str]) -> facts.Flow:
    service = file.services.get(flow.service or "")
    critical = flow.critical if flow.critical is not None else (service.critical if service else None)
    return facts.Flow(
        id=flow.id,
        base=flow.base or base,
        hosts=hosts,
        steps=tuple(_step(step) for step in flow.steps),
        cleanup=tuple(_step(step) for step in flow.cleanup),
        name=flow.name or "",
        service=flow.service or "",
        owner=flow.owner or (service.owner if service else None) or "",
        carries=flow.carries or "",
        critical=True if critical is None else critical,
        after=flow.after or "",
        secrets=dict(flow.env),
        email=flow.email or "",
        headers=dict(flow.headers),
    )


def _step(step: Step) -> facts.Step:
    return facts.Step(
        name=step.name,
        request=_request(step.request) if step.request is not None else None,
        submit=_submit(step.submit) if step.submit is not None else None,
        browser=tuple(_move(move) for move in step.browser),
        extract=tuple(_extract(name, what) for name, what in step.extract.items()),
        expect=_expect(step.expect),
        within=step.within,
        slow_after=step.slow_after,
        required=step.required,
        repeat=step.repeat,
        webhook=step.webhook,
    )


def _submit(submit: Submit) -> facts.Submit:
    return facts.Submit(submit.form or "", dict(submit.fields), submit.follow, submit.press or "")


def _request(request: Request) -> facts.Request:
    sign = request.sign
    return facts.Request(
        url=request.url,
        method=request.method,
        headers=dict(request.headers),
        form=dict(request.form),
        json=request.payload,
        body=request.body or "",
        sign=facts.Sign(sign.like, sign.secret, sign.header or "") if sign is not None else None,
        follow=request.follow,
    )


def _move(move: Move) -> facts.Move:
    act = next(act for act in _ACTS if getattr(move, act) is not None)
    return facts.Move(act, getattr(move, act), move.value or "")


def _extract(name: str, what: str) -> facts.Extract:
    source = _SOURCE.fullmatch(what)
    return facts.Extract(name, source[1], source[2]) if source else facts.Extract(name, "regex", what)


def _expect(expect: Expect) -> facts.Expect:
    return facts.Expect(
        status=expect.status,
        contains=expect.contains or "",
        absent=expect.absent or "",
        json_path=expect.json_found.path if expect.json_found else "",
        json_equals=(expect.json_found.equals or "") if expect.json_found else "",
        header=expect.header or "",
        final_host=expect.final_host or "",
        final_path=expect.final_path or "",
        redirect_to=expect.redirect_to or "",
        cookie=expect.cookie or "",
        no_cookie=expect.no_cookie or "",
        refused=expect.refused,
        closed=expect.closed,
    )


def secrets_for(flows: tuple[facts.Flow, ...]) -> Mapping[str, Secret]:
    """The environment variables that flows need, as far as they are set now, in the environment or in `.env`."""
    names = dict.fromkeys(name for flow in flows for name in flow.secrets.values())
    if not names:
        return {}
    from bot.config.settings import variable

    return {name: Secret(value) for name in names if (value := variable(name))}

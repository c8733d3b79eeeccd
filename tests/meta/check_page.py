"""One page about one check, made from the check's own words and from the examples of its tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.render.markdown import code, escape
from bot.views.explain import SUBJECT
from bot.views.prose import SEVERITY, STATUS, listed, prose, sentence
from checks.cause_graph import FAULTS, LEADS
from checks.finding import build
from checks.model import Check, Finding, Kind, Outcome, Status
from tests.checks.samples import NOW
from tests.checks.test_outcomes import target_of, verdicts

ROOT = Path(__file__).parents[2]
FIELDS: Mapping[str, tuple[str, ...]] = {
    "dns.apex_www": ("hosts.www",),
    "dns.dangling": ("hosts.purpose", "product.brand_domains"),
    "dns.disagree": ("hosts.edge",),
    "dns.expected": ("hosts.expect",),
    "dns.ttl": ("product.stage",),
    "edge.fronted": ("hosts.edge",),
    "edge.not_blocking": ("links.kind", "monitors.endpoint", "monitors.flow"),
    "edge.origin_exposed": ("hosts.edge", "hosts.origin"),
    "edge.private_not_cached": ("hosts.private_paths",),
    "edge.rate_limit": ("hosts.intrusive", "links.kind", "monitors.flow"),
    "edge.ssl_mode": ("hosts.edge", "hosts.origin"),
    "exp.admin": ("hosts.admin_paths", "hosts.purpose"),
    "exp.login_return": ("hosts.intrusive", "links.kind"),
    "exp.sourcemap": ("hosts.source_public",),
    "hdr.basics": ("monitors.url",),
    "mail.bulk_rules": ("mail.per_day", "mail.aligned"),
    "mail.dkim": ("mail.selectors", "mail.retired_selectors"),
    "mail.dmarc": ("mail.sends", "mail.aligned"),
    "mail.mx": ("mail.sends",),
    "mail.spf": ("mail.sends",),
    "mail.spf_senders": ("mail.senders",),
    "mail.from_domain": ("mail.name", "product.brand_domains"),
    "perf.error_rate": ("monitors.every",),
    "perf.p95": ("monitors.endpoint", "monitors.flow", "product.kind", "product.has_ai"),
    "redir.canonical": ("product.canonical", "product.brand_domains"),
    "redir.hops": ("product.canonical",),
    "redir.keeps_path": ("product.brand_domains", "links.kind"),
    "redir.map": ("redirects.from", "redirects.to", "redirects.reason", "links.kind", "links.to"),
    "redir.permanent": ("product.brand_domains", "redirects.permanent"),
    "sec.env_contract": ("code.settings", "code.contract", "code.variables"),
    "sec.logs": ("code.logs",),
    "sec.repo": ("code.path", "code.history", "code.ignore", "code.baseline"),
    "seo.indexing": ("hosts.purpose",),
    "tls.every_route": ("links.url",),
    "tls.hsts": ("product.stage",),
    "up.http": ("monitors.url", "monitors.expect", "monitors.slow_after"),
    "web.dev_urls": ("hosts.purpose",),
    "web.placeholder": ("hosts.purpose",),
}
"""What of launch.yml changes what a check looks at or how it judges; a check that is not here needs no line."""
MANY_LOOKS = "It rests on many tries, or on what lies here already: a second look would see the same, so there is none."
NEEDED = {
    "product": ("domain",),
    "code": (),
    "hosts": ("name",),
    "mail": ("name",),
    "monitors": ("name", "url"),
    "links": ("url",),
    "redirects": ("from", "to"),
}
"""What an entry of a section cannot do without."""
SECOND_LOOK = (
    "A bad answer is looked at once more by another way before it is said, and two looks that disagree are no fault but"
    " something that could not be seen."
)


@dataclass(frozen=True)
class Example:
    """An answer as it would be read, about made-up names."""

    code: str
    outcome: Outcome
    finding: Finding


def page(check: Check) -> str:
    """The whole page of one check."""
    first, _, rest = check.why.partition("\n\n")
    examples = _examples(check)
    usual, worst = SEVERITY[check.severity].lower(), SEVERITY[check.worst].lower()
    lines = [f"# {escape(check.title)}\n"]
    lines.append(f"`{check.id}` · {SUBJECT[check.kind]} · usually {usual}, never worse than {worst}\n")
    lines.append(f"**{inline(flowing(first))}** " + inline(flowing(rest.strip())) + "\n")
    lines.append(f"## How it is measured\n\n{inline(sentence(check.measured))} It looks at {SUBJECT[check.kind]}.\n")
    lines.append("Look at this alone, or read this page in the terminal:\n")
    lines.append(f"```text\nlaunch check --only {check.id}\nlaunch explain {check.id}\n```\n")
    lines.append(f"See it without us (with your own names):\n\n```text\n{examples[0].finding.verify}\n```\n")
    lines += _table(examples)
    lines.append("Names and values in the examples below are made up.\n")
    lines += [_section(example) for example in examples if _needs_a_hand(example.outcome)]
    lines += _quiet(check, examples)
    lines += _causes(check.id)
    lines += _to_write(check)
    lines.append("## Where it comes from\n")
    lines += [f"- <{url}>" for url in check.links]
    lines.append(f"\nIt serves {listed(check.requirements, 20)}. [All checks](../checks.md)")
    return "\n".join(lines) + "\n"


def _examples(check: Check) -> list[Example]:
    """Every answer, the gravest first."""
    said = verdicts(check)
    assert set(said) == set(check.outcomes), f"{check.id} needs a case for each of its answers"
    examples = [
        Example(name, outcome, build(check, target_of(check), said[name], at=NOW))
        for name, outcome in check.outcomes.items()
    ]
    return sorted(examples, key=_rank)


def _rank(example: Example) -> tuple[int, int]:
    order = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.NA, Status.PASS)
    return order.index(example.outcome.status), example.outcome.severity.rank


def _needs_a_hand(outcome: Outcome) -> bool:
    return outcome.status.bad or outcome.status is Status.UNKNOWN


def _table(examples: Iterable[Example]) -> list[str]:
    rows = [
        f"| `{each.code}` | {STATUS[each.outcome.status].lower()} | {_severity(each.outcome)} |" for each in examples
    ]
    return ["## What it can say\n", "| code | answer | severity |\n|---|---|---|", *rows, ""]


def _severity(outcome: Outcome) -> str:
    return SEVERITY[outcome.severity].lower() if outcome.status.bad else ""


def _section(example: Example) -> str:
    """One answer that asks for something: what it says, what customers feel, what to do."""
    outcome, finding = example.outcome, example.finding
    worth = " · ".join(filter(None, (STATUS[outcome.status], _severity(outcome))))
    lines = [f"### {example.code}\n", f"{worth}. For example:\n", f"> {inline(finding.summary)}\n"]
    if outcome.breaks:
        lines.append("Customers cannot get through: on a host of log-in, sign-up or payment it is a blocker.\n")
    if finding.impact:
        felt = "What customers feel" if outcome.status.bad else "What it means"
        lines.append(f"**{felt}.** {inline(sentence(finding.impact))}\n")
    lines += [f"{number}. {inline(step)}" for number, step in enumerate(finding.fix, start=1)]
    return "\n".join(lines) + "\n"


def _quiet(check: Check, examples: Iterable[Example]) -> list[str]:
    """Answers that raise no alarm, with what may be added to launch.yml for more."""
    lines = ["## What is no alarm\n", f"{inline(no_alarm()[check.id])}\n"]
    lines.append(f"{SECOND_LOOK if check.again else MANY_LOOKS}\n")
    for example in examples:
        if not _needs_a_hand(example.outcome):
            status = STATUS[example.outcome.status].lower()
            lines.append(f"- `{example.code}` ({status}): {inline(example.finding.summary)}")
            lines += [f"  - {inline(step)}" for step in example.finding.fix]
    return [*lines, ""]


def _causes(id: str) -> list[str]:
    """What its failures may follow from, and what may follow from them, with links; nothing where it stands alone."""
    pairs = {(lead.check, lead.to) for lead in LEADS}
    for fault in FAULTS:
        seats = [check for check, _ in fault]
        pairs |= {(near, far) for place, near in enumerate(seats) for far in seats[place + 1 :]}
    before = sorted({near for near, far in pairs if far == id and near != id})
    after = sorted({far for near, far in pairs if near == id and far != id})
    lines = []
    if before:
        lines.append(f"A failure here may only follow from {_linked(before)}. Then it is told below that cause.\n")
    if after:
        lines.append(f"What it finds may be the cause of what {_linked(after)} find{'s' * (len(after) == 1)}.\n")
    return ["## What hangs together with it\n", *lines] if lines else []


def _linked(ids: list[str]) -> str:
    return listed(tuple(f"[`{id}`]({id}.md)" for id in ids), 30)


def _to_write(check: Check) -> list[str]:
    """What launch.yml may say about it: fields with their meaning, as a part of a file that is read."""
    lines = ["## What to write in launch.yml\n"]
    fields = FIELDS.get(check.id, ())
    if fields:
        lines += [f"- `{path}`: {inline(described(path))}" for path in fields]
        lines.append(f"\n```yaml\n{snippet(fields)}```\n")
    else:
        lines.append("Nothing is needed.\n")
    lines.append("To call its findings less bad, or to switch it off:\n")
    return [*lines, f"```yaml\nchecks:\n  {check.id}: {{severity: low}}      # or {{enabled: false}}\n```\n"]


@cache
def no_alarm() -> Mapping[str, str]:
    """What looks like a fault and is none, by check."""
    loaded = YAML(typ="safe", pure=True).load(Path(__file__).with_name("no_alarm.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def _schema() -> Mapping[str, Mapping[str, str]]:
    """Meaning of each field, by section and name in the file."""
    from bot.config import schema

    models = {
        "product": schema.Product,
        "hosts": schema.Host,
        "links": schema.Link,
        "redirects": schema.Redirect,
        "mail": schema.MailDomain,
        "monitors": schema.Monitor,
        "code": schema.Code,
    }
    return {
        section: {field.alias or name: field.description or "" for name, field in model.model_fields.items()}
        for section, model in models.items()
    }


def described(path: str) -> str:
    """What a field means, in the schema's words. Raises `KeyError` for one that does not exist."""
    section, _, name = path.partition(".")
    return _schema()[section][name]


@cache
def _whole_file() -> dict[str, Any]:
    loaded = YAML(typ="safe", pure=True).load((ROOT / "launch.example.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def snippet(paths: Iterable[str]) -> str:
    """The part of launch.example.yml that fills these fields; in lists the entry that has most of them."""
    wanted: dict[str, list[str]] = {}
    for path in paths:
        section, _, name = path.partition(".")
        wanted.setdefault(section, []).append(name)
    lines: list[str] = []
    for section, names in wanted.items():
        keys = list(dict.fromkeys((*NEEDED[section], *names)))
        entries = _whole_file()[section]
        if section in ("product", "code"):
            lines += [f"{section}:", *(f"  {key}: {flow(entries[key])}" for key in keys)]
            continue
        found = max(entries["domains"] if section == "mail" else entries, key=lambda one: sum(k in one for k in keys))
        assert all(key in found for key in keys), f"launch.example.yml shows no {section} with {keys}"
        indent = "    " if section == "mail" else "  "
        head = ["mail:", "  domains:"] if section == "mail" else [f"{section}:"]
        marks = (f"{indent}- ", *[f"{indent}  "] * len(keys))
        shown = [f"{mark}{key}: {flow(found[key])}" for mark, key in zip(marks, keys, strict=False)]
        lines += [*head, *shown]
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """A value of YAML on one line."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.sort_base_mapping_type_on_output = True, 10_000, False  # type: ignore[assignment]
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue().removesuffix("...\n").strip()


def flowing(text: str) -> str:
    """Paragraphs on one line."""
    return " ".join(text.split())


def inline(text: str) -> str:
    """Words with their `ticked` parts as code, everything else as plain text."""
    return "".join(escape(span) if isinstance(span, str) else code(span.text) for span in prose(text))


def opened(text: str, kind: Kind) -> str:
    """Words of an outcome table before they are filled."""
    name = "app.example.com" if kind in (Kind.HOST, Kind.MONITOR) else "example.com"
    for hole, value in (("{host}", name), ("{name}", name), ("{url}", f"https://{name}/")):
        text = text.replace(hole, value)
    return re.sub(r"\{[a-z0-9_]+\}", "…", text)

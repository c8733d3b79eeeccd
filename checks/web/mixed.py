"""Everything on your pages comes over the safe connection.

A page can be safe itself and still load a script, a font or a form target over the old, readable way. Browsers block
such scripts without a word, so a button does nothing, or they warn before a form is sent. We read pages and style
sheets the way a browser does.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks import firewall
from checks.assets import assets
from checks.insecure_parts import Part, of_css, of_script, parts, upgraded
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check
from checks.site_files import Served, own, served, unseen
from checks.urls import host_of

MAX_SHEETS = 5
REPAIR = (
    "In the source of {file} write {part} with https:// in front, or its path alone if it is on your own site.",
    "If the other side has no https, keep a copy on your own site or use another service.",
    "Publish, then run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Everything that {host} loads comes over https"),
    "ok_upgraded": Outcome(
        Status.PASS, "{host} names parts over http, but tells browsers to fetch them over https: {part}"
    ),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}; there is nothing to load"),
    "form_not_safe": Outcome(
        Status.FAIL,
        "A form on {host} sends what visitors type over an unsafe connection: {part}",
        impact="Browsers warn before sending, and others in the same network could read it: passwords, addresses.",
        fix=REPAIR,
        severity=Severity.HIGH,
        breaks=True,
        runbook="missing_environment_variable",
    ),
    "blocked_part": Outcome(
        Status.FAIL,
        "A part of {host} is blocked by browsers, because it comes over an unsafe connection: the {what} {part}",
        impact="What that part does is missing on the page: a menu, a checkout, the look of it.",
        fix=REPAIR,
        severity=Severity.HIGH,
        breaks=True,
        runbook="missing_environment_variable",
    ),
    "unsafe_pictures": Outcome(
        Status.WARN,
        "Pictures or sounds on {host} are named over an unsafe connection: {part}",
        impact="Most browsers repair it by themselves; where the other side has no https, they stay empty.",
        fix=REPAIR,
        severity=Severity.LOW,
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "Nothing unsafe in what could be read of {host}, but some files did not answer: {unread}",
        impact="Nothing is proven about the others.",
        fix=("Open the named addresses in a browser: do they answer?", "Run this check again."),
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read the pages of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Pages and scripts of a host, and the style sheets of its pages."""

    served: Served
    sheets: tuple[Exchange, ...] = ()


@check(
    "web.mixed",
    title="No unsafe parts in safe pages",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("EDGE-9",),
    measured=(
        "We read the start page, the monitored pages, their own scripts and style sheets, and collect what a browser"
        " would load or send over http. What scripts put together while they run is not seen."
    ),
    verify="curl -sS {file} | grep -noE '(src|href|action)=.?http://[^ >]*'",
    links=(
        "https://www.w3.org/TR/mixed-content/",
        "https://developer.mozilla.org/en-US/docs/Web/Security/Mixed_content",
    ),
)
async def mixed(target: Target, probe: Probe) -> Verdict:
    """The pages and scripts that other checks read too, and up to five style sheets."""
    found = await served(target, probe)
    wanted: dict[str, None] = {}
    for page in found.pages:
        for asset in assets(page.text, page.url):
            if asset.kind == "css" and asset.url.startswith("https://") and own(host_of(asset.url), target.inventory):
                wanted.setdefault(asset.url)
    sheets = [await probe.get(url) for url in list(wanted)[:MAX_SHEETS]]
    return judge(Facts(found, tuple(sheets)), agent=firewall.agent(target.inventory))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """Forms first, then what browsers block, then pictures; a page may have told browsers to repair all of it."""
    found = facts.served
    seen: dict[str, Json] = {"file": found.chains[0].start, "url": found.chains[0].start}
    bad: list[tuple[Part, str]] = []
    repaired: list[tuple[Part, str]] = []
    for page in (page for page in found.pages if page.url.startswith("https://")):
        (repaired if upgraded(page) else bad).extend((part, page.url) for part in parts(page))
    everywhere = bool(found.pages) and all(upgraded(page) for page in found.pages)
    rest = [(part, sheet.url) for sheet in facts.sheets if sheet.status == 200 for part in of_css(sheet.text)]
    rest += [(part, file.url) for file in found.files[len(found.pages) :] for part in of_script(file.text)]
    (repaired if everywhere else bad).extend(rest)
    for kind, code in (("form", "form_not_safe"), ("active", "blocked_part"), ("passive", "unsafe_pictures")):
        worst = [(part, file) for part, file in bad if part.kind == kind]
        if worst:
            return Verdict(code, seen | _told(worst))
    nothing = unseen(found, agent=agent)
    if nothing is not None:
        return Verdict(nothing.code, seen | dict(nothing.seen))
    unread = (*found.unread, *(sheet.url for sheet in facts.sheets if sheet.fault is not None))
    if unread:
        return Verdict("read_in_part", seen | {"unread": unread[:5]})
    return Verdict("ok_upgraded", seen | _told(repaired)) if repaired else Verdict("ok", seen)


def _told(found: list[tuple[Part, str]]) -> dict[str, Json]:
    part, file = found[0]
    return {
        "part": part.url,
        "what": part.what,
        "file": file,
        "found": tuple(f"{each.what} {each.url} in {at}" for each, at in found[:10]),
    }

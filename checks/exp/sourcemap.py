"""Your readable source code is not published by accident.

Scripts are packed before they are published. A source map is the way back: with it anybody reads your code as you
wrote it, with comments and names. That is helpful for finding errors, and fine for open source, but often a surprise.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks import firewall
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check
from checks.secret_keys import secrets
from checks.site_files import Served, own, served, unseen
from checks.source_map import SourceMap, inside, named, read
from checks.urls import host_of

MAX_MAPS = 5
HIDE = (
    "In the build settings choose hidden source maps (Vite: build.sourcemap 'hidden'; Next.js:"
    " productionBrowserSourceMaps false; webpack: hidden-source-map)."
)
KEEP = "If your error tracker needs the maps, upload them there and do not publish files that end with .map."
AGAIN = "Publish, then run this check again. If it is on purpose, write `source_public: true` at {host} in launch.yml."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The source code of {host} is not published beside its scripts"),
    "public_on_purpose": Outcome(Status.PASS, "The source code of {host} is published, on purpose"),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}; it has no scripts of its own"),
    "source_readable": Outcome(
        Status.WARN,
        "Your readable source code can be downloaded from {host} ({count} files, such as {example})",
        impact="Nothing breaks. Strangers read how the product works, with every comment in it.",
        fix=(HIDE, KEEP, AGAIN),
        severity=Severity.MEDIUM,
    ),
    "secret_in_source": Outcome(
        Status.FAIL,
        "A {key_name} stands in the source code that {host} publishes: {shown} in {file}",
        impact="Anyone who finds it can act with it as if they were you, until it is replaced.",
        fix=("Replace it now: {step} ({url}). It has been public, so it is known.", HIDE, KEEP, AGAIN),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "No source code in what could be read of {host}, but some files did not answer: {unread}",
        impact="Nothing is proven about the others.",
        fix=("Open the named addresses in a browser: do they answer?", "Run this check again."),
    ),
    "blocked_by_firewall": Outcome(
        Status.UNKNOWN,
        "Your own firewall turned this bot away from {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=firewall.ALLOW_STEPS,
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read the scripts of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The scripts of a host, and what stands at the addresses of their maps."""

    served: Served
    maps: tuple[Exchange, ...] = ()
    on_purpose: bool = False


@check(
    "exp.sourcemap",
    title="Source code stays at home",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.BLOCKER,
    requirements=("SEC-2", "EXP-4"),
    measured=(
        "For up to five of your scripts we ask for the map that they name, or that usually lies beside them. Only a"
        " file that is a source map counts; we then look for keys in it."
    ),
    verify="curl -sS {file} | head -c 300",
    links=("https://tc39.es/ecma426/", "https://web.dev/articles/source-maps"),
)
async def sourcemap(target: Target, probe: Probe) -> Verdict:
    """The scripts that other checks read too, and one address for the map of each."""
    inventory = target.inventory
    found = await served(target, probe)
    wanted: dict[str, None] = {}
    for script in [file for file in found.scripts if 200 <= file.status < 300][:MAX_MAPS]:
        address = named(script) or script.url.partition("?")[0] + ".map"
        if address != "data:" and own(host_of(address), inventory) and address.startswith("https://"):
            wanted.setdefault(address)
    maps = [await probe.get(url) for url in wanted]
    purpose = any(host.source_public for host in inventory.hosts if host.name == target.host)
    return judge(Facts(found, tuple(maps), purpose), agent=firewall.agent(inventory))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """A key in the code first, whatever is on purpose; then readable code of one's own."""
    found = facts.served
    seen: dict[str, Json] = {"file": found.chains[0].start, "url": found.chains[0].start}
    maps = _maps(facts)
    for file, each in maps:
        for key in secrets(each.text):
            words: dict[str, Json] = {"key_name": key.name, "shown": key.shown, "file": file, "step": key.step}
            return Verdict("secret_in_source", seen | words | {"url": key.url or "where it was made"})
    readable = [(file, each) for file, each in maps if each.content and each.own]
    if readable:
        names = tuple(dict.fromkeys(name for _file, each in readable for name in each.own))
        told: dict[str, Json] = {"file": readable[0][0], "count": len(names), "example": names[0][-80:]}
        return Verdict("public_on_purpose" if facts.on_purpose else "source_readable", seen | told)
    nothing = unseen(found, agent=agent)
    if nothing is not None:
        return Verdict(nothing.code, seen | dict(nothing.seen))
    unread = (*found.unread, *(each.url for each in facts.maps if each.fault is not None))
    return Verdict("read_in_part", seen | {"unread": unread[:5]}) if unread else Verdict("ok", seen)


def _maps(facts: Facts) -> list[tuple[str, SourceMap]]:
    texts = [(each.url, each.text) for each in facts.maps if each.status == 200]
    texts += [(file.url, inside(file)) for file in facts.served.files[len(facts.served.pages) :]]
    return [(url, found) for url, text in texts if (found := read(text)) is not None]

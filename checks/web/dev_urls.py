"""The live site talks to live systems, not to a developer's laptop or the test shop.

While a product is built, its pages call the developer's own machine, a test server or the payment company's test mode.
If one such address stays in the code, it works for the developer and for nobody else. We read what visitors get and
look for those addresses where they are used, not where a library merely mentions them.
"""

from __future__ import annotations

from checks import firewall
from checks.dev_addresses import DEV_TOOLS, Found, Own, in_code, in_markup, payment_keys
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.probe import Probe
from checks.registry import check
from checks.site_files import Served, served, unseen

SET_IT = (
    "At your host open the environment variables of production and set the public address of your API (it is often"
    " called NEXT_PUBLIC_API_URL, VITE_API_URL or PUBLIC_URL)."
)
PUBLISH = "Publish again: such values are put into the page while it is built. Then run this check again."

OUTCOMES = {
    "ok": Outcome(
        Status.PASS, "Nothing that {host} hands out ({read}) leads to a developer's machine or a test system"
    ),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}; there is nothing to read"),
    "developers_machine": Outcome(
        Status.FAIL,
        "The live site {host} talks to a developer's machine: {address} in {file}",
        impact="What needs that address works on the developer's computer and fails for every customer.",
        fix=(SET_IT, PUBLISH),
        severity=Severity.BLOCKER,
        runbook="missing_environment_variable",
    ),
    "test_system": Outcome(
        Status.FAIL,
        "The live site {host} leads to a test system: {address} in {file}",
        impact="Customers sign up or order in the test system; you will not find them in the real one.",
        fix=(SET_IT, PUBLISH),
        severity=Severity.BLOCKER,
        runbook="missing_environment_variable",
    ),
    "test_payment_key": Outcome(
        Status.FAIL,
        "You cannot take money: the live site {host} uses the payment company's test key ({shown} in {file})",
        impact="Real cards are refused, and only test cards work.",
        fix=(
            "At Stripe switch from test mode to live mode and copy the key that begins with pk_live_.",
            "Set it at your host in the environment variables of production, together with its secret partner.",
            PUBLISH,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="checkout_broken",
    ),
    "both_payment_keys": Outcome(
        Status.WARN,
        "The live site {host} carries the payment company's test key beside the live one ({shown} in {file})",
        impact="If the wrong one is chosen, customers cannot pay.",
        fix=("Buy something with a real card and refund it.", "Remove the test key from what is published.", PUBLISH),
        severity=Severity.MEDIUM,
    ),
    "development_build": Outcome(
        Status.FAIL,
        "{host} serves the developers' version of the site ({sign} in {file})",
        impact="Pages are slow and break easily; it shows strangers how the site is built.",
        fix=("Publish a production build (often: npm run build) instead of the development server.", PUBLISH),
        severity=Severity.BLOCKER,
        runbook="bad_deploy",
    ),
    "fallback_only": Outcome(
        Status.WARN,
        "If one setting is missing, the live site {host} talks to {address} ({file})",
        impact="Nothing today, if the setting is there. If it gets lost, the site fails for every customer.",
        fix=("Remove that fallback from the code: a missing setting should stop the build.", SET_IT, PUBLISH),
        severity=Severity.LOW,
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "No such address in {read} of {host}, but some could not be read: {unread}",
        impact="Nothing is proven about the others.",
        fix=("Open the named addresses in a browser: do they answer?", "Run this check again."),
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read what {host} hands to visitors: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@check(
    "web.dev_urls",
    title="No test addresses in the live site",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("EXP-3", "EXP-4", "DNS-10", "REL-9"),
    measured=(
        "We read the start page, the monitored pages and up to 20 scripts of yours, and look for addresses of private"
        " networks, test hosts and test payment keys that the code uses. Defaults of known libraries do not count."
    ),
    verify="curl -sS {file} | grep -noE '(localhost|127.0.0.1|staging|pk_test_).{0,60}'",
    links=(
        "https://nextjs.org/docs/app/guides/environment-variables",
        "https://vite.dev/guide/env-and-mode",
        "https://docs.stripe.com/keys",
    ),
    applies=lambda target: target.environment == "production",
)
async def dev_urls(target: Target, probe: Probe) -> Verdict:
    """The pages and scripts that other checks read too."""
    inventory = target.inventory
    tests = frozenset(host.name for host in inventory.hosts if host.purpose in (Purpose.STAGING, Purpose.PREVIEW))
    own = Own((inventory.domain, *inventory.domains), tests)
    found = await served(target, probe)
    return judge(found, own, guide=target.purpose is Purpose.HELP, agent=firewall.agent(inventory))


def judge(found: Served, own: Own, *, guide: bool = False, agent: str = firewall.AGENT) -> Verdict:
    """Addresses that are used first, then payment keys, then what could not be read."""
    seen: dict[str, Json] = {
        "file": found.chains[0].start,
        "count": len(found.files),
        "read": found.counted,
        "left_out": found.left_out,
    }
    all_found = _addresses(found, own, guide=guide)
    for kind, code in (("machine", "developers_machine"), ("staging", "test_system")):
        used = [(each, url) for each, url in all_found if each.kind == kind]
        if used:
            told = tuple(f"{each.address} in {url}" for each, url in used[:10])
            return Verdict(code, seen | {"address": used[0][0].address, "file": used[0][1], "found": told})
    key = _payment_key(found)
    if key is not None and key.code == "test_payment_key":
        return Verdict(key.code, seen | dict(key.seen))
    for exchange in found.pages:
        tool = DEV_TOOLS.search(exchange.text)
        if tool:
            return Verdict("development_build", seen | {"sign": tool[0], "file": exchange.url})
    if key is not None:
        return Verdict(key.code, seen | dict(key.seen))
    if all_found:
        return Verdict("fallback_only", seen | {"address": all_found[0][0].address, "file": all_found[0][1]})
    nothing = unseen(found, agent=agent)
    if nothing is not None:
        return Verdict(nothing.code, seen | dict(nothing.seen))
    return Verdict("read_in_part", seen | {"unread": found.unread[:5]}) if found.unread else Verdict("ok", seen)


def _addresses(found: Served, own: Own, *, guide: bool) -> list[tuple[Found, str]]:
    pages = [(each, page.url) for page in found.pages for each in in_markup(page.text, own, guide=guide)]
    inside = [
        (each, page.url) for page in found.pages for script in _scripts(page.text) for each in in_code(script, own)
    ]
    scripts = found.files[len(found.pages) :]
    return [*pages, *inside, *((each, script.url) for script in scripts for each in in_code(script.text, own))]


def _scripts(markup: str) -> list[str]:
    """The code inside a page's script tags."""
    parts = markup.split("<script")[1:200]
    return [part.partition(">")[2].partition("</script")[0] for part in parts]


def _payment_key(found: Served) -> Verdict | None:
    """A test key for payments; beside a live one it may be there for a reason."""
    test, live = payment_keys(exchange.text for exchange in found.files)
    if not test:
        return None
    file = next(exchange.url for exchange in found.files if test in exchange.text)
    return Verdict(
        "both_payment_keys" if live else "test_payment_key", {"shown": f"{test[:12]}…{test[-2:]}", "file": file}
    )

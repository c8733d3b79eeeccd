"""No secret key stands in what every visitor downloads.

Everything in a page and its scripts can be read by anybody, however hidden it looks. A payment or database key in
there gives strangers what only your server should be able to do. Some keys are made for the page and fine there;
of those we only say which question to answer.
"""

from __future__ import annotations

from checks import firewall
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.probe import Probe
from checks.registry import check
from checks.secret_keys import Key, find
from checks.site_files import Served, served, unseen

OUTCOMES = {
    "ok": Outcome(Status.PASS, "No secret key in what {host} hands to visitors ({read})"),
    "ok_with_public_keys": Outcome(
        Status.PASS, "No secret key in what {host} hands to visitors; keys made for the page: {public}. {question}"
    ),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}; there is nothing to read"),
    "secret_in_page": Outcome(
        Status.FAIL,
        "A {key_name} is inside the public page: {shown} in {file}",
        impact="Anyone who opens the page can act with it as if they were you, until it is replaced.",
        fix=(
            "Replace it now: {step} ({url}). It has been public, so it is known.",
            "Then let only your server use the new one: move the call that needs it behind an address of your own.",
            "Names that begin with NEXT_PUBLIC_, VITE_ or REACT_APP_ put a value into the page: rename the setting.",
            "Publish again, then run this check again.",
        ),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "No secret key in {read} of {host}, but some could not be read: {unread}",
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
    "exp.bundle_secrets",
    title="No secret keys in the page",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("SEC-2",),
    measured=(
        "We read the start page, the monitored pages and up to 20 scripts of yours, and look for the forms of keys of"
        " some 40 services. No service is asked whether a key works. Scripts that load later are not seen."
    ),
    verify="curl -sS {file} | grep -nE 'sk_live_|service_role|PRIVATE KEY'",
    links=(
        "https://docs.stripe.com/keys",
        "https://supabase.com/docs/guides/api/api-keys",
        "https://firebase.google.com/docs/projects/api-keys",
    ),
)
async def bundle_secrets(target: Target, probe: Probe) -> Verdict:
    """The pages and scripts that other checks read too."""
    return judge(await served(target, probe), agent=firewall.agent(target.inventory))


def judge(found: Served, *, agent: str = firewall.AGENT) -> Verdict:
    """A secret first, then whether all was read, then the keys that are fine with a question."""
    seen: dict[str, Json] = {
        "file": found.chains[0].start,
        "count": len(found.files),
        "read": found.counted,
        "left_out": found.left_out,
    }
    keys: dict[str, tuple[Key, str]] = {}
    for exchange in found.files:
        for key in find(exchange.text):
            keys.setdefault(key.text, (key, exchange.url))
    secret = [(key, url) for key, url in keys.values() if key.secret]
    if secret:
        key, url = secret[0]
        told = tuple(f"{each.name}: {each.shown} in {at}" for each, at in secret[:10])
        words: dict[str, Json] = {"key_name": key.name, "shown": key.shown, "file": url, "step": key.step}
        return Verdict("secret_in_page", seen | words | {"url": key.url or "where it was made", "found": told})
    nothing = unseen(found, agent=agent)
    if nothing is not None:
        return Verdict(nothing.code, seen | dict(nothing.seen))
    if found.unread:
        return Verdict("read_in_part", seen | {"unread": found.unread[:5]})
    public = {key.name: key.step for key, _url in keys.values()}
    if public:
        return Verdict("ok_with_public_keys", seen | {"public": tuple(public), "question": next(iter(public.values()))})
    return Verdict("ok", seen)

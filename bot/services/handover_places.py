"""The parts of a handover about places: where everything is, its records, redirects, edge, certificates, mail."""

from __future__ import annotations

from bot.domain.handover import Line, Origin, Part, Rows
from bot.domain.runbook.known import FIELDS
from bot.services.handover_known import Sources, answered, question, seen, wrote
from bot.services.runbook_places import NONE, ROLES, fact_of, providers_of
from checks.model import Finding
from checks.providers import find

_DOMAIN = "product: {domain: example.com}"
_TO_WRITE = {
    "dns": 'inventories: {accounts: [{name: "Cloudflare (DNS)", for: [dns]}]}',
    "registrar": 'inventories: {accounts: [{name: "Namecheap (domain)", for: [registrar]}]}',
    "host": "deploy: {runs_on: Vercel}",
    "edge": "hosts: [{name: example.com, edge: cloudflare}]",
    "mail": "mail: {domains: [{name: example.com, senders: [Postmark]}]}",
    "payments": "inventories: {accounts: [{name: Stripe, for: [payments]}]}",
    "errors": "inventories: {accounts: [{name: Sentry, for: [errors]}]}",
}


def where(known: Sources) -> Part:
    """Where the code lives, where it runs, which address is production."""
    inventory = known.config.inventory
    lines = [answered(known, "code_link", "deploy: {code: https://github.com/acme/shop}")]
    in_file = providers_of(known.config, {}, {})
    lines += [_provider(known, role, in_file=bool(in_file[role].name)) for role in ROLES]
    lines += [
        answered(known, "database_where", "inventories: {places: {database: Supabase}}"),
        answered(known, "backup_where", 'inventories: {places: {backups: "…"}}'),
        answered(known, "jobs_where", 'inventories: {places: {jobs: "…"}}'),
    ]
    hosts = inventory.hosts if inventory is not None else ()
    rows = tuple(
        (one.name, one.purpose.value, one.purpose.environment, one.service or "", one.owner or "") for one in hosts
    )
    canonical = (inventory.canonical or f"https://{inventory.domain}/") if inventory is not None else ""
    known_as = wrote("The address that customers know", "", "Which address do customers know?", _DOMAIN, link=canonical)
    return Part(
        "where",
        "Where Everything Is",
        "What runs where, and where to log in, so that nobody has to search in a hurry.",
        (known_as, *lines),
        Rows(("Host", "For", "Environment", "Customers call it", "Owner"), rows) if rows else None,
    )


def _provider(known: Sources, role: str, *, in_file: bool) -> Line:
    """Who offers it; where neither `launch.yml` nor a person names them, public evidence does."""
    label = FIELDS[fact_of(role)].label
    offer = known.offers.get(role)
    if offer is None or not (offer.name or offer.link):
        if offer is not None and offer.id == NONE:
            return Line(label, ("Nobody: nothing stands there.",), Origin.MEASURED, counts=NONE)
        return question(FIELDS[fact_of(role)].question, _TO_WRITE[role])
    support = (f"Help: {offer.support}",) if offer.support else ()
    told = known.told.get(fact_of(role))
    by = told is not None and told.value == offer.name
    origin = Origin.SAID if by else Origin.FILE if in_file else Origin.MEASURED
    return Line(
        label,
        (offer.name, *support) if offer.name else support,
        origin,
        at=told.at if by and told is not None else None,
        by=told.author if by and told is not None else "",
        link=offer.link,
        counts=offer.name if origin is Origin.MEASURED else "",
    )


def dns(known: Sources) -> Part:
    """Every record that somebody accepted, in plain words."""
    rows = tuple(
        (
            one.name,
            one.type,
            " ".join(one.values) or "none, on purpose",
            known.people.get(one.accepted_by, one.accepted_by),
            f"{one.at:%Y-%m-%d}",
        )
        for one in sorted(known.accepted, key=lambda one: (one.name, one.type))
    )
    lines = seen(known, "dns")
    if not rows:
        todo = "/launch dns accept" if known.report is not None else "/launch check"
        lines = (question("Are the records as they should be?", todo), *lines)
    return Part(
        "dns",
        "The Domain and Its Records",
        "DNS is the address book of the internet. These are the entries as they should be; the bot tells each change.",
        lines,
        Rows(("Name", "Type", "Leads to", "Accepted by", "On"), rows) if rows else None,
    )


def redirects(known: Sources) -> Part:
    """The redirect map, with why each line exists."""
    inventory = known.config.inventory
    rules = inventory.redirects if inventory is not None else ()
    links = inventory.links if inventory is not None else ()
    rows = tuple(
        (one.source, one.target, "for good" if one.permanent else "for now", one.reason or "nobody has said")
        for one in rules
    ) + tuple((one.url, one.target or "a page that is there", one.kind, "a link that others keep") for one in links)
    lines = seen(known, "redir")
    if not rules:
        todo = 'redirects: [{from: /old, to: /new, reason: "moved in May"}]'
        lines = (*lines, question("Which old addresses must lead somewhere?", todo))
    return Part(
        "redirects",
        "Redirects",
        "Old addresses and links in mails must go on working, or customers land nowhere.",
        lines,
        Rows(("From", "To", "How long", "Why"), rows) if rows else None,
    )


def edge(known: Sources) -> Part:
    """What stands in front of the product, host by host."""
    found = known.of("edge")
    hosts = known.config.inventory.hosts if known.config.inventory is not None else ()
    rows = tuple(
        (one.name, _edge_of(one.name, one.edge, found), ", ".join(one.private_paths), ", ".join(one.admin_paths))
        for one in hosts
    )
    return Part(
        "edge",
        "What Stands in Front",
        "The service that answers first: it hides the server, keeps copies of pages, and turns attackers away.",
        seen(known, "edge"),
        Rows(("Host", "In front", "Never kept in a copy", "For the team only"), rows) if rows else None,
    )


def _edge_of(host: str, written: str, found: tuple[Finding, ...]) -> str:
    """As written down, else as it was seen."""
    if written:
        known = find("edges", written)
        return "nothing" if written == NONE else known.name if known is not None else written
    names = (one.seen.get("edge") for one in found if one.target == host)
    return next((str(one) for one in names if one), "not known")


def certificates(known: Sources) -> Part:
    """Which certificate each host has, and until when."""
    return Part(
        "certificates",
        "Certificates",
        "The lock in the browser. Where one runs out, every visitor sees a warning instead of your page.",
        seen(known, "tls"),
        confirms=False,
    )


def mail(known: Sources) -> Part:
    """Who may send mail in your name, and the proof that it counts as yours."""
    inventory = known.config.inventory
    domains = inventory.mail if inventory is not None else ()
    rows = tuple(
        (
            one.name,
            (", ".join(one.senders) or "nobody has said") if one.sends else "nobody: it never sends",
            ", ".join(one.selectors),
            {True: "proven by a test mail", None: "not proven yet", False: "no"}[one.aligned],
        )
        for one in domains
    )
    lines = [*seen(known, "mail")]
    lines += [
        question(f"Who sends mail for {one.name}?", f"mail: {{domains: [{{name: {one.name}, senders: [Postmark]}}]}}")
        for one in domains
        if one.sends and not one.senders
    ]
    return Part(
        "mail",
        "Mail",
        "Log-in links and receipts arrive only while these entries are right. Whoever is not listed must not send.",
        tuple(lines),
        Rows(("Domain", "Who sends", "Signed with", "Sender fits"), rows) if rows else None,
    )

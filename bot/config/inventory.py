"""From `launch.yml` to what checks read: an `Inventory` and the `Network` they look through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bot.config.flow_steps import flows_of, secrets_for
from bot.config.names import split_address
from bot.config.problems import ConfigError, Problem
from bot.config.registrable import registrable
from bot.config.variables import to_code
from checks import inventory as facts
from checks.measured import Budget, Speed
from checks.model import Purpose

if TYPE_CHECKING:
    from bot.config.monitors import Monitor
    from bot.config.records import Record
    from bot.config.schema import Host, LaunchFile

_ASKS_FOR_LOGIN = (*range(200, 300), 401, 403)
_ROOT_ANSWERS = {
    # An API has no homepage and a door with a lock may say so: that it answers is all that can be asked of its root.
    Purpose.API: (*_ASKS_FOR_LOGIN, 404, 405),
    Purpose.ADMIN: _ASKS_FOR_LOGIN,
    Purpose.AUTH: (*_ASKS_FOR_LOGIN, 404),
}


def network_of(file: LaunchFile) -> facts.Network:
    """How checks reach the world."""
    network = file.network
    return facts.Network(
        resolvers=tuple(split_address(resolver) for resolver in network.resolvers),
        ca_file=network.ca_file or "",
        ports=dict(network.ports),
        allow_private=network.allow_private,
        canaries=network.canaries,
        user_agent=network.user_agent or "",
        rate=network.rate,
        burst=network.burst,
        unlimited=frozenset(network.unlimited),
        rdap=network.rdap or "",
    )


def to_inventory(file: LaunchFile) -> facts.Inventory:
    """The product as written down. Raises `ConfigError` where the file names neither a product nor a host."""
    product = file.product
    if product is None and not file.hosts:
        raise ConfigError([Problem("the file names no product; add product.domain, or name a domain", file.path)])
    domain = product.domain if product else registrable(file.hosts[0].name)
    canonical = (product.canonical if product else None) or ""
    hosts = tuple(_host(file, host) for host in file.hosts) or (facts.Host(domain, Purpose.MARKETING),)
    monitors = file.monitors
    base = canonical or f"https://{domain}/"
    flows = flows_of(file, base, domain)
    return facts.Inventory(
        product=product_id(file, domain),
        domain=domain,
        canonical=canonical,
        hosts=hosts,
        domains=product.brand_domains if product else (),
        mail=_mail(file, domain),
        monitors=homepages(hosts)
        if monitors is None
        else tuple(_monitor(file, monitor, monitor.url, base) for monitor in monitors if monitor.url is not None),
        points=tuple(_point(file, monitor) for monitor in monitors or () if monitor.url is None),
        redirects=tuple(facts.RedirectRule(r.source, r.target, r.reason or "", r.permanent) for r in file.redirects),
        stage=product.stage if product else "launch",
        network=network_of(file),
        links=tuple(
            facts.Link(urljoin(base, link.url), link.kind, urljoin(base, link.target) if link.target else "")
            for link in file.links
        ),
        opt_in=frozenset(host.name for host in file.hosts if host.intrusive),
        has_ai=bool(product and product.has_ai),
        kind=(product.kind if product else None) or "",
        code=to_code(file.code),
        speed=Speed(Budget(file.speed.budget.scripts, file.speed.budget.total, file.speed.budget.requests)),
        flows=flows,
        secrets=secrets_for(flows),
    )


def product_id(file: LaunchFile, domain: str) -> str:
    """The product's short name: as written, else made from its name, else from its domain."""
    if file.product and file.product.id:
        return file.product.id
    return slug((file.product.name if file.product else None) or domain) or slug(domain)


def slug(text: str) -> str:
    """Lower-case letters, digits and dashes, at most 40 characters: `Acme Courses` becomes `acme-courses`."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:40].strip("-")


def homepages(hosts: tuple[facts.Host, ...]) -> tuple[facts.Monitor, ...]:
    """One monitor for the homepage of each production host, for products that list no monitors."""
    return tuple(
        facts.Monitor(
            name=host.name,
            url=f"https://{host.name}/",
            service=host.service,
            owner=host.owner,
            status=_ROOT_ANSWERS.get(host.purpose, ()),
            flow=host.flow or facts.FLOW_OF_PURPOSE.get(host.purpose, ""),
            critical=host.purpose in facts.CRITICAL_PURPOSES if host.critical is None else host.critical,
        )
        for host in hosts
        if host.purpose.environment == "production"
    )


def _owner(file: LaunchFile, owner: str | None, service: str | None) -> str:
    known = file.services.get(service or "")
    return owner or (known.owner if known else None) or ""


def _critical(file: LaunchFile, own: bool | None, service: str | None) -> bool | None:
    known = file.services.get(service or "")
    return own if own is not None else (known.critical if known else None)


def _host(file: LaunchFile, host: Host) -> facts.Host:
    return facts.Host(
        name=host.name,
        purpose=host.purpose,
        service=host.service or "",
        owner=_owner(file, host.owner, host.service),
        critical=_critical(file, host.critical, host.service),
        flow=host.flow or "",
        wants_www=host.www,
        expect=tuple(_record(record, host.name) for record in host.expect),
        edge=edge_id(host.edge or ""),
        private_paths=host.private_paths,
        admin_paths=host.admin_paths,
        origin=host.origin,
        source_public=host.source_public,
    )


def edge_id(text: str) -> str:
    """The id of the edge that a person means, `none` for nothing; what nobody knows here stays as it is written."""
    if not text or text.casefold() == "none":
        return text.casefold()
    from checks.providers import named

    found = named("edges", text)
    return found.id if found else text


def _record(record: Record, host: str) -> facts.Record:
    # The models cost a tenth of a second to build; whoever has no file does not pay for them.
    from bot.config.records import plain

    return facts.Record(
        type=record.type,
        name=record.name or host,
        equals=tuple(plain(record.type, value) for value in record.equals),
        contains=record.contains or "",
        cname_to=record.cname_to or "",
        proxied_by=edge_id(record.proxied_by or ""),
        any_in=record.any_in or "",
    )


def _mail(file: LaunchFile, domain: str) -> tuple[facts.MailDomain, ...]:
    if file.mail and file.mail.domains:
        return tuple(
            facts.MailDomain(
                mail.name,
                mail.sends,
                mail.aligned,
                senders=mail.senders,
                selectors=mail.selectors,
                per_day=mail.per_day,
                retired_selectors=mail.retired_selectors,
            )
            for mail in file.mail.domains
        )
    return (facts.MailDomain(domain),)


def _monitor(file: LaunchFile, monitor: Monitor, url: str, base: str) -> facts.Monitor:
    expect = monitor.expect
    critical = _critical(file, monitor.critical, monitor.service)
    return facts.Monitor(
        name=monitor.name,
        url=urljoin(base, url),
        service=monitor.service or "",
        owner=_owner(file, monitor.owner, monitor.service),
        interval=monitor.interval,
        status=expect.status,
        contains=expect.contains or "",
        absent=expect.absent or "",
        json_path=expect.json_value.path if expect.json_value else "",
        json_equals=expect.json_value.equals if expect.json_value else "",
        header=expect.header or "",
        final_host=expect.final_host or "",
        slow_after=monitor.slow_after,
        first_byte=expect.first_byte,
        flow=monitor.flow or "",
        critical=True if critical is None else critical,
        endpoint=monitor.endpoint or "",
    )


def _point(file: LaunchFile, monitor: Monitor) -> facts.Point:
    host, _, port = (monitor.tcp or monitor.certificate or "").rpartition(":")
    record = _record(monitor.record, "") if monitor.record is not None else None
    critical = _critical(file, monitor.critical, monitor.service)
    beat = monitor.heartbeat
    return facts.Point(
        name=monitor.name,
        kind=monitor.kind,
        host=host or (record.name if record is not None else ""),
        port=int(port or 0),
        record=record,
        interval=monitor.interval if beat is None else beat.every,
        grace=0.0 if beat is None else beat.grace,
        longest=0.0 if beat is None else beat.longest or 0.0,
        service=monitor.service or "",
        owner=_owner(file, monitor.owner, monitor.service),
        critical=True if critical is None else critical,
    )

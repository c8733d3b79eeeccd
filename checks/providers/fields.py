"""What the keys of the data files mean, by kind. A key that is not here is refused when a file is read."""

from __future__ import annotations

from typing import Literal

Shape = Literal["text", "texts", "flag", "pairs", "ranges", "pattern"]

COMMON: dict[str, Shape] = {
    "id": "text",  # lower-case letters, digits and dashes
    "name": "text",
    "as_of": "text",  # year and month as of which it was written down: 2026-11
    "source": "text",  # where it can be looked up
    "group": "text",  # entries that are kept up to date together
    "aliases": "texts",  # what people call it besides its name
    "url": "text",  # where its customers log in, or where the setting is
    "note": "text",  # one sentence for a person
}
FIELDS: dict[str, dict[str, Shape]] = {
    "edges": {
        "ranges": "ranges",  # addresses of its servers
        "complete": "flag",  # the ranges are all of them, so another address is surely not behind it
        "headers": "pairs",  # response header, and what it contains ("" for anything)
        "cname": "texts",  # names that customers' names are aliases of
        "ns": "texts",  # names of its name servers
        "cas": "texts",  # CAA values of the authorities that it uses
        "absorbs": "flag",  # it stands in front of servers and absorbs floods
        "platform": "flag",  # it also runs the application, so there is no server behind it to hide
        "cache": "text",  # response header that tells about its cache
        "hit": "texts",  # values of that header for "from the cache", lower case
        "ttl": "text",  # TTL in seconds that it sets by itself for proxied names
    },
    "mail": {
        "spf": "texts",  # names that customers include
        "ranges": "ranges",  # addresses it sends from, where customers list them instead
        "selectors": "texts",  # DKIM selectors that it uses, stars allowed
        "dkim": "texts",  # names that its DKIM selectors are aliases of
        "mx": "texts",  # names of its mail servers
        "bounces": "texts",  # names that return-path subdomains are aliases of
        "reports": "texts",  # domains that take DMARC reports for customers
        "subdomain": "flag",  # its SPF belongs on a subdomain for bounces, not on the domain itself
    },
    "hosts": {
        "cname": "texts",  # names that customers' names are aliases of
        "ranges": "ranges",  # addresses that customers' names point at
        "dev": "texts",  # domains of preview deployments
        "cas": "texts",  # CAA values of the authorities that it uses
        "gone": "texts",  # text of its page for a name that nobody uses
        "gone_status": "text",  # and the status of that page
        "claim": "text",  # may a stranger take the name: yes, proof (only with a TXT record), no
        "shared": "flag",  # its front door answers every Host: trying its address says nothing
        "placeholder": "texts",  # text of a page before anything is published
        "record": "text",  # the record that it asks customers to make, for a person
    },
    "registrars": {
        "ns": "texts",  # names of its name servers, stars allowed
        "rdap": "texts",  # how registries name it
        "dns_url": "text",  # where its customers edit records
        "parking": "texts",  # text of its parking page
        "flattens": "flag",  # an alias at the root of a domain is turned into addresses
        "sells": "flag",  # it sells domains; without it, it only serves DNS
    },
    "registries": {
        "zones": "texts",  # the last labels of the domains it keeps
        "base": "text",  # base URL of its RDAP service
    },
    "authorities": {
        "caa": "texts",  # values of issue= and issuewild= that allow it
        "issuer": "texts",  # text in the issuer's name of its certificates, lower case
        "addresses": "texts",  # domains of the addresses inside its certificates
    },
    "keys": {
        "pattern": "pattern",  # regular expression, at most 300 characters
        "kind": "text",  # secret, or public (by design)
        "unless": "pattern",  # what of its form is no secret: emulators' keys, passwords of manuals
        "dense": "flag",  # each match has 20 letters, digits, _ or - in a row; its fixed word at most 24 before them
        "wide": "flag",  # the same with 32 in a row, +, / and = among them, and its fixed word at most 48 before them
        "proof": "text",  # what besides its form a real one has: crc32, der, mixed
        "test": "flag",  # it opens a test system only
        "contains": "texts",  # literal text that every match has: looked for before the pattern is tried
        "rotate": "text",  # first step for a person
        "ask": "text",  # for public ones: the question to answer
    },
    "platforms": {
        "generator": "texts",  # beginning of <meta name="generator">, lower case
        "headers": "pairs",  # response header, and what it contains
        "markers": "texts",  # text in its pages
        "admin": "texts",  # paths of its administration
        "login": "texts",  # paths of its login page
        "closed": "texts",  # text of its page while it is closed to the public
        "placeholder": "texts",  # text of a page before anything is published
    },
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "edges": (),
    "mail": (),
    "hosts": (),
    "registrars": (),
    "registries": ("zones", "base"),
    "authorities": ("caa", "issuer"),
    "keys": ("pattern", "kind"),
    "platforms": (),
}

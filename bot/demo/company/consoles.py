"""Plain consoles of the company's providers, in which a person repairs what is broken, like they would for real."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from bot.demo.company import dns
from bot.demo.company.state import (
    APP,
    DKIM,
    DMARC,
    DOMAIN,
    MAILER,
    OLD,
    SPF,
    Deploy,
    Record,
    State,
    healthy_certificate,
    utc_now,
)

STYLE = """
:root{color-scheme:light dark;--ink:#1d2330;--paper:#fff;--soft:#f3f5f9;--line:#d5dae4;--accent:#2257c5}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf2;--paper:#14171d;--soft:#1d222b;--line:#343b48;--accent:#8fb2ff}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
nav{background:var(--soft);border-bottom:1px solid var(--line);padding:.7rem 1.5rem;display:flex;gap:1.2rem;flex-wrap:wrap}
nav b{margin-right:1rem}nav a[aria-current]{font-weight:700;text-decoration:none;color:inherit}a{color:var(--accent)}
main{max-width:64rem;margin:0 auto;padding:1rem 1.5rem 4rem}table{border-collapse:collapse;width:100%;margin:1rem 0}
.wide{overflow-x:auto}th,td{text-align:left;padding:.5rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.value{font-family:ui-monospace,monospace;font-size:.88rem;word-break:break-all}
fieldset{border:1px solid var(--line);border-radius:10px;margin:1rem 0;padding:1rem}legend{font-weight:700;padding:0 .4rem}
input,select,button{font:inherit;padding:.4rem .6rem;border:1px solid var(--line);border-radius:7px;background:var(--paper);
color:inherit}button{cursor:pointer}button.main{background:var(--accent);color:var(--paper);border-color:transparent}
form.line{display:flex;gap:.6rem;flex-wrap:wrap;align-items:end}label{display:grid;gap:.2rem;font-size:.9rem}
.said{background:var(--soft);border-left:4px solid var(--accent);padding:.7rem 1rem;border-radius:4px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
"""
TITLES = {
    "dns": "Namewell · DNS records",
    "host": "Hostling · Deploys and servers",
    "edge": "Edgeway · Edge and certificates",
    "mail": "Mailer · Sending domain",
}
TYPES = ("A", "AAAA", "CNAME", "MX", "TXT", "CAA")
MAX_RECORDS = 200


class Refused(Exception):
    """The console says why it will not do that."""


def page(name: str, state: State, said: str = "") -> str:
    """One console as HTML; `said` is the outcome of the last action."""
    body = {"dns": _dns, "host": _host, "edge": _edge, "mail": _mail}[name](state)
    links = "".join(
        f'<a href="/_company/console/{key}"{" aria-current=page" if key == name else ""}>{title.split(" · ")[0]}</a>'
        for key, title in TITLES.items()
    )
    note = f'<p class="said" role="status">{html.escape(said)}</p>' if said else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLES[name]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><nav><b>Marigold's providers</b>{links}</nav><main><h1>{TITLES[name]}</h1>{note}{body}</main></body></html>"
    )


def act(name: str, state: State, form: Mapping[str, str]) -> str:
    """Do what the form asks and say what was done. Raises Refused."""
    action = ACTIONS.get((name, form.get("do", "")))
    if action is None:
        raise Refused("This console has no such action.")
    return action(state, form)


def _button(name: str, do: str, label: str, *, main: bool = False, **values: str) -> str:
    hidden = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in values.items())
    look = ' class="main"' if main else ""
    return (
        f'<form method="post" action="/_company/console/{name}"><input type="hidden" name="do" value="{do}">{hidden}'
        f"<button{look}>{html.escape(label)}</button></form>"
    )


def _dns(state: State) -> str:
    rows = "".join(
        f'<tr><td>{html.escape(r.name)}</td><td>{r.type}</td><td class="value">{html.escape(r.value)}</td><td>{r.ttl} s</td>'
        f"<td>{_button('dns', 'delete', 'Delete', record=f'{r.type} {r.name} {r.value}')}</td></tr>"
        for r in state.records
    )
    options = "".join(f"<option>{kind}</option>" for kind in TYPES)
    return (
        f"<p>Zone of {DOMAIN}. A change is live at once.</p><div class=wide><table><thead><tr><th>Name<th>Type<th>Value"
        f"<th>TTL<th></tr></thead><tbody>{rows}</tbody></table></div>"
        '<fieldset><legend>Add a record</legend><form class="line" method="post" action="/_company/console/dns">'
        '<input type="hidden" name="do" value="add">'
        f'<label>Name<input name="name" placeholder="www, @ or {DOMAIN}" required></label>'
        f'<label>Type<select name="type">{options}</select></label>'
        '<label>Value<input name="value" size="44" required></label>'
        '<label>TTL in seconds<input name="ttl" type="number" value="300" min="30" max="604800"></label>'
        '<button class="main">Add record</button></form></fieldset>'
    )


def _add_record(state: State, form: Mapping[str, str]) -> str:
    name = form.get("name", "").strip().rstrip(".").lower()[:253]
    name = DOMAIN if name in ("@", "", DOMAIN) else name if name.endswith("." + DOMAIN) else f"{name}.{DOMAIN}"
    kind, value = form.get("type", ""), form.get("value", "").strip().strip('"')[:2000]
    if kind not in TYPES or not value:
        raise Refused("A record needs a type and a value.")
    if len(state.records) >= MAX_RECORDS:
        raise Refused("The zone is full.")
    ttl = form.get("ttl", "300")
    record = Record(name, kind, value, min(604800, max(30, int(ttl))) if ttl.isdigit() else 300)
    if trouble := dns.problem(record):
        raise Refused(trouble)
    others = [r for r in state.records if r.name == name]
    if others and "CNAME" in (kind, *(r.type for r in others)):
        raise Refused(f"{name} has other records; a CNAME must stand alone.")
    if any((r.type, r.value) == (kind, value) for r in others):
        raise Refused("That record is there already.")
    state.records.append(record)
    return f"Added {kind} {name}."


def _delete_record(state: State, form: Mapping[str, str]) -> str:
    wanted = form.get("record", "")
    kept = [r for r in state.records if f"{r.type} {r.name} {r.value}" != wanted]
    if len(kept) == len(state.records):
        raise Refused("That record is gone already.")
    state.records = kept
    return f"Deleted {' '.join(wanted.split()[:2])}."


def _host(state: State) -> str:
    running = "running" if state.running else "stopped"
    count = len(state.deploys)
    rows = "".join(
        f"<tr><td>{html.escape(d.version)}</td><td>{html.escape(d.note)}</td><td>{d.author}</td>"
        f"<td>{d.at:%d %b %H:%M} UTC</td><td>"
        + ("live" if i == count - 1 else _button("host", "promote", "Roll back to this", index=str(i)))
        + "</td></tr>"
        for i, d in reversed(list(enumerate(state.deploys)))
    )
    return (
        f"<fieldset><legend>Server</legend><p>The server is <b>{running}</b>, with {state.instances} "
        f"{'instance' if state.instances == 1 else 'instances'}.</p>"
        + (_button("host", "stop", "Stop") if state.running else _button("host", "start", "Start", main=True))
        + _button("host", "scale", "Scale to 2 instances" if state.instances < 2 else "Scale to 1 instance")
        + "</fieldset><fieldset><legend>Settings</legend><p>SESSION_COOKIE_SECURE is <b>"
        + ("true" if state.secure_cookies else "false")
        + "</b></p>"
        + _button("host", "cookies", "Set to false" if state.secure_cookies else "Set to true")
        + "".join(
            f"<p>{label} is <b>{values[getattr(state, key)]}</b></p>"
            + _button("host", "setting", f"Set to {values[not getattr(state, key)]}", setting=key)
            for key, (label, values) in SETTINGS.items()
        )
        + "</fieldset><h2>Deploys</h2><div class=wide><table><thead><tr><th>Version<th>Note<th>By<th>When<th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _start(state: State, _form: Mapping[str, str]) -> str:
    state.running = True
    return "The server is running."


def _stop(state: State, _form: Mapping[str, str]) -> str:
    state.running = False
    return "The server is stopped."


def _scale(state: State, _form: Mapping[str, str]) -> str:
    state.instances = 2 if state.instances < 2 else 1
    return f"Running on {state.instances} instance{'s' if state.instances > 1 else ''}."


def _cookies(state: State, _form: Mapping[str, str]) -> str:
    state.secure_cookies = not state.secure_cookies
    return f"SESSION_COOKIE_SECURE is {'true' if state.secure_cookies else 'false'}; the shop was restarted."


SETTINGS = {
    "hidden_from_search": ("DISCOURAGE_SEARCH_ENGINES", ("false", "true")),
    "settings_public": ("PUBLISHED_FOLDER", ("public", "the whole project")),
    "test_payments": ("PAYMENT_MODE", ("live", "test")),
    "staging_signup": ("PUBLIC_APP_URL", (f"https://{APP}", f"https://staging.{DOMAIN}")),
}
"""Settings of the shop: what the console calls them, and their values, the right one first."""


def _setting(state: State, form: Mapping[str, str]) -> str:
    key = form.get("setting", "")
    if key not in SETTINGS:
        raise Refused("There is no such setting.")
    setattr(state, key, not getattr(state, key))
    label, values = SETTINGS[key]
    return f"{label} is {values[getattr(state, key)]}; the shop was restarted."


def _promote(state: State, form: Mapping[str, str]) -> str:
    index = form.get("index", "")
    if not index.isdigit() or int(index) >= len(state.deploys):
        raise Refused("There is no such deploy.")
    old: Deploy = state.deploys[int(index)]
    state.deploys.append(replace(old, note=f"Back to {old.version}", at=utc_now()))
    del state.deploys[:-50]
    return f"{old.version} is live again."


SWITCHES = {
    "always_https": "Always use HTTPS",
    "hsts": "Send the strict-transport-security header",
    "www_redirect": f"Send www to {DOMAIN}",
    "assets_cached": "Keep style sheets and pictures at the edge",
    "private_cached": "Rule “cache everything”: keep every page, whatever the server says",
    "old_permanent": f"Send {OLD} to {DOMAIN} for good (301 instead of 302)",
    "redirect_detour": "Rule “spring campaign”: count visitors over two extra addresses",
}
SSL_MODES = {"strict": "Full (strict)", "full": "Full", "flexible": "Flexible"}


def _edge(state: State) -> str:
    edge, certificate = state.edge, state.certificate
    modes = "".join(
        f'<option value="{key}"{" selected" if edge.ssl_mode == key else ""}>{label}</option>'
        for key, label in SSL_MODES.items()
    )
    switches = "".join(
        f"<tr><td>{html.escape(label)}</td><td>{'on' if getattr(edge, key) else 'off'}</td>"
        f"<td>{_button('edge', 'switch', 'Turn off' if getattr(edge, key) else 'Turn on', rule=key)}</td></tr>"
        for key, label in SWITCHES.items()
    )
    return (
        f"<fieldset><legend>Certificate</legend><p>For {', '.join(certificate.covers)}<br>Valid "
        f"{certificate.not_before:%d %b %Y} to <b>{certificate.not_after:%d %b %Y}</b></p>"
        + _button("edge", "renew", "Renew now", main=True)
        + '</fieldset><fieldset><legend>SSL mode</legend><form class="line" method="post" action="/_company/console/edge">'
        f'<input type="hidden" name="do" value="mode"><label>Between edge and server<select name="mode">{modes}</select>'
        f"</label><button>Save</button></form></fieldset><h2>Rules</h2><table><tbody>{switches}</tbody></table>"
    )


def _renew(state: State, _form: Mapping[str, str]) -> str:
    state.certificate = healthy_certificate(utc_now())
    return "A new certificate is in place."


def _mode(state: State, form: Mapping[str, str]) -> str:
    mode = form.get("mode", "")
    if mode not in SSL_MODES:
        raise Refused("There is no such mode.")
    state.edge.ssl_mode = mode
    return f"SSL mode is {SSL_MODES[mode]}."


def _switch(state: State, form: Mapping[str, str]) -> str:
    name = form.get("rule", "")
    if name not in SWITCHES:
        raise Refused("There is no such rule.")
    setattr(state.edge, name, not getattr(state.edge, name))
    return f"{SWITCHES[name]}: {'on' if getattr(state.edge, name) else 'off'}."


def _mail(state: State) -> str:
    wanted = (
        (DOMAIN, "TXT", SPF, "who may send mail for you"),
        (f"_dmarc.{DOMAIN}", "TXT", DMARC, "what to do with forged mail"),
        (f"mg1._domainkey.{DOMAIN}", "TXT", DKIM, "the key of the seal on your mail"),
        (DOMAIN, "MX", f"10 mx1.{MAILER}", "where replies go"),
    )
    rows = "".join(
        f'<tr><td>{why}</td><td>{name}</td><td>{kind}</td><td class="value">{html.escape(value)}</td><td>'
        f"{'found' if any((r.name, r.type, r.value) == (name, kind, value) for r in state.records) else 'not found'}</td></tr>"
        for name, kind, value, why in wanted
    )
    extra = sum(r.name == DOMAIN and r.value.lower().startswith("v=spf1") for r in state.records)
    warning = f"<p><b>{extra} SPF records are published; only one is allowed.</b></p>" if extra > 1 else ""
    return (
        f'{warning}<p>Publish these at your DNS provider: <a href="/_company/console/dns">Namewell</a>.</p><div class=wide>'
        "<table><thead><tr><th>What for<th>Name<th>Type<th>Value<th>Now</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


ACTIONS: Mapping[tuple[str, str], Callable[[State, Mapping[str, str]], str]] = {
    ("dns", "add"): _add_record,
    ("dns", "delete"): _delete_record,
    ("host", "start"): _start,
    ("host", "stop"): _stop,
    ("host", "scale"): _scale,
    ("host", "setting"): _setting,
    ("host", "promote"): _promote,
    ("host", "cookies"): _cookies,
    ("edge", "renew"): _renew,
    ("edge", "mode"): _mode,
    ("edge", "switch"): _switch,
}


def location(name: str, said: str) -> str:
    """Where the browser goes after an action: the console again, with what was said."""
    return f"/_company/console/{name}?said={quote(said[:300])}"

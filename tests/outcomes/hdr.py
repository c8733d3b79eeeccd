"""What a host tells browsers about safety: its headers, and the marks of its log-in cookies."""

from __future__ import annotations

from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import route, shut
from tests.outcomes.world import APP, CHALLENGE, DOMAIN, HSTS, HTML, SAFE, shown
from tests.servers.http import Answer, Request

POLICY = "default-src 'self'; frame-ancestors 'none'"


def cookie(marks: str) -> Step:
    """The log-in page hands out a log-in cookie with these marks."""
    return route(APP, "/login", shown(page(text="Sign in"), ("set-cookie", f"session=1{marks}")))


def start(*headers: tuple[str, str]) -> Step:
    """The start page of the app comes with these headers and no others."""
    return route(APP, "/", Answer(body=page(text="Your orders of this week"), headers=(HTML, HSTS, *headers)))


def reflects(request: Request) -> Answer:
    """Whoever asks may read, with the visitor's log-in."""
    origin = request.header("origin")
    allowed = (("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")) if origin else ()
    return Answer(body=page(text="Sign in"), headers=(*SAFE, *allowed))


SCENARIOS = (
    Scenario(
        "The app sends every safety header, and the bare name only leads on",
        {f"hdr.basics {APP}": "ok", f"hdr.basics {DOMAIN}": "only_leads_on"},
    ),
    Scenario(
        "The app sends the important safety headers and leaves out the small ones",
        {f"hdr.basics {APP}": "ok_with_note"},
        start(("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")),
    ),
    Scenario(
        "The app lets every site read its answers with the visitor's log-in",
        {f"hdr.basics {APP}": "any_site_may_read"},
        route(APP, "/login", reflects),
    ),
    Scenario(
        "The log-in cookie may travel without https",
        {f"hdr.basics {APP}": "cookie_not_secure"},
        cookie("; HttpOnly; SameSite=Lax"),
    ),
    Scenario(
        "The log-in cookie can be read by scripts",
        {f"hdr.basics {APP}": "cookie_open_to_scripts"},
        cookie("; Secure; SameSite=Lax"),
    ),
    Scenario(
        "The log-in cookie says nothing about other sites",
        {f"hdr.basics {APP}": "cookie_without_same_site"},
        cookie("; Secure; HttpOnly"),
    ),
    Scenario(
        "The security policy has a colon where a space belongs",
        {f"hdr.basics {APP}": "policy_not_readable"},
        start(("x-content-type-options", "nosniff"), ("content-security-policy", POLICY.replace("src ", "src: "))),
    ),
    Scenario(
        "The app sends no safety header but HSTS",
        {f"hdr.basics {APP}": "switches_off"},
        start(),
    ),
    Scenario(
        "The firewall challenges the bot at every page of the app",
        {f"hdr.basics {APP}": "blocked_by_firewall"},
        route(APP, "*", CHALLENGE),
    ),
    Scenario(
        "Nothing listens where the headers should come from",
        {f"hdr.basics {APP}": "could_not_look"},
        shut(443),
    ),
)

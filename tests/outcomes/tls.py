"""Certificates and the secure connection: trust, end dates, versions, every further name, staying secure."""

from __future__ import annotations

import ssl

from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import network, records, route, serves, shows, shut, writes
from tests.outcomes.world import APP, CHALLENGE, DOMAIN, HTML, SHOWN, WWW, World, issued, shown, versions
from tests.servers.http import Answer, ConnectionFault
from tests.servers.tls import Authority, Credential, self_signed

LINKED = f"links.{DOMAIN}"
OLDEST, OLD, OLDER = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2
STS = "strict-transport-security"


def app(**codes: str) -> dict[str, str]:
    """Codes of the checks of the app, by the part behind the dot."""
    return {f"tls.{name} {APP}": code for name, code in codes.items()}


def routes(code: str) -> dict[str, str]:
    """The code about every further name of the domain."""
    return {f"tls.every_route {DOMAIN}": code}


def certificate(begun: float, left: float) -> Step:
    """The app's certificate began so many days ago and has so many left."""
    return shows(APP, lambda world: world.authority.issue(APP, days=(-begun, left)))


def middle(left: float) -> Step:
    """The certificate between the app's and the root has so many days left."""
    return shows(APP, lambda world: world.authority.intermediate(days=(-400, left)).issue(APP))


def left_over(world: World) -> Credential:
    """A whole chain, and beside it an older certificate in the middle that has run out."""
    good = world.authority.intermediate()
    expired = world.authority.intermediate(days=(-800, -5))
    credential = good.issue(APP)
    return credential.with_chain(*credential.chain, expired.certificate)


def by_a_leaf(world: World) -> Credential:
    """Signed with a certificate that may sign nothing."""
    leaf = world.authority.issue(WWW)
    signer = Authority(WWW, leaf.key, leaf.leaf, (leaf.leaf,))
    return signer.issue(APP)


def connection(fault: ConnectionFault) -> Step:
    """What happens at port 443 before any request."""
    return lambda world: setattr(world.web, "connection_fault", fault)


def one_visit(world: World) -> None:
    """Port 443 is shut as soon as somebody has come, as by a firewall that has seen enough."""
    configure = world.web.configure

    def and_stop(context: ssl.SSLContext) -> None:
        configure(context)
        world.web.stop_listening()

    world.web.configure = and_stop


def inspected(world: World) -> None:
    """Something between the bot and the internet shows certificates of its own, for a neutral site too."""
    proxy = Authority.make("Corp Inspection")
    world.zone.set("neutral.test", "A", "127.0.0.1")
    for name in (APP, "neutral.test"):
        world.web.credentials[name] = proxy.issue(name)
    world.network(canaries=("https://neutral.test/",))


def linking(host: str) -> Step:
    """The home page links there."""
    body = SHOWN.replace(b"</p>", f'<a href="https://{host}/">more</a></p>'.encode())
    return route(WWW, "/", shown(body))


def header(value: str) -> Step:
    """The app asks browsers for this."""
    return route(APP, "/", Answer(body=page(), headers=(HTML, (STS, value))))


TRUST = (
    Scenario(
        "The app's certificate is trusted, far from its end, over new TLS alone, and browsers stay secure",
        app(valid="ok", expiry="ok", protocol="ok", hsts="ok"),
    ),
    Scenario(
        "The app's certificate ran out three days ago",
        app(valid="expired", expiry="expired"),
        shows(APP, lambda world: world.authority.expired(APP)),
    ),
    Scenario(
        "The app's certificate is valid from next week on",
        app(valid="not_yet_valid"),
        shows(APP, lambda world: world.authority.not_yet_valid(APP)),
    ),
    Scenario(
        "The server made its own certificate",
        app(valid="self_signed"),
        shows(APP, lambda _world: self_signed(APP)),
    ),
    Scenario(
        "The server forgets the certificate in the middle",
        app(valid="incomplete_chain"),
        shows(APP, lambda world: world.authority.missing_intermediate(APP)),
    ),
    Scenario(
        "Nobody knows who issued the certificate",
        app(valid="unknown_issuer"),
        shows(APP, lambda _world: Authority.make("Stranger").intermediate().issue(APP)),
    ),
    Scenario(
        "The app shows the certificate of www",
        app(valid="wrong_host"),
        shows(APP, lambda world: issued(world.authority, WWW)),
    ),
    Scenario(
        "The key of the certificate has 1024 bits",
        app(valid="weak"),
        shows(APP, lambda world: world.authority.issue(APP, key="rsa1024")),
    ),
    Scenario(
        "The certificate was signed with one that may sign nothing",
        app(valid="not_trusted"),
        shows(APP, by_a_leaf),
    ),
    Scenario(
        "Port 443 speaks no TLS",
        app(valid="no_secure_connection"),
        connection(ConnectionFault.PLAINTEXT),
    ),
    Scenario(
        "Nobody listens at port 443",
        app(valid="not_reachable", expiry="not_reachable", protocol="not_reachable", hsts="could_not_look")
        | routes("could_not_look"),
        shut(443),
    ),
    Scenario(
        "A company's network opens every secure connection, that of a neutral site too",
        app(valid="intercepted"),
        inspected,
    ),
    Scenario(
        "The bot has no leave to contact private addresses, and the app has one",
        app(valid="could_not_look", expiry="could_not_look"),
        network(allow_private=False),
    ),
)
END = (
    Scenario("A certificate for a year has 25 days left", app(expiry="soon"), certificate(340, 25)),
    Scenario("A certificate for a year has 10 days left", app(expiry="very_soon"), certificate(355, 10)),
    Scenario("The renewal of a certificate for 90 days is overdue", app(expiry="renewal_overdue"), certificate(69, 21)),
    Scenario("The renewal of a certificate for 90 days has failed", app(expiry="renewal_failed"), certificate(80, 10)),
    Scenario("The certificate has two days left", app(expiry="last_days"), certificate(88, 2)),
    Scenario("The certificate in the middle has 20 days left", app(expiry="intermediate_soon"), middle(20)),
    Scenario("The certificate in the middle has 8 days left", app(expiry="intermediate_very_soon"), middle(8)),
    Scenario(
        "The certificate in the middle ran out two days ago",
        app(expiry="intermediate_expired", valid="expired"),
        middle(-2),
    ),
    Scenario(
        "A certificate in the middle that nobody needs any more has run out",
        app(expiry="intermediate_left_over", valid="ok"),
        shows(APP, left_over),
    ),
)
VERSIONS = (
    Scenario("The server speaks TLS 1.2 at most", app(protocol="no_newest"), versions(OLDER, OLDER)),
    Scenario("The server still accepts TLS 1.0", app(protocol="old_accepted"), versions(OLDEST)),
    Scenario("The server speaks nothing newer than TLS 1.1", app(protocol="only_old"), versions(OLDEST, OLD)),
    Scenario("A firewall shuts port 443 after the first visit", app(protocol="old_untested"), one_visit),
)
ROUTES = (
    Scenario("No page leads to a further name", routes("nothing_further")),
    Scenario(
        "The home page links to a further name in order",
        routes("ok"),
        linking(LINKED),
        serves(LINKED, shown(page())),
    ),
    Scenario(
        "The home page links to a name with a certificate for another one",
        routes("bad_certificate"),
        linking(LINKED),
        serves(LINKED, shown(page())),
        shows(LINKED, lambda world: issued(world.authority, APP)),
    ),
    Scenario("The home page links to a name that does not exist", routes("not_there"), linking(LINKED)),
    Scenario(
        "The home page links to a name at an address that no way leads to",
        routes("could_not_look"),
        linking(LINKED),
        records(LINKED, "A", "127.255.255.255"),
    ),
)
STAYING = (
    Scenario("The app does not ask browsers to stay secure", app(hsts="absent"), route(APP, "/", Answer(body=page()))),
    Scenario(
        "The app asks browsers to stay secure for five minutes, before the launch",
        app(hsts="short_for_now"),
        header("max-age=300"),
    ),
    Scenario(
        "The app asks browsers to stay secure for five minutes, after the launch",
        app(hsts="too_short"),
        header("max-age=300"),
        writes(stage="live"),
    ),
    Scenario("The app asks browsers to forget that it is secure", app(hsts="switched_off"), header("max-age=0")),
    Scenario("The header that asks to stay secure has a colon", app(hsts="malformed"), header("max-age: 1")),
    Scenario(
        "The firewall challenges the bot before it sees the header",
        app(hsts="blocked_by_firewall"),
        route(APP, "*", CHALLENGE),
    ),
)
SCENARIOS = (*TRUST, *END, *VERSIONS, *ROUTES, *STAYING)

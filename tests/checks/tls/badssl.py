"""Steps that make one host of a product as bad as a site of badssl.com."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.checks.samples import page
from tests.outcomes.scenario import Step
from tests.outcomes.steps import route, shows
from tests.outcomes.world import APP, DOMAIN, World, shown
from tests.servers.http import Answer, ConnectionFault
from tests.servers.tls import Authority, Credential

TLS12 = ssl.TLSVersion.TLSv1_2


def certificate(**more: object) -> Step:
    """The app shows a certificate like this."""
    return shows(APP, lambda world: world.authority.intermediate().issue(APP, **more))  # type: ignore[arg-type]


def ciphers(names: str, *, key: str = "rsa2048") -> Step:
    """The app speaks TLS 1.2 with these ciphers alone."""

    def configure(context: ssl.SSLContext) -> None:
        context.maximum_version = TLS12
        context.set_ciphers(f"{names}:@SECLEVEL=0")

    def step(world: World) -> None:
        world.web.credentials[APP] = rsa_leaf(world.authority, key)
        world.web.configure = configure

    return step


def refusing(
    names: str = "DEFAULT", oldest: ssl.TLSVersion = TLS12, newest: ssl.TLSVersion = TLS12, *, group: bool = False
) -> Step:
    """The app offers only what no browser takes, and says so by an alert, as servers do before they hang up.

    `group`: it has a good Diffie-Hellman group.
    """

    def step(world: World) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pem = Path(world.inventory.network.ca_file).with_name("refusing.pem")
        pem.write_bytes(rsa_leaf(world.authority, "rsa2048").pem)
        context.load_cert_chain(pem)
        if group:
            pem.write_text(ssl_parameters(good_group()))
            context.load_dh_params(pem)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = oldest, newest
        context.set_ciphers(f"{names}:@SECLEVEL=0")
        server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_serve, args=(server, context), daemon=True).start()
        world.stack.callback(server.close)
        world.stack.callback(server.shutdown, socket.SHUT_RDWR)
        world.network(ports={**world.inventory.network.ports, 443: server.getsockname()[1]})

    return step


def good_group() -> int:
    """The prime ffdhe2048 (RFC 7919 appendix A.1), by its formula."""
    e, term, number = 0, 1 << 2100, 1
    while term:
        e, term, number = e + term, term // number, number + 1
    return (1 << 2048) - (1 << 1984) + (((e >> (2100 - 1918)) + 560316) << 64) - 1


def ssl_parameters(prime: int) -> str:
    """The prime and the generator 2 as PEM text (PKCS #3)."""
    inside = b"\x02\x82\x01\x01" + prime.to_bytes(257) + b"\x02\x01\x02"
    der = b"\x30\x82" + len(inside).to_bytes(2) + inside
    lines = base64.encodebytes(der).decode()
    return f"-----BEGIN DH PARAMETERS-----\n{lines}-----END DH PARAMETERS-----\n"


def _serve(server: socket.socket, context: ssl.SSLContext) -> None:
    """One handshake after the other, until the listener is shut."""
    with contextlib.suppress(OSError):
        while True:
            connection, _address = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                context.wrap_socket(connection, server_side=True).close()


_MADE: dict[tuple[int, str], Credential] = {}


def rsa_leaf(authority: Authority, key: str) -> Credential:
    """Made once for each size: large keys take time."""
    if (id(authority), key) not in _MADE:
        _MADE[id(authority), key] = authority.intermediate().issue(APP, key=key)
    return _MADE[id(authority), key]


def sha1(*, leaf: bool) -> Callable[[World], None]:
    """A certificate signed with SHA-1, or one whose issuer was."""

    def step(world: World) -> None:
        root = Authority.make("Old Root", key="rsa2048")
        if leaf:
            world.web.credentials[APP] = root.issue(APP, hash="sha1")
        else:
            world.web.credentials[APP] = root.intermediate(hash="sha1").issue(APP)
        path = Path(world.inventory.network.ca_file)
        both = path.with_name("old-and-new.pem")
        both.write_bytes(world.authority.pem + root.pem)
        world.network(ca_file=str(both))

    return step


def forged(world: World) -> Credential:
    """One bit of the signature is another."""
    good = world.authority.issue(APP)
    der = bytearray(good.leaf.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return good.with_chain(x509.load_der_x509_certificate(bytes(der)))


def disorderly(world: World) -> Credential:
    """Two certificates in the middle, in the wrong order."""
    return world.authority.intermediate("Upper").intermediate("Lower").issue(APP).reversed()


def fault(kind: ConnectionFault) -> Step:
    """What happens at port 443 before any request."""
    return lambda world: setattr(world.web, "connection_fault", kind)


def body(text: str, *headers: tuple[str, str]) -> Step:
    """The start page of the app has this in it."""
    return route(APP, "/", shown(page().replace(b"</body>", text.encode() + b"</body>"), *headers))


def on_http(text: str) -> Step:
    """The app answers over http, with this on the page."""
    return route(APP, "*", Answer(body=page().replace(b"</body>", text.encode() + b"</body>")), secure=False)


def wants_a_client_certificate(world: World) -> None:
    """Visitors without a certificate of their own are let in and sent away with status 400."""

    def configure(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cafile=world.inventory.network.ca_file)

    world.web.configure = configure
    world.route(APP, "*", Answer(400, b"No required SSL certificate was sent"))


def below(name: str) -> Step:
    """The app's product has this host as well, with the app's wildcard certificate."""

    def step(world: World) -> None:
        world.zone.set(name, "A", "127.0.0.1")
        world.host(name)
        world.web.credentials[name] = world.authority.issue(f"*.{DOMAIN}")

    return step

"""checkdmarc on a local name server: `checkdmarc_peer.py PORT DOMAIN all|same`. Knows nothing of us.

`all` is its whole check; `same` only what the two mail checks of ours answer as well. Its DNSSEC check is left out: it
asks port 53 of the system's resolvers whatever it is told.
"""

from __future__ import annotations

import json
import socket
import sys
import time

_connect, _sendto = socket.socket.connect, socket.socket.sendto


def _inside(address: tuple[str, int]) -> None:
    if not str(address[0]).startswith("127."):
        raise OSError(f"{address} is not on this machine")


class Loopback(socket.socket):
    """No packet leaves the machine."""

    def connect(self, address):
        _inside(address)
        return _connect(self, address)

    def sendto(self, *args):
        _inside(args[-1])
        return _sendto(self, *args)


def main(port: str, domain: str, what: str) -> None:
    """Check once, and say what it took."""
    import checkdmarc
    import dns.resolver

    socket.socket.connect, socket.socket.sendto = Loopback.connect, Loopback.sendto
    checkdmarc.check_dnssec = lambda *_args, **_options: None
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], int(port)
    began, spent = time.perf_counter(), time.process_time()
    if what == "all":
        found = checkdmarc.check_domains([domain], resolver=resolver)
        spf, dmarc = found["spf"], found["dmarc"]
    else:
        spf = checkdmarc.check_spf(domain, resolver=resolver)
        dmarc = checkdmarc.check_dmarc(domain, resolver=resolver)
    took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - spent}
    lookups = spf.get("dns_lookups")
    print(json.dumps({**took, "lookups": lookups, "valid": bool(spf.get("valid") and dmarc.get("valid"))}))


if __name__ == "__main__":
    main(*sys.argv[1:])

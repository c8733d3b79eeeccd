"""Judging which versions of the secure connection a server speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.model import Status
from checks.net.facts import Fault, Peer, Reason
from checks.tls.protocol import OUTCOMES, Facts, judge
from tests.checks.samples import HOST, certificate, peer, refused

NEW = peer()
REFUSED = peer(fault=Fault(Reason.TLS, "tlsv1 alert protocol version"))


def at(version: str) -> Peer:
    """A handshake that ended at this version."""
    return replace(peer(), protocol=version)


def silence(reason: Reason) -> Peer:
    """No handshake at all."""
    return replace(peer(fault=Fault(reason)), protocol="")


REFUSAL = replace(REFUSED, protocol="")
CASES = {
    "ok": Facts(NEW, REFUSAL),
    "no_newest": Facts(at("TLSv1.2"), REFUSAL),
    "old_accepted": Facts(NEW, at("TLSv1.1")),
    "only_old": Facts(REFUSAL, at("TLSv1")),
    "old_untested": Facts(NEW, silence(Reason.UNSUPPORTED)),
    "not_reachable": Facts(silence(Reason.REFUSED), silence(Reason.REFUSED)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("reason", [Reason.TLS, Reason.RESET, Reason.PROTOCOL])
def test_an_alert_and_a_hang_up_are_both_a_refusal(reason):
    """Servers say no in different ways."""
    assert judge(Facts(NEW, silence(reason))).code == "ok"


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.BUDGET, Reason.UNREACHABLE, Reason.UNSUPPORTED])
def test_what_was_not_tried_is_not_green(reason):
    """A second handshake that never happened proves nothing."""
    assert OUTCOMES[judge(Facts(NEW, silence(reason))).code].status is Status.UNKNOWN


def test_an_untrusted_certificate_does_not_hide_the_old_version():
    """Who refuses the certificate has still seen which version was agreed on."""
    old = replace(peer(certificate(HOST), fault=refused(18)), protocol="TLSv1.1")
    assert judge(Facts(NEW, old)).code == "old_accepted"


def test_a_bad_certificate_is_left_to_its_own_check():
    """The version is fine although the certificate is not."""
    expired = replace(peer(certificate(HOST, left=-3), fault=refused(10)), protocol="TLSv1.3")
    assert judge(Facts(expired, REFUSAL)).code == "ok"


@pytest.mark.parametrize(("version", "name"), [("TLSv1", "TLS 1.0"), ("TLSv1.1", "TLS 1.1"), ("SSLv3", "SSL 3")])
def test_versions_are_named_as_people_write_them(version, name):
    """Not as a library spells them."""
    assert judge(Facts(NEW, at(version))).seen["old"] == name


def test_a_library_that_offered_a_newer_version_after_all_proves_nothing():
    """Nothing old was tried then."""
    assert judge(Facts(NEW, at("TLSv1.3"))).code == "old_untested"


@pytest.mark.parametrize("reason", [Reason.TLS, Reason.RESET])
def test_a_server_that_knows_only_old_versions_is_found_however_it_refuses(reason):
    """Some hang up without a word."""
    assert judge(Facts(silence(reason), at("TLSv1"))).code == "only_old"
    assert judge(Facts(silence(reason), silence(reason))).code == "not_reachable"

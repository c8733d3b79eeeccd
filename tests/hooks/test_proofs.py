"""Nobody is believed without the secret: wrong, missing, stale and forged proofs are refused, each with its reason."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.hooks import generic, gitlab, netlify, proofs, standards
from bot.adapters.hooks.base import TOLERANCE, Inbound, Refused, Verified, load
from tests.hooks.senders import BODY, KEY, NOW, SECRET, SIGNING, SOURCES, jws, request, secret_of, standard

TIMED = ("render", "standard", "generic")
"""Senders that sign a time."""


def refused(proof: object) -> str:
    """Why it was refused."""
    assert isinstance(proof, Refused), proof
    assert proof.status == 401
    assert proof.reason.endswith(".")
    return proof.reason


def with_headers(sent: Inbound, **changed: str | None) -> Inbound:
    """The request with headers changed, or without them."""
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    kept = {name: value for name, value in sent.headers.items() if name not in names}
    return Inbound(
        kept | {name: value for name, value in names.items() if value is not None},
        sent.body,
        sent.received_at,
        sent.token,
    )


@pytest.mark.parametrize("name", SOURCES)
def test_the_right_secret_is_believed_and_no_other(name: str) -> None:
    """Each sender's own proof; with another secret, or none, it is not believed."""
    source, sent = load()[name], request(name, BODY)
    assert isinstance(source.verify(sent, secret_of(name)), Verified)
    other = "whsec_" + base64.b64encode(bytes(32)).decode() if name in ("render", "standard") else "another"
    refused(source.verify(sent, other))
    assert "no secret yet" in refused(source.verify(sent, ""))
    assert "no secret yet" in refused(source.verify(sent, " , ,"))


@pytest.mark.parametrize("name", SOURCES)
def test_a_request_without_any_proof_is_refused(name: str) -> None:
    """Nor is one with an empty proof, or with one that cannot be read."""
    source, sent = load()[name], request(name, BODY)
    refused(source.verify(Inbound({}, BODY, NOW), secret_of(name)))
    for value in ("", " ", "=", "sha256=", "v1,", "Bearer", "Bearer ", "..", "a.b.c", "ü", "\udcff", "0" * 5000):
        broken = {header: value for header in sent.headers if header != "content-type"}
        refused(source.verify(Inbound(broken, BODY, NOW, ""), secret_of(name)))
        refused(source.verify(Inbound(broken, BODY, NOW, value), secret_of(name)))


@pytest.mark.parametrize("name", SOURCES)
def test_while_a_secret_is_replaced_both_are_believed(name: str) -> None:
    """Several secrets, separated by commas; which one was used is told."""
    source, mine = load()[name], secret_of(name)
    new = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode() if name in ("render", "standard") else "brand new"
    sent = request(name, BODY)
    assert source.verify(sent, mine) == source.verify(sent, f"{mine}, {new}")
    second = source.verify(sent, f"{new},{mine}")
    assert isinstance(second, Verified)
    assert second.secret == 1
    refused(source.verify(sent, new))


@pytest.mark.parametrize("name", TIMED)
def test_an_old_request_is_refused_where_its_time_is_signed(name: str) -> None:
    """Five minutes, before and after: no more, no less."""
    source, sent = load()[name], request(name, BODY)
    assert source.signs_time
    for away, fine in ((timedelta(0), True), (TOLERANCE, True), (TOLERANCE + timedelta(seconds=1), False)):
        for now in (NOW + away, NOW - away):
            proof = source.verify(Inbound(sent.headers, BODY, now, sent.token), secret_of(name))
            if fine:
                assert isinstance(proof, Verified)
                assert proof.signed_at == NOW
            else:
                assert "five minutes" in refused(proof)


@pytest.mark.parametrize("name", TIMED)
def test_a_time_that_was_put_forward_is_a_forgery(name: str) -> None:
    """The time is part of what is signed; what is no time is refused too."""
    source, sent = load()[name], request(name, BODY)
    header = "launch-timestamp" if name == "generic" else "webhook-timestamp"
    later = NOW + timedelta(hours=1)
    stamp = str(int(later.timestamp()))
    forged = Inbound(dict(sent.headers) | {header: stamp}, BODY, later)
    assert refused(source.verify(forged, secret_of(name))) == proofs.WRONG.reason
    for broken in ("", "soon", "-1", "1e9", "²", "9" * 12, "9" * 400, "1763640000.5", " "):
        proof = source.verify(Inbound(dict(sent.headers) | {header: broken}, BODY, NOW), secret_of(name))
        assert refused(proof) in (proofs.NO_TIME.reason, proofs.STALE.reason)


def test_senders_that_sign_no_time_say_so() -> None:
    """What cannot be verified is told, never passed over in silence."""
    for source in load().values():
        if not (source.signs_body and source.signs_time):
            assert source.missing
        if not source.signs_body:
            assert "body" in source.missing
        if not source.signs_time:
            assert "time" in source.missing


def test_the_specifications_own_example() -> None:
    """Standard Webhooks publishes one signature with its secret, id, time and body."""
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    now = datetime.fromtimestamp(1614265330, UTC)
    sent = Inbound(headers, b'{"test": 2432232314}', now)
    assert standards.verify(sent, secret) == Verified(0, now)
    assert standards.verify(sent, secret.removeprefix("whsec_")) == Verified(0, now)
    assert standards.delivery(sent) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_githubs_own_example() -> None:
    """GitHub's page on validating deliveries publishes one signature with its secret and body."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    sent = Inbound({"x-hub-signature-256": signature}, b"Hello, World!", NOW)
    assert load()["github"].verify(sent, "It's a Secret to Everybody") == Verified()
    for other in (signature[7:], signature.replace("sha256", "sha1"), signature.replace("=", ":")):
        again = Inbound({"x-hub-signature-256": other}, sent.body, NOW)
        refused(load()["github"].verify(again, "It's a Secret to Everybody"))


def test_one_right_signature_of_several_is_enough() -> None:
    """A sender that changes its secret signs with both; versions that are not known are passed over."""
    headers = standard(BODY, SIGNING.encode(), NOW)
    right, wrong = headers["webhook-signature"], "v1," + base64.b64encode(bytes(32)).decode()
    for several in (f"{wrong} {right}", f"v2,{right[3:]} v1a,AAAA {right}", f"{right} {wrong}"):
        sent = Inbound(headers | {"webhook-signature": several}, BODY, NOW)
        assert isinstance(standards.verify(sent, SIGNING), Verified)
    for none in (wrong, f"v2,{right[3:]}", f"v1a,{right[3:]}", right[3:], f"{wrong} " * 60 + right):
        sent = Inbound(headers | {"webhook-signature": none}, BODY, NOW)
        refused(standards.verify(sent, SIGNING))


def test_a_secret_that_is_no_base64_proves_nothing() -> None:
    """An empty or unreadable key would be a key that everybody knows."""
    sent = Inbound(standard(BODY, SIGNING.encode(), NOW), BODY, NOW)
    for secret in ("whsec_", "whsec_!", "whsec_ä", f"{SIGNING},whsec_"):
        assert "no whsec_" in refused(standards.verify(sent, secret))


def test_a_changed_id_is_a_forgery() -> None:
    """The id is signed: a replay cannot call itself new."""
    sent = Inbound(standard(BODY, SIGNING.encode(), NOW), BODY, NOW)
    refused(standards.verify(with_headers(sent, webhook_id="msg_another"), SIGNING))
    refused(standards.verify(with_headers(sent, webhook_id=None), SIGNING))


def test_an_id_that_cannot_be_shown_is_kept_as_its_digest() -> None:
    """It stays the same each time; two different ones stay two."""
    strange = [standards.delivery(Inbound({"webhook-id": name}, BODY, NOW)) for name in ("x" * 101, "x" * 102, "ü", "")]
    assert len(set(strange)) == 4
    assert all(one.startswith("sha256:") and len(one) < 100 for one in strange)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "RS256", "", None, 7])
def test_a_netlify_token_cannot_choose_its_algorithm(algorithm: Any) -> None:
    """HS256 is agreed; a token that says otherwise is refused even where its digest is right."""
    token = jws(BODY, SECRET.encode(), head={"alg": algorithm})
    refused(netlify.verify(Inbound({"x-webhook-signature": token}, BODY, NOW), SECRET))
    head, claims, _ = token.split(".")
    refused(netlify.verify(Inbound({"x-webhook-signature": f"{head}.{claims}."}, BODY, NOW), SECRET))


@pytest.mark.parametrize(
    "claims",
    [{"iss": "somebody"}, {"iss": None}, {"sha256": "00"}, {"sha256": ""}, {"sha256": None}, {"sha256": "é"}],
)
def test_a_netlify_token_must_be_of_netlify_and_of_this_body(claims: dict[str, Any]) -> None:
    """A token of the same secret for something else does not open this door."""
    refused(netlify.verify(Inbound({"x-webhook-signature": jws(BODY, SECRET.encode(), **claims)}, BODY, NOW), SECRET))


def test_gitlabs_signing_token_is_never_sent_along() -> None:
    """It proves by its signature alone; a plain token proves by itself alone."""
    signed = Inbound(standard(BODY, SIGNING.encode(), NOW), BODY, NOW)
    assert gitlab.verify(signed, SIGNING) == Verified(0, NOW)
    assert gitlab.delivery(signed) == signed.headers["webhook-id"]
    changed = Inbound(signed.headers, BODY + b" ", NOW)
    refused(gitlab.verify(changed, SIGNING))
    refused(gitlab.verify(Inbound({"x-gitlab-token": SIGNING}, BODY, NOW), SIGNING))
    refused(gitlab.verify(signed, SECRET))


def test_gitlabs_two_ways_side_by_side() -> None:
    """While a project changes from one to the other both are believed; a wrong signature is not saved by a token."""
    both = f"{SIGNING},{SECRET}"
    signed = standard(BODY, SIGNING.encode(), NOW)
    assert isinstance(gitlab.verify(Inbound(signed, BODY, NOW), both), Verified)
    assert isinstance(gitlab.verify(Inbound({"x-gitlab-token": SECRET}, BODY, NOW), both), Verified)
    refused(gitlab.verify(Inbound(signed | {"x-gitlab-token": SECRET}, BODY + b" ", NOW), both))


def test_alertmanager_by_header_or_by_address() -> None:
    """A bearer token where a header can be set, else the end of the address."""
    source = load()["alertmanager"]
    assert isinstance(source.verify(Inbound({}, BODY, NOW, SECRET), SECRET), Verified)
    assert isinstance(source.verify(Inbound({"authorization": f"bearer {SECRET}"}, BODY, NOW), SECRET), Verified)
    refused(source.verify(Inbound({"authorization": f"Basic {SECRET}"}, BODY, NOW), SECRET))
    refused(source.verify(Inbound({}, BODY, NOW, SECRET[:-1]), SECRET))


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in ("railway", "alertmanager")])
def test_the_end_of_the_address_proves_nothing_for_who_signs(name: str) -> None:
    """An address is written to logs; where a sender can do better it must."""
    refused(load()[name].verify(Inbound({}, BODY, NOW, secret_of(name)), secret_of(name)))


def test_ones_own_sender_by_bearer_token() -> None:
    """For whoever cannot sign; a signature that came along and is wrong is not saved by it."""
    bearer = {"authorization": f"Bearer {SECRET}"}
    assert generic.verify(Inbound(bearer, BODY, NOW), SECRET) == Verified()
    sent = request("generic", BODY)
    refused(generic.verify(Inbound({**sent.headers, **bearer}, BODY + b" ", NOW), SECRET))
    refused(generic.verify(with_headers(sent, launch_signature="sha1=" + "0" * 40), SECRET))


def test_deliveries_of_ones_own_sender() -> None:
    """The id in the body; else what was signed; with a bearer token each request is one of its own."""
    body = json.dumps({"version": "v43"}).encode()
    signed = request("generic", body)
    assert generic.delivery(signed) == generic.delivery(request("generic", body))
    assert generic.delivery(signed) != generic.delivery(request("generic", body, now=NOW + timedelta(seconds=1)))
    bearer = {"authorization": f"Bearer {SECRET}"}
    at = [Inbound(bearer, body, NOW + timedelta(microseconds=count)) for count in (0, 1)]
    assert generic.delivery(at[0]) != generic.delivery(at[1])
    named = json.dumps({"id": "build-7", "version": "v43"}).encode()
    assert {generic.delivery(Inbound(bearer, named, one.received_at)) for one in at} == {"id:build-7"}


def test_what_a_shared_address_says_twice_is_one_delivery() -> None:
    """Railway gives no id: its body is what is known."""
    railway = load()["railway"]
    assert railway.delivery(request("railway", BODY)) == railway.delivery(request("railway", BODY))
    assert railway.delivery(request("railway", BODY)) != railway.delivery(request("railway", BODY + b" "))


def test_herokus_attempts_are_one_delivery() -> None:
    """Each attempt has an id of its own in the body; the event behind them has one."""
    heroku = load()["heroku"]

    def attempt(name: str, event: str) -> str:
        metadata = {"attempt": {"id": name}, "event": {"id": event}}
        return heroku.delivery(request("heroku", json.dumps({"webhook_metadata": metadata}).encode()))

    assert attempt("a", "e") == attempt("b", "e") == "e"
    assert attempt("a", "e") != attempt("a", "f")


def test_the_oracle_is_not_the_bot() -> None:
    """The tests sign by themselves: the same key gives what Python's own library gives."""
    [signature] = [standard(BODY, SIGNING.encode(), NOW)["webhook-signature"]]
    signed = f"msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.{int(NOW.timestamp())}.".encode() + BODY
    assert base64.b64decode(signature[3:]) == hmac.new(KEY, signed, hashlib.sha256).digest()

"""Facts as JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.codec import Fact, decode, encode
from checks.net.facts import Chain, ChainEnd, DnsAnswer, DnsStatus, Exchange, Fault, Peer, Phases, Reason

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.sampled_from([UTC, UTC]), min_value=datetime(1970, 1, 1)))
st.register_type_strategy(bytes, st.binary(max_size=40))


@given(st.one_of([st.from_type(kind) for kind in get_args(Fact)]))
def test_every_fact_survives_the_way_there_and_back(fact: Fact) -> None:
    """Through real JSON text, nothing lost and nothing added."""
    again = decode(json.loads(json.dumps(encode(fact))))
    assert again == fact
    assert type(again) is type(fact)


def test_a_fact_reads_well_as_a_fixture() -> None:
    """Text stays text, defaults are left out."""
    exchange = Exchange("https://a.test/", status=200, headers=(("x", "y"),), body="grüezi".encode())
    assert encode(exchange) == {
        "fact": "Exchange",
        "url": "https://a.test/",
        "status": 200,
        "headers": [["x", "y"]],
        "body": {"text": "grüezi"},
    }
    assert encode(Fault(Reason.DNS)) == {"fact": "Fault", "reason": "dns"}
    assert encode(DnsAnswer("a.test", "A", "", DnsStatus.NODATA))["status"] == "nodata"


def test_facts_within_facts() -> None:
    """A chain holds exchanges, which hold faults and phases."""
    inner = Exchange("http://a.test/", phases=Phases(dns=1.5), fault=Fault(Reason.TLS, "refused", 10), body=b"\xff")
    chain = Chain("http://a.test/", (inner,), ChainEnd.FAULT)
    assert decode(encode(chain)) == chain


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"fact": "Nothing"},
        {"fact": "Fault"},
        {"fact": "Fault", "reason": "new"},
        {"fact": "Fault", "reason": "dns", "more": 1},
        {"fact": "Fault", "reason": "dns", "verify_code": "ten"},
        {"fact": "Exchange", "url": "x", "headers": [["only name"]]},
        {"fact": "Exchange", "url": "x", "body": {"base64": "?"}},
        {"fact": "Exchange", "url": "x", "body": "text"},
        {"fact": "Peer", "host": "x"},
        {"fact": "Peer", "host": "x", "address": "", "port": 1, "verified": True, "chain": "abc"},
    ],
)
def test_what_is_no_fact_is_refused(data: object) -> None:
    """A damaged fixture says so instead of becoming half a fact."""
    with pytest.raises(ValueError, match="this is no"):
        decode(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)
    )
)
def test_any_json_is_a_fact_or_refused(data: object) -> None:
    """Only ValueError comes out."""
    for kind in ("Exchange", "Peer", "DnsAnswer"):
        with pytest.raises(ValueError, match="this is no"):
            decode({"fact": kind, "url": data, "chain": data, "status": data})


def test_a_peer_keeps_its_missing_skew() -> None:
    """None and 0.0 are different facts."""
    without = Peer("a.test", "127.0.0.1", 443, verified=True)
    level = Peer("a.test", "127.0.0.1", 443, verified=True, server_time_skew_s=0.0)
    assert decode(encode(without)) == without
    assert decode(encode(level)) == level

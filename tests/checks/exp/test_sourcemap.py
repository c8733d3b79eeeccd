"""Finding source maps by what is in them, and leaving libraries and error pages alone."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.exp.sourcemap import OUTCOMES, Facts, judge
from checks.net.facts import Reason
from checks.site_files import Served
from checks.source_map import inside, named, read
from tests.checks.planted import SECRETS, script, site, visited
from tests.checks.samples import HOST, chain, exchange, silent
from tests.growth import LARGE, slow_pieces

URL = f"https://{HOST}/assets/app0.js.map"


def mapped(*names: str, content: str = "export const a = 1", **more: object) -> str:
    """A source map of these files."""
    return json.dumps(
        {"version": 3, "sources": names, "sourcesContent": [content for _ in names], "mappings": "A"} | more
    )


def at(text: str, status: int = 200) -> Facts:
    """A script whose map answers so."""
    return Facts(site("start()"), (exchange(URL, status, body=text.encode()),))


OWN = mapped("webpack://shop/src/checkout.ts")
CASES = {
    "ok": at("not found", 404),
    "public_on_purpose": Facts(site("start()"), at(OWN).maps, on_purpose=True),
    "only_leads_on": Facts(Served(HOST, (chain(f"https://{HOST}/", "https://www.example.test/"),))),
    "source_readable": at(OWN),
    "secret_in_source": at(mapped("src/a.ts", content=f'const k = "{SECRETS["stripe-secret"]}"')),
    "read_in_part": Facts(site("start()"), (silent(URL, Reason.TIMEOUT),)),
    "blocked_by_firewall": Facts(site(status=403, server="cloudflare")),
    "could_not_look": Facts(Served(HOST, (visited(fault=silent("", Reason.TIMEOUT).fault),))),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    "text",
    [
        "<!doctype html><title>Shop</title><div id=root></div>",
        '{"error":"not found"}',
        '{"version":"1.2.3","name":"app"}',
        "",
        mapped("node_modules/react/index.js", "webpack/bootstrap"),
        json.dumps({"version": 3, "sources": ["src/a.ts"], "mappings": "A"}),
    ],
)
def test_what_gives_nothing_of_ones_own_away_is_in_order(text):
    """Start pages, error objects, maps of libraries, maps without text."""
    assert judge(at(text)).code == "ok"


def test_a_secret_counts_even_where_the_source_is_public_on_purpose():
    """Open source is no place for keys."""
    maps = CASES["secret_in_source"].maps
    assert judge(Facts(site("start()"), maps, on_purpose=True)).code == "secret_in_source"


def test_a_map_inside_the_script_counts_and_so_does_one_cut_off():
    """Packed into the last line, or longer than we read."""
    packed = base64.b64encode(OWN.encode()).decode()
    code = f"start()\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{packed}"
    assert judge(Facts(site(code))).code == "source_readable"
    assert inside(script(0, code)) == OWN
    assert judge(at(mapped("src/a.ts", content="x" * 5000)[:-2000])).code == "source_readable"
    sections = json.dumps({"version": 3, "sections": [{"map": json.loads(OWN)}]})
    assert judge(at(sections)).code == "source_readable"


@pytest.mark.parametrize(
    ("code", "headers", "address"),
    [
        ("a()\n//# sourceMappingURL=app0.js.map", {}, URL),
        ("a()\n//@ sourceMappingURL=/m/x.map\n", {}, f"https://{HOST}/m/x.map"),
        ("a()/*# sourceMappingURL=app0.js.map */", {}, URL),
        ("a()", {"sourcemap": "app0.js.map"}, URL),
        ("a()", {}, ""),
        ('s="//# sourceMappingURL=data:application/json;base64,e30="', {}, "data:"),
    ],
)
def test_the_address_of_a_map_is_read_from_comment_and_header(code, headers, address):
    """As ECMA-426 says; the header wins."""
    assert named(exchange(f"https://{HOST}/assets/app0.js", body=code.encode(), **headers)) == address


@given(st.binary(max_size=3000))
def test_no_bytes_stop_the_reader(data):
    """Files come from strangers."""
    answer = exchange(f"https://{HOST}/a.js", body=data)
    read(data.decode("utf-8", "replace"))
    assert isinstance(named(answer) + inside(answer), str)


@pytest.mark.parametrize(
    ("begin", "piece"),
    [('{"version":3,"sources":[', '"a",'), ("", "["), ("{", '"a":{'), ('{"sources"', '"\\'),
     ("", "//# sourceMappingURL="), ("", "sourceMappingURL=data:application/json,"), ("", " ")],
    ids=["sources", "lists", "objects", "quotes", "names", "inline", "spaces"],
)  # fmt: skip
def test_a_megabyte_made_to_be_slow_is_not(begin, piece):
    """Time in proportion to the text."""
    for look in (
        read,
        lambda text: named(exchange(body=text.encode())),
        lambda text: inside(exchange(body=text.encode())),
    ):
        assert not slow_pieces(look, [piece], begin=begin, sizes=LARGE)

"""Finding addresses of developers and test systems where they are used, and not where libraries mention them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dev_addresses import Own, in_code, in_markup
from checks.net.facts import Reason
from checks.site_files import Served
from checks.web.dev_urls import OUTCOMES, judge
from tests.checks.planted import PUBLIC, letters, site, visited
from tests.checks.samples import HOST, chain, silent
from tests.growth import LARGE, slow_pieces

OWN = Own(("example.test",), frozenset({"next.example.test", "preview-of-us.pages.test"}))
TEST_KEY = "pk_" + "test_" + letters(24)
CASES = {
    "ok": (site("fetch('/api/orders')"), OWN),
    "only_leads_on": (Served(HOST, (chain(f"https://{HOST}/", "https://www.example.test/"),)), OWN),
    "developers_machine": (site('fetch("http://localhost:3001/api/orders")'), OWN),
    "test_system": (site('const api="https://staging.example.test/api"'), OWN),
    "test_payment_key": (site(f'Stripe("{TEST_KEY}")'), OWN),
    "both_payment_keys": (site(f'Stripe(live?"{PUBLIC["stripe-publishable"]}":"{TEST_KEY}")'), OWN),
    "development_build": (site(page='<script type="module" src="/@vite/client"></script>'), OWN),
    "fallback_only": (site('const api=settings.api||"http://localhost:3001/api"'), OWN),
    "read_in_part": (Served(HOST, (visited("<p>"),), (silent(f"https://{HOST}/a.js", Reason.TIMEOUT),)), OWN),
    "blocked_by_firewall": (site(status=403, server="cloudflare"), OWN),
    "could_not_look": (Served(HOST, (visited(fault=silent("", Reason.TIMEOUT).fault),)), OWN),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(*CASES[code]).code == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ('fetch("http://localhost:3001/api")', "machine"),
        ("axios.get('http://127.0.0.1:8000/users')", "machine"),
        ('axios.create({baseURL:"http://192.168.1.20:4000"})', "machine"),
        ('new WebSocket("ws://10.0.0.5/live")', "machine"),
        ('x.open("GET","http://localhost:5000/x")', "machine"),
        ('const e="http://localhost:8000/graphql";', "machine"),
        ('let a=void 0||"http://localhost:3001"', "machine"),
        ('let a={}.VITE_API??"http://localhost:3001"', "machine"),
        ("const t=`http://localhost:3001/api/${id}`", "machine"),
        ('fetch("http://macbook.local:3000/api")', "machine"),
        ('const api="https://api-staging.example.test"', "staging"),
        ('const api="https://next.example.test"', "staging"),
        ('fetch("https://preview-of-us.pages.test/x")', "staging"),
        ('const api="https://abc-12.ngrok-free.app/hook"', "staging"),
        ('const api="https://example-git-dev.vercel.app"', "staging"),
        ('fetch("https://some-thing.vercel.app/api")', "staging"),
        ('baseURL:"https://sandbox.payments.test/v1"', "staging"),
        ('const a=cfg.url||"http://localhost:3001"', "fallback"),
    ],
)
def test_an_address_that_is_used_is_found(code, kind):
    """In requests, as a base, assigned, in front of a path."""
    assert [found.kind for found in in_code(f"a();{code};b()", OWN)] == [kind]


@pytest.mark.parametrize(
    "code",
    [
        'const u=new URL(e,"http://localhost")',
        'const url={url:"http://localhost:9999",autoRefreshToken:!0}',
        'if(location.origin==="http://localhost:3000")debug()',
        'const ok=["http://localhost:3000","https://www.example.test"].includes(origin)',
        'e.startsWith("http://localhost:3000")',
        'location.hostname==="localhost"?"http://localhost:3001":"https://api.example.test"',
        'throw Error("start it with http://localhost:3000/setup first")',
        'console.log("see http://127.0.0.1:8000/docs")',
        '"localhost"===window.location.hostname&&start()',
        'const docs="https://some-customer.vercel.app"',
        'const a="https://developer.example.test/docs"',
        'const a="https://example.test/staging"',
        'fetch("https://api.example.test/v1")',
        'fetch("http://169.254.169.254/metadata/identity")',
        "const re=/https?:\\/\\/localhost:3000/",
        "// fetch(http://localhost:3000)",
        'spotlight:"http://localhost:8969/stream"',
        'const cdn="https://devices.example.test/x"',
    ],
)
def test_an_address_that_is_only_mentioned_is_not(code):
    """Defaults of libraries, comparisons, messages, branches for developers, other people's sites."""
    assert in_code(f"a();{code};b()", OWN) == ()


@pytest.mark.parametrize(
    ("tag", "count"),
    [
        ('<a href="http://localhost:3000/pricing">Pricing</a>', 1),
        ('<form action="https://staging.example.test/join">', 1),
        ('<script src="https://x.vercel.app/a.js"></script>', 1),
        ('<a href="https://happy-customer.vercel.app">A customer</a>', 0),
        ('<a href="https://example-preview.vercel.app">Sign up</a>', 1),
        ('<!-- <a href="http://localhost:3000"> -->', 0),
        ("<p>Open http://localhost:3000 in your browser</p>", 0),
        ('<a href="/staging">x</a>', 0),
    ],
)
def test_links_and_files_of_a_page_are_judged_by_where_they_lead(tag, count):
    """Somebody else's site may live on a preview host; ours may not."""
    assert len(in_markup(f"<body>{tag}</body>", OWN)) == count


def test_a_help_page_may_link_to_the_readers_own_machine():
    """It explains how to start something."""
    page = '<a href="http://localhost:3000">Open it</a>'
    assert judge(site(page=page), OWN, guide=True).code == "ok"
    assert judge(site(page=page), OWN).code == "developers_machine"


def test_inline_scripts_are_read_like_files():
    """However long they are."""
    page = "<script>" + "a();" * 3000 + 'fetch("http://localhost:3001/api")</script>'
    assert judge(site(page=page), OWN).code == "developers_machine"


@given(st.binary(max_size=3000))
def test_no_bytes_stop_the_search(data):
    """Files come from strangers."""
    text = data.decode("utf-8", "replace")
    assert isinstance(in_code(text, OWN), tuple)
    assert isinstance(in_markup(text, OWN), tuple)


@given(
    st.lists(
        st.sampled_from(
            [
                '"',
                "http://",
                "localhost",
                ":",
                "3000",
                "[",
                "]",
                "::1",
                ".",
                "=",
                "||",
                "?",
                "%",
                "/",
                "\u0131",
                "fetch(",
            ]
        ),
        max_size=60,
    )
)
def test_no_pieces_of_addresses_stop_the_search(pieces):
    """Nearly right is the hardest."""
    text = "".join(pieces)
    assert isinstance(in_code(text, OWN), tuple)
    assert isinstance(in_markup(f"<a href='{text}'><form action={text}>", OWN), tuple)


@pytest.mark.parametrize(
    "piece",
    ['"http://', '"http://localhost:1', '"http://a', "pk_test_", "fetch(", " ", '"', "<script",
     "<a href=http://localhost:1>", '="http://a.b.c.d'],
)  # fmt: skip
def test_a_megabyte_made_to_be_slow_is_not(piece):
    """Time in proportion to the text."""
    assert not slow_pieces(lambda text: judge(site(text, page=text), OWN), [piece], sizes=LARGE)

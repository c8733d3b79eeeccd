"""What search engines are told, and reading robots.txt as RFC 9309 says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.facts import Chain, ChainEnd, Reason
from checks.robots import read
from checks.search_signs import hidden_from, locations
from checks.seo.indexing import OUTCOMES, Facts, judge
from tests.checks.planted import visited
from tests.checks.samples import HOST, chain, exchange, page, silent
from tests.growth import LARGE, repeated, slow, slow_pieces

PAGE = page().decode()
NOINDEX = PAGE.replace("<head>", '<head><meta name="robots" content="noindex, nofollow">')
SHUT = "User-agent: *\nDisallow: /\n"


def rules(text: str = "", status: int = 200) -> Chain:
    """What robots.txt answers."""
    url = f"https://{HOST}/robots.txt"
    return Chain(url, (exchange(url, status, body=text.encode()),), ChainEnd.FINAL)


def facts(html: str = PAGE, robots: str = "", *, hide: bool = False, code: int = 200, **more: object) -> Facts:
    """A host with this page and these rules."""
    return Facts(visited(html, **more), rules(robots, code), hide)


CASES = {
    "ok": facts(),
    "ok_hidden": facts(status=401, hide=True),
    "only_leads_on": Facts(chain(f"https://{HOST}/", "https://www.example.test/"), rules()),
    "hidden_page": facts(NOINDEX),
    "shut_out": facts(robots=SHUT),
    "robots_error": facts(code=503),
    "some_shut_out": facts(robots="User-agent: bingbot\nDisallow: /\n"),
    "sitemap_wrong": Facts(visited(PAGE), rules(), tried=(exchange(f"https://{HOST}/gone", 404),)),
    "in_the_open": facts(hide=True),
    "only_disallowed": facts(robots=SHUT, hide=True),
    "blocked_by_firewall": facts(status=403, server="cloudflare"),
    "could_not_look": Facts(
        Chain(f"https://{HOST}/", (silent(f"https://{HOST}/", Reason.TIMEOUT),), ChainEnd.FAULT), rules()
    ),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("html", "headers", "code"),
    [
        (PAGE.replace("<head>", '<head><META NAME=ROBOTS CONTENT="NoIndex">'), {}, "hidden_page"),
        (PAGE.replace("<head>", '<head><meta name="robots" content="none">'), {}, "hidden_page"),
        (PAGE.replace("<head>", '<head><meta name="googlebot" content="noindex">'), {}, "some_shut_out"),
        (PAGE.replace("<head>", '<head><meta name="robots" content="max-image-preview:large">'), {}, "ok"),
        (PAGE.replace("<head>", '<head><!-- <meta name="robots" content="noindex"> -->'), {}, "ok"),
        (PAGE.replace("<p>", '<p>Write &lt;meta name="robots" content="noindex"&gt;'), {}, "ok"),
        (PAGE, {"x_robots_tag": "noindex"}, "hidden_page"),
        (PAGE, {"x_robots_tag": "googlebot: noindex, bingbot: none"}, "hidden_page"),
        (PAGE, {"x_robots_tag": "otherbot: noindex, nofollow"}, "ok"),
        (PAGE, {"x_robots_tag": "unavailable_after: 25 Jun 2030 15:00:00 PST"}, "ok"),
    ],
)
def test_noindex_is_read_as_search_engines_do(html, headers, code):
    """Tags in the head, headers, rules for single robots."""
    assert judge(facts(html, **headers)).code == code


@pytest.mark.parametrize(
    ("robots", "code"),
    [
        ("<!doctype html><title>Shop</title>", "ok"),
        ("User-agent: *\nDisallow:\n", "ok"),
        ("User-agent: *\nDisallow: /admin\n", "ok"),
        ("User-agent: GPTBot\nDisallow: /\n", "ok"),
        ("User-agent: *\nDisallow: /\nUser-agent: Googlebot\nUser-agent: bingbot\nAllow: /\n", "some_shut_out"),
        ("User-agent: Googlebot\nUser-agent: Bingbot\nDisallow: /\n", "shut_out"),
        ("user-agent:*\ndisallow:/\nallow:/$\n", "ok"),
        ("User-agent: *\nDisallow: /*\n", "shut_out"),
    ],
)
def test_rules_for_robots_decide_with_the_longest_match(robots, code):
    """Only both big ones kept out is a failure."""
    assert judge(facts(robots=robots)).code == code


@pytest.mark.parametrize(
    ("status", "code"), [(404, "ok"), (403, "ok"), (410, "ok"), (500, "robots_error"), (429, "robots_error")]
)
def test_a_missing_robots_file_allows_everything_and_a_broken_one_nothing(status, code):
    """RFC 9309 section 2.3.1."""
    assert judge(facts(code=status, robots=SHUT)).code == code


def test_a_test_site_may_hide_in_three_ways():
    """A log-in, a redirect to one, or noindex; robots.txt alone hides nothing."""
    to_login = chain(f"https://{HOST}/", "https://accounts.example.test/login")
    assert judge(Facts(to_login, rules(), hide=True)).code == "ok_hidden"
    assert judge(facts(NOINDEX, hide=True)).code == "ok_hidden"
    assert judge(facts(x_robots_tag="noindex", hide=True)).code == "ok_hidden"
    both = judge(facts(NOINDEX, SHUT, hide=True))
    assert both.code == "ok_hidden"
    assert "remove its Disallow" in str(both.seen["reason"])


def test_a_sitemap_is_right_when_its_pages_answer_by_themselves():
    """No detour, no dead end, no other site, no page that hides."""
    url = f"https://{HOST}/a"

    def told(**more: object) -> str:
        return judge(Facts(visited(PAGE), rules(), tried=(exchange(url, **more),))).code  # type: ignore[arg-type]

    assert told(body=PAGE.encode()) == "ok"
    assert told(to=f"https://{HOST}/b") == "sitemap_wrong"
    assert told(body=NOINDEX.encode()) == "sitemap_wrong"
    assert told(fault=silent(url, Reason.TIMEOUT).fault) == "ok"
    assert judge(Facts(visited(PAGE), rules(), strange=("https://staging.other.test/",))).code == "sitemap_wrong"


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ("Disallow: /fish", "/fish.html", False),
        ("Disallow: /fish", "/Fish.asp", True),
        ("Disallow: /fish*", "/fishheads/yummy.html", False),
        ("Disallow: /fish/", "/fish", True),
        ("Disallow: /*.php", "/folder/x.php?parameters", False),
        ("Disallow: /*.php$", "/x.php?parameters", True),
        ("Disallow: /*.php$", "/x.php", False),
        ("Disallow: /fish*.php", "/fishheads/catfish.php?x", False),
        ("Disallow: /folder\nAllow: /folder", "/folder/page", True),
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", True),
        ("Allow: /$\nDisallow: /", "/", True),
        ("Allow: /$\nDisallow: /", "/page.htm", False),
        ("Disallow: /a%3cd", "/a%3Cd", False),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /café", "/caf%C3%A9", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /*a*b*c$", "/xaybzc", False),
        ("Disallow: /*a$", "/aba", False),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: / # nobody", "/x", False),
    ],
)
def test_paths_match_as_the_standard_and_google_say(rule, path, allowed):
    """The examples of RFC 9309 and of Google's documentation."""
    assert read(f"User-agent: *\n{rule}\n").allows("Googlebot", path) is allowed


def test_groups_of_one_robot_are_joined_and_others_ignored():
    """A named robot does not read the rules for everybody."""
    robots = read("User-agent: a\nDisallow: /x\n\nUser-agent: *\nDisallow: /\n\nUser-agent: A/2.1\nDisallow: /y\n")
    assert [robots.allows("a", path) for path in ("/x", "/y", "/z")] == [False, False, True]
    assert robots.allows("b", "/z") is False
    assert read("Disallow: /\nUser-agent: *\nCrawl-delay: 5\nDisallow: /q\n").allows("b", "/z") is True


@given(st.binary(max_size=2000))
def test_no_bytes_stop_the_readers(data):
    """Files come from strangers."""
    text = data.decode("utf-8", "replace")
    assert read(text).allows("Googlebot", "/") in (True, False)
    assert isinstance(locations(text), tuple)
    assert isinstance(hidden_from(exchange(body=data, x_robots_tag=text)), tuple)


@given(
    st.lists(
        st.sampled_from(["User-agent: *", "Disallow: ", "/", "*", "$", "\n", "%2", "a", "Allow: /a*$", ":", "#"]),
        max_size=60,
    )
)
def test_no_pieces_of_rules_stop_the_reader(pieces):
    """Nearly right is the hardest."""
    assert read("".join(pieces)).allows("bingbot", "/a/a?a=*$%") in (True, False)


@pytest.mark.parametrize(
    ("begin", "piece"),
    [("User-agent: *\nDisallow: /", "*a"), ("User-agent: *\n", "Disallow: /*a*a*a*a*b$\n"), ("", "User-agent: a\n"),
     ("", "<loc>"), ("<loc>", " "), ("", "\n"), ("", ":")],
    ids=["stars", "rules", "names", "locs", "spaces", "lines", "colons"],
)  # fmt: skip
def test_a_megabyte_made_to_be_slow_is_not(begin, piece):
    """Time in proportion to the file, and to the path."""
    for look in (lambda text: read(text).allows("Googlebot", "/" + "a" * 3000), locations):
        assert not slow_pieces(look, [piece], begin=begin, sizes=LARGE)
    robots = read(begin + repeated(piece, 100_000))
    assert not slow(lambda path: robots.allows("Googlebot", path), lambda size: "/" + repeated("a", size))

"""Reading what a page is made of and where it leads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.assets import MAX_ASSETS, MAX_LINKS, Asset, assets, elements, fingerprinted, links, sends_on
from tests.growth import LARGE, repeated, slow_pieces

URL = "https://example.test/shop/page"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<link rel="stylesheet" href="/a.css">', (Asset("https://example.test/a.css", "css"),)),
        ("<LINK REL='preload stylesheet' HREF=a.css>", (Asset("https://example.test/shop/a.css", "css"),)),
        ('<script src="//cdn.test/a.js"></script>', (Asset("https://cdn.test/a.js", "js"),)),
        (
            '<script type=module src="a.js?x=1&amp;y=2"></script>',
            (Asset("https://example.test/shop/a.js?x=1&y=2", "js"),),
        ),
        ('<link rel=preload as=font href="/f.woff2">', (Asset("https://example.test/f.woff2", "font"),)),
        ('<link rel="icon" href="/favicon.ico">', (Asset("https://example.test/favicon.ico", "img"),)),
        ('<base href="/b/"><img src="i.png#x"><img src="i.png">', (Asset("https://example.test/b/i.png", "img"),)),
        ('<img src="data:image/png;base64,AAAA"><script>var s=\'<img src="x.png">\'</script>', ()),
        ('<!-- <script src="old.js"></script> --><link rel="canonical" href="/x"><link rel=preload href=/y>', ()),
        ('<script src="a.js">', (Asset("https://example.test/shop/a.js", "js"),)),
        ('<img src="http://[broken/">', ()),
    ],
)
def test_files_are_found_as_browsers_find_them(html, found):
    """Style sheets, scripts, pictures and fonts, as whole addresses; nothing out of comments and scripts."""
    assert assets(html, URL) == found


def test_links_lead_people_and_their_forms():
    """Not mail, not scripts, not the same page."""
    html = (
        '<a href="/a">a</a><a href="#top">t</a><a href="mailto:x@example.test">m</a><a href="javascript:void(0)">j</a>'
        '<form action="https://pay.test/x"></form><iframe src="//video.test/1"></iframe><a name=x>n</a>'
    )
    assert links(html, URL) == ("https://example.test/a", "https://pay.test/x", "https://video.test/1")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test/assets/app.3f9c2a71.js",
        "https://a.test/assets/index-BxZ3kd9q.js",
        "https://a.test/assets/index-DiwRgTda.css",
        "https://a.test/_next/static/chunks/main-4b1c9f0e2d3a5b6c.js",
        "https://a.test/static/3f9c2a7188aa/app.js",
        "https://a.test/style.css?v=3f9c2a71bb",
        "https://a.test/3f9c2a71b0c4d5e6.woff2",
        "https://a.test/static/site.6bd3f2a91c04.css",
    ],
)
def test_fingerprints_of_build_tools_are_known(url):
    """Such a name changes with the content."""
    assert fingerprinted(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test/app.js",
        "https://a.test/jquery-3.7.1.min.js",
        "https://a.test/bootstrap.bundle.min.js",
        "https://a.test/wp-content/plugins/contact-form/includes/css/styles.css?ver=5.9.8",
        "https://a.test/images/20241105.jpg",
        "https://a.test/css/stylesheet.css",
        "https://3f9c2a71bb.test/app.js",
        "https://a.test/",
        "",
    ],
)
def test_names_that_stay_the_same_are_no_fingerprints(url):
    """A version or a date says little about the content of tomorrow."""
    assert not fingerprinted(url)


def test_a_huge_page_is_read_in_part_and_in_time():
    """Hostile pages cost no more than long ones."""
    pieces = (
        "<",
        "<!--",
        "<a ",
        "<script>",
        '<img src="a.png">',
        "<a href='/x'>",
        "<title",
        "<meta http-equiv=refresh",
    )
    for piece in pieces:
        html = repeated(piece, 4_000_000)
        assert len(assets(html, URL)) <= MAX_ASSETS
        assert len(links(html, URL)) <= MAX_LINKS
    for read in (assets, links, sends_on):
        assert not slow_pieces(lambda html, read=read: read(html, URL), pieces, sizes=LARGE), read


@given(st.binary(max_size=600))
def test_no_bytes_stop_the_reader(data):
    """Pages come from strangers."""
    text = data.decode("utf-8", "replace")
    for asset in assets(text, URL):
        assert asset.kind in ("css", "js", "img", "font")
        fingerprinted(asset.url)
    assert all(link.startswith("http") for link in links(text, URL))
    assert isinstance(sends_on(text, URL), str)


@given(st.text(alphabet="<>/!-=\"' scriptahefmgurl0;.:\x00", max_size=500))
def test_no_markup_stops_the_reader(text):
    """Broken markup gives what could be read of it."""
    assert len(list(elements(text))) <= len(text)
    assets(text, URL)
    links(text, text)
    sends_on(text, text)
    fingerprinted(text)

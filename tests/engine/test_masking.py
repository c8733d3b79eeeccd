"""What must not be read by others is hidden, and what must stay readable stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.masking import HIDDEN, cut, mask, mask_json
from tests.growth import slow_pieces

LONG = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
SECRETS = {
    "slack": "xoxb-" + "123456789012-abcdefghijklmnopqrstuvwx",
    "slack app": "xapp-1-" + "A0123456789-abcdefghijklmnopqrstuvwx",
    "stripe": "sk_live_" + "51Habcdefghijklmnopqrst",
    "stripe restricted": "rk_test_" + "51Habcdefghijklmnopqrst",
    "stripe hook": "whsec_" + "51Habcdefghijklmnopqrst",
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp_" + LONG[:36],
    "github fine": "github_pat_" + LONG,
    "openai": "sk-proj-" + LONG,
    "anthropic": "sk-ant-api03-" + LONG,
    "sendgrid": "SG." + LONG[:22] + "." + LONG,
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N",
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("around", ["{}", "key is {}, roll it", "<b>{}</b>", '"{}"', "https://x.test/?a={}&b=1"])
def test_keys_keep_their_ends_only(name: str, around: str):
    """An owner can tell which key it was, nobody can use it."""
    secret = SECRETS[name]
    masked = mask(around.format(secret))
    assert secret[8:-4] not in masked
    assert f"{secret[:6]}…{secret[-2:]}" in masked or HIDDEN in masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://ana:hunter2@shop.test/x", f"https://{HIDDEN}@shop.test/x"),
        ("postgres://u:p%40w@db.test:5432/a", f"postgres://{HIDDEN}@db.test:5432/a"),
        ("/callback?code=abc123&utm_source=mail", f"/callback?code={HIDDEN}&utm_source=mail"),
        ("?page=2&token=" + LONG, "?page=2&token=abcdef…CD"),
        ("api_key=short", f"api_key={HIDDEN}"),
        ('{"password": "correct"}', f'{{"password": "{HIDDEN}"}}'),
        ("Authorization: Bearer abcdef123456", f"Authorization: Bearer {HIDDEN}"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {HIDDEN}"),
        ("set-cookie: sid=" + LONG + "; Path=/; HttpOnly", "set-cookie: sid=abcdef…CD; Path=/; HttpOnly"),
        ("Cookie: a=1; session=xyz", f"Cookie: a={HIDDEN}; session={HIDDEN}"),
        ("X-Api-Key: 12345", f"X-Api-Key: {HIDDEN}"),
        ("paid with 4242 4242 4242 4242 today", "paid with 424242…42 today"),
        ("2025 4242-4242-4242-4242", "2025 424242…42"),
        ("378282246310005", "378282…05"),
        ("write to jane.doe@gmail.com", "write to j…@gmail.com"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", HIDDEN),
        ("-----BEGIN PRIVATE KEY-----\nMIIE cut off", HIDDEN),
    ],
)
def test_each_kind_is_hidden_in_its_place(text: str, masked: str):
    """The words around it stay."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com",
        "hello@example.com and postmaster@example.com",
        "v=spf1 include:_spf.google.com ip4:192.0.2.0/24 exists:%{i}._spf.%{d2} ~all",
        "HTTP 301, location: https://www.example.com/?page=2&lang=de",
        "2026-11-22T09:00:00Z took 1763803200000 ms",
        "serial 04:3f:aa, 123456789012345678901234567890",
        "pk_live_51Habcdefghijklmnopqrst is public by design",
        "rtt 0.4242424242424242",
        "CNAME d111111abcdef8.cloudfront.net",
        "3 of 41 failed; code 502",
        "basic authentication, bearer authentication",
    ],
)
def test_what_is_no_secret_stays(text: str):
    """Evidence that nobody can read proves nothing."""
    assert mask(text) == text


def test_a_customer_address_keeps_its_domain_in_a_report_address():
    """Enough to see where reports go."""
    assert mask("rua=mailto:a1b2c3@rua.vendor.test!10m") == "rua=mailto:a…@rua.vendor.test!10m"


FRAGMENTS = st.sampled_from(
    [
        *SECRETS.values(),
        "jane@x.test",
        "4242424242424242",
        "4242 4242 ",
        "https://a:b@",
        "token=",
        "?key=",
        "Cookie: a=b; c=d",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "Bearer ",
        "…",
        HIDDEN,
        " ",
        "\n",
        ";",
        "&",
        '"',
        "@",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=12)), max_size=14).map("".join))
def test_masking_twice_changes_nothing(text: str):
    """Idempotent, whatever stands beside each other."""
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize("count", [2, 5, 12, 40, 400])
def test_keys_that_stand_side_by_side_are_all_hidden(count: int):
    """However many follow each other without a gap, none is left to read."""
    masked = mask(SECRETS["slack"] + SECRETS["stripe"] * count)
    assert "abcdefghijkl" not in masked
    assert mask(masked) == masked


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=" \n,()<>|", max_size=20),
    st.sampled_from(sorted(SECRETS.values())),
    st.text(alphabet=" \n,()<>|", max_size=20),
)
def test_no_key_survives_in_any_surroundings(before: str, secret: str, after: str):
    """Whatever stands around it."""
    assert secret not in mask(before + secret + after)


@pytest.mark.alone
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1 ",
        "1-",
        "-----BEGIN PRIVATE KEY-----",
        "a.",
        "x@",
        "token",
        "token=",
        "eyJ",
        "eyJaaaaaa.",
        "-eyJaaaaaa",
        "a:b@",
        "://",
        "Cookie:",
        "cookie=a;",
        "sk-",
        "bearer ",
        "a-",
        "AKIA",
        'password"',
        "https://a",
        "SG.aaaaaaaaaaaa.",
        "?key=",
    ],
)
def test_time_grows_with_length_only(piece: str):
    """From two cookie jars on, four times the text takes about four times as long, whatever is repeated."""
    assert not slow_pieces(mask, [piece], sizes=(16 * 1024, 64 * 1024))


def test_json_is_masked_and_bounded():
    """Depth, width and length have an end; numbers stay as they are."""
    deep: object = "x"
    for _ in range(50):
        deep = {"k": deep}
    assert mask_json({"a": ["jane@x.test", 7, None, True, 1.5]}) == {"a": ["j…@x.test", 7, None, True, 1.5]}
    assert str(mask_json(deep)).count("k") <= 8  # type: ignore[arg-type]
    assert len(mask_json(["x"] * 1000)) == 100  # type: ignore[arg-type]
    assert len(str(mask_json("y" * 10_000))) == 500


@pytest.mark.parametrize("secret", [*SECRETS.values(), "jane.doe.customer@gmail.com", "4242424242424242"])
def test_half_a_secret_is_never_left_at_a_cut(secret: str):
    """Wherever the text is cut, nothing of the secret's middle is left in front of the cut."""
    text = f"https://shop.test/?utm=1&x={secret}&y=" + "z" * 60
    for longest in range(20, len(text)):
        assert secret[2:10] not in mask(cut(text, longest))
        assert len(cut(text, longest)) <= longest
    assert cut(text, len(text)) == text

"""Finding secret keys in pages and scripts: every known form, no false alarm, in bounded time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.exp.bundle_secrets import OUTCOMES, judge
from checks.net.facts import Reason
from checks.secret_keys import find
from checks.site_files import Served
from tests.checks.planted import PUBLIC, SECRETS, names, site, token, visited
from tests.checks.samples import HOST, chain, silent
from tests.growth import LARGE, slow_pieces

AWAY = Served(HOST, (chain(f"https://{HOST}/", "https://www.example.test/"),))
BROKEN_SCRIPT = Served(HOST, (visited("<p>Hi"),), (silent(f"https://{HOST}/app.js", Reason.TIMEOUT),))
CASES = {
    "ok": site("start()"),
    "ok_with_public_keys": site(f'const key="{PUBLIC["google-api-key"]}"'),
    "only_leads_on": AWAY,
    "secret_in_page": site(f'const key="{SECRETS["stripe-secret"]}"'),
    "read_in_part": BROKEN_SCRIPT,
    "blocked_by_firewall": site(status=403, server="cloudflare"),
    "could_not_look": Served(HOST, (visited(fault=silent("", Reason.TIMEOUT).fault),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_each_known_form_is_planted():
    """A new form needs a key here."""
    assert set(SECRETS) == names("secret")
    assert set(PUBLIC) < names("public")


@pytest.mark.parametrize("form", SECRETS)
@pytest.mark.parametrize("around", ['a="{}";', "{{key:'{}'}}", "x=`{}`,y", "\n{}\n", "<!-- {} -->", ">{}<"])
def test_every_planted_secret_is_found_wherever_it_stands(form, around):
    """In quotes, in comments, between tags; the finding never shows it."""
    secret = SECRETS[form]
    verdict = judge(site("a();" * 2000 + around.format(secret) + "b();" * 2000))
    assert verdict.code == "secret_in_page"
    assert secret.strip() not in str(verdict.seen)


@pytest.mark.parametrize("form", PUBLIC)
def test_keys_made_for_the_page_are_no_alarm(form):
    """They are named with the question to answer."""
    verdict = judge(site(f'init("{PUBLIC[form]}")'))
    assert verdict.code == "ok_with_public_keys"
    assert verdict.seen["question"]


def test_the_role_of_a_signed_token_decides():
    """Supabase's anon key belongs in the page; its service_role key opens everything; other tokens say nothing."""
    assert judge(site(f'"{token("anon")}"')).code == "ok_with_public_keys"
    assert judge(site(f'"{token("service_role")}"')).code == "secret_in_page"
    assert judge(site(f'"{token("authenticated")}"')).code == "ok"


def test_a_secret_in_the_page_itself_or_in_a_part_that_was_read_is_told_first():
    """What is missing does not hide what was seen."""
    page = f"<script>window.k='{SECRETS['openai']}'</script>"
    assert judge(site(page=page)).code == "secret_in_page"
    assert judge(Served(HOST, (visited(page),), BROKEN_SCRIPT.scripts)).code == "secret_in_page"


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "sk_" + "live_" + "x" * 24,
        "const prefix='sk_live_'; if(key.startsWith('sk_live_'))throw Error('sk_live_ keys are secret')",
        "-----BEGIN PRIVATE KEY-----\\n${body}\\n-----END PRIVATE KEY-----",
        'if(t==="-----BEGIN RSA PRIVATE KEY-----")return',
        "postgres://user:${password}@host/db",
        "task_" + "a1B2" * 20,
        "sourceMappingURL=data:application/json;base64," + "QUtJQQ" * 40,
        'integrity="sha512-' + "AKIA" + 'zzzzQWERTZUIOP234567=="',
        'desk_SK00ffaa="SK"',
        "password: 'hunter2hunter2', secret: 'correct horse battery staple', api_key: 'abcdef0123456789abcdef'",
    ],
)
def test_what_only_looks_like_a_key_is_none(text):
    """Manuals, prefixes, templates, checksums, and words such as password."""
    assert [key for key in find(text) if key.secret] == []


@given(st.binary(max_size=3000))
def test_no_bytes_stop_the_search(data):
    """Files come from strangers."""
    assert isinstance(find(data.decode("utf-8", "replace")), tuple)


@given(
    st.lists(st.sampled_from([*"eyJ._-sk", "eyJ", "SG.", "sk_live_", "postgres://", ":", "@", "a" * 20]), max_size=90)
)
def test_no_pieces_of_keys_stop_the_search(pieces):
    """Nearly right is the hardest."""
    assert isinstance(find("".join(pieces)), tuple)


@pytest.mark.parametrize(
    "piece",
    ["sk_live_", "eyJ", "eyJa.", "-eyJ", "SK", "SK0", ":AA", "postgres://a:", "postgres://", "mongodb://a:b@", "SG.",
     "-----BEGIN PRIVATE KEY-----", "PRIVATE KEY-----\\n", "xoxb-1", "pat", "key-", "re_aaaaaaaa_", "12345678:AA", "a",
     "eyJ" + "a" * 390 + ".", "whsec_" + "a" * 20, "sntrys_eyJ", "access_token$production$"],
)  # fmt: skip
def test_a_megabyte_made_to_be_slow_is_not(piece):
    """Time in proportion to the text, whatever stands in it."""
    assert not slow_pieces(find, [piece], sizes=LARGE)

"""The contract of environment variables: how it is read, what is wrong with values, and what never leaves memory."""

from __future__ import annotations

import asyncio
import logging
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from checks import dotenv_file, variable_hashes
from checks.code import Code, Variable
from checks.dotenv_file import filled, parse
from checks.inventory import Inventory
from checks.model import Kind, Target, Verdict
from checks.sec.env_contract import OUTCOMES, bad_line, env_contract, judge, told
from checks.variable_contract import Wrong, look, variables
from checks.variable_values import SAID, fits, of_a_test_system, placeholder, secret_name
from tests.checks.planted import SECRETS, letters

CONTRACT = (Variable("MAIL_KEY"),)
KEY = "a-long-random-text-for-tests"


def nowhere(code: Code | None = None) -> Verdict:
    """The check itself, of a product whose variables are not here."""
    inventory = Inventory("a", "a.test", code=code)
    return asyncio.run(env_contract(Target(Kind.DOMAIN, "a.test", "a.test", inventory), None))  # type: ignore[arg-type]


CASES = {
    "ok": (),
    "missing_variable": (Wrong("missing_variable", "MAIL_KEY"),),
    "malformed": (Wrong("malformed", "MAIL_KEY", "it must be a number"),),
    "placeholder": (Wrong("placeholder", "MAIL_KEY", "its value is a stand-in"),),
    "test_value": (Wrong("test_value", "MAIL_KEY", "a test key"),),
    "shared": lambda: told(Wrong("shared", "MAIL_KEY"), other="staging"),
    "bad_line": lambda: bad_line(dotenv_file.Problem(3, "the quote of NAME never ends"), ".env"),
    "could_not_look": lambda: nowhere(Code(settings=".env", contract="/nonexistent/.env.example")),
    "no_contract": lambda: nowhere(Code(settings=".env", path="/nonexistent")),
    "not_here": nowhere,
}


def judged(*case: object) -> Verdict:
    """The judge's word about what is wrong, or what the check says itself."""
    if len(case) == 1 and callable(case[0]):
        return case[0]()
    return judge(case, CONTRACT)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """The table of answers is complete."""
    case = CASES[code]
    assert (judged(*case) if isinstance(case, tuple) else judged(case)).code == code


PIECES = [
    "A=1", "export B='x y'", 'C="a\\nb"', "#c", "D = d #e", "\n", "E", "F=", 'G="multi\nline"', "'Q'=1", "H=a#b",
    "  I=1", "J='a' #c", 'K="a"b', "L='unterminated", "=x", "M=${A}", "\t", "\r\n", "N=\\n", "O='a\\'b'",
    'P="a\\"b"', "export", "R=é", "A=2", "export\tS=1", "T=a b c", "U=# c", "V=a  # c", 'W="" # c', "X='a\nb'\n", "\r",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_files_are_read_as_the_library_reads_them(pieces, between):
    """python-dotenv is what most products use; what it passes over in silence is a problem here."""
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)
    text = between.join(pieces)
    theirs = dict(dotenv_values(stream=StringIO(text), interpolate=False))
    ours = parse(text)
    named = {name: value for name, value in theirs.items() if dotenv_file.NAME.fullmatch(name)}
    assert {one.name: one.value if one.given else None for one in ours.values} == named
    assert len(named) == len(theirs) or ours.problems
    lost = [line for line in ("=x", 'K="a"b', "L='unterminated") if line in pieces and line not in str(theirs)]
    if lost and "L='unterminated" not in pieces[:-1]:
        assert ours.problems


@given(st.text(max_size=400))
def test_no_text_stops_the_reader(text):
    """Files come from strangers; every name is one, every problem has its line."""
    found = parse(text)
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= one.line <= lines for one in found.problems)
    assert all(dotenv_file.NAME.fullmatch(one.name) for one in found.values)
    assert not any(one.value and one.value in repr(one) for one in found.values if len(one.value) > 30)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("A=1\nnot a line\n", 2, "no NAME=value"),
        ("A='x\nB=2\n", 1, "never ends"),
        ('A="x" y\n', 1, "follows the quoted value"),
        ("A=1\nB=2\nA=3\n", 3, "line 1 does not count"),
        ("1A=1\n", 1, "no variable may have"),
        ('{"type": "object"}\n', 1, "is JSON"),
        ("services:\n  web: 1\n", 1, "is YAML"),
        ("A=1\n".encode("utf-16").decode("utf-8", "replace"), 1, "UTF-16"),
    ],
)
def test_lines_that_are_not_as_they_were_meant_are_named(text, line, why):
    """With their number, and without a value."""
    (problem,) = parse(text).problems[:1]
    assert problem.line == line
    assert why in problem.why


def test_a_value_that_leads_on_to_another_is_filled_in_or_said_to_lead_nowhere():
    """As Docker and the libraries do: `${NAME}`, `${NAME:-in its place}`; single quotes and `$$` mean themselves."""
    text = (
        "HOST=db.shop.test\nURL=postgres://${HOST}/${NAME:-app}\nREGION=${AWS_REGION:-eu-west-1}\nTOKEN=${MAIL_TOKEN}\n"
        "PART=a${GONE}b\nSELF=${SELF}\nA=${B}\nB=${A}\nLITERAL='${HOST}'\nMONEY=$${HOST}\nNEED=${MUST:?say it}\n"
        "EMPTY=\nSET=${EMPTY-none}${EMPTY:-some}\nPRICE=5$\n"
    )
    values, nowhere = filled(parse(text), {"NAME": "shop"})
    assert values["URL"] == "postgres://db.shop.test/shop"
    assert values["REGION"] == "eu-west-1"
    assert values["LITERAL"] == "${HOST}"
    assert (values["MONEY"], values["PRICE"], values["PART"], values["SET"]) == ("$${HOST}", "5$", "ab", "some")
    assert nowhere["TOKEN"] == "MAIL_TOKEN"
    assert nowhere["NEED"] == "MUST"
    assert {"TOKEN", "SELF", "NEED"} <= nowhere.keys() <= {"TOKEN", "SELF", "NEED", "A", "B"}


@given(st.text(alphabet="AB=${}:-?' \n", max_size=80))
def test_no_reference_is_followed_for_ever(text):
    """Circles and ladders end, and nothing grows without bound."""
    values, _ = filled(parse(text), {"A": "${B}${B}", "B": "${A}${A}"})
    assert all(len(value) <= 100_000 for value in values.values())


def test_an_address_in_a_comment_is_no_kind():
    """A link to the page with the keys says nothing about their form."""
    example = (
        "# Stripe (https://dashboard.stripe.test/keys)\nSTRIPE_KEY=\n# (see host.shop.test)\nOTHER_KEY=\n"
        "# type: https\nBACK=\nCOUNT= # (number, as many as you like)\n"
    )
    assert {one.name: one.kind for one in variables(parse(example))} == {
        "STRIPE_KEY": "",
        "OTHER_KEY": "",
        "BACK": "https",
        "COUNT": "number",
    }


def test_a_comment_right_behind_the_sign_is_a_comment_in_a_contract_and_no_value_in_a_release():
    """Some libraries take it for the value, so a product would start with the words as its key."""
    contract = variables(parse("DSN= # optional\nKEY=   # at least 20 characters\nCOLOUR=#ff8800\n"))
    assert [(one.name, one.required, one.least) for one in contract] == [
        ("DSN", False, 0),
        ("KEY", True, 20),
        ("COLOUR", True, 0),
    ]
    release = parse("KEY= # to be filled in before we go live\nCOLOUR=#ff8800\n").by_name
    assert [wrong.code for wrong in look(contract, {name: one.value for name, one in release.items()})] == [
        "placeholder"
    ]


def test_a_contract_is_the_example_file_with_what_its_comments_say():
    """Optional, kinds, choices, lengths, what breaks; names and examples tell the rest; launch.yml wins."""
    example = parse(
        """
# Where customers are sent back to. Without it: log-in ends on an error page.
APP_URL=https://app.example.com
PORT=3000
# optional
SENTRY_DSN=
LOG_LEVEL=info # one of: debug | info | warn
# at least 32 characters
SESSION_SECRET=
RETRIES=3 # (number)
FEATURE_ENABLED=true
TENANT_ID=3f2504e0-4f89-11d3-9a0c-0305e82c3301
MAIL_HOST=smtp.example.com
NOT_A_URL=hello
"""
    )
    found = {one.name: one for one in variables(example, [Variable("EXTRA"), Variable("PORT", kind="text")])}
    assert found["APP_URL"].kind == "url"
    assert found["APP_URL"].breaks == "log-in ends on an error page"
    assert not found["SENTRY_DSN"].required
    assert found["LOG_LEVEL"].one_of == ("debug", "info", "warn")
    assert found["SESSION_SECRET"].least == 32
    assert found["RETRIES"].kind == "number"
    assert found["FEATURE_ENABLED"].kind == "boolean"
    assert found["TENANT_ID"].kind == "uuid"
    assert found["MAIL_HOST"].kind == "host"
    assert found["NOT_A_URL"].kind == "url" or found["NOT_A_URL"].kind == ""
    assert (found["PORT"].kind, found["PORT"].line) == ("text", 4)
    assert "EXTRA" in found


def wrong(value: str | None, *, production: bool = True, **more: object) -> tuple[str, str]:
    """Code and reason for one value."""
    environment = {} if value is None else {"X_VALUE": value}
    found = look([Variable("X_VALUE", **more)], environment, production=production)  # type: ignore[arg-type]
    return (found[0].code, found[0].why) if found else ("", "")


@pytest.mark.parametrize(
    ("value", "more", "code"),
    [
        (None, {}, "missing_variable"),
        ("", {}, "missing_variable"),
        ("  ", {}, "missing_variable"),
        (None, {"required": False}, ""),
        ("changeme", {}, "placeholder"),
        ("real-value-1", {}, ""),
        ("zq3", {"least": 4}, "malformed"),
        ("b", {"one_of": ("a", "c")}, "malformed"),
        ("12a", {"pattern": "[0-9]+"}, "malformed"),
        ("12", {"pattern": "[0-9]+"}, ""),
        ("'quoted'", {}, "malformed"),
        ("trailing ", {}, "malformed"),
        ("http://api.shop.io", {"kind": "https"}, "malformed"),
        ("sk_" + "test_" + "51H8xQ2eZvKYlo2C", {}, "test_value"),
        ("http://localhost:3000", {}, "test_value"),
        ("redis://127.0.0.1:6379", {}, "test_value"),
        ("https://api.sandbox.paypal.com", {}, "test_value"),
    ],
)
def test_each_value_is_judged_by_what_is_wrong_first(value, more, code):
    """And the reason never holds a part of it."""
    found, why = wrong(value, **more)
    assert found == code
    assert not value or len(value) < 4 or value.strip() not in why


def test_elsewhere_than_in_production_test_values_are_right():
    """Staging has test keys."""
    assert wrong("sk_" + "test_" + "51H8xQ2eZvKYlo2C", production=False) == ("", "")
    assert wrong("http://localhost:3000", production=False) == ("", "")


def test_a_name_with_a_slip_is_found():
    """The nearest one that is set and that nobody asks for."""
    (found,) = look([Variable("SENDGRID_API_KEY"), Variable("PATH")], {"SENDGRID_APIKEY": "x", "PATH": "/bin"})
    assert (found.name, found.near) == ("SENDGRID_API_KEY", "SENDGRID_APIKEY")
    (found,) = look([Variable("SENDGRID_API_KEY")], {"HOME": "/root"})
    assert found.near == ""


@pytest.mark.parametrize(
    "value",
    ["changeme", "CHANGE_ME", "your-api-key-here", "<your token>", "xxxxxxxx", "TODO", "replace_me", "***", "....",
     "https://your-domain.com/x", "https://api.example.com", "me@example.org", "sk_" + "live_xxxxxxxxxxxx",
     "insert-key-here", "super-secret-key", "my_secret", "{{ key }}", "password", "12345678", "aaaaaaaa"],
)  # fmt: skip
def test_stand_ins_are_known(value):
    """As example files have them."""
    assert placeholder(value)


@pytest.mark.parametrize(
    "value",
    ["", "a", "production", "info", "3000", "true", "https://api.shop.io/v1", "smtp.postmarkapp.com", "9999",
     "eu-west-1", "0", "1", *SECRETS.values()],
)  # fmt: skip
def test_real_values_are_no_stand_ins(value):
    """Every form of key among them."""
    assert not placeholder(value)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("url", ["https://a.io/x?y=1", "postgres://u:p@db.io:5432/x"], ["a.io", "https://a b.io", "https://"]),
        ("url", ["http://[::1]:80/"], ["https://a.io:99999", "http://[::1", "://x"]),
        ("https", ["https://a.io"], ["http://a.io", "a.io"]),
        ("host", ["a.io", "a.io:587", "10.0.0.1", "::1"], ["https://a.io", "a.io:x", "a io", "-a.io"]),
        ("email", ["me@a.io", "Shop <me@a.io>"], ["me@a", "me", "@a.io"]),
        ("number", ["12", "1.5", "-3"], ["1e5", "one", ""]),
        ("port", ["8080", "1", "65535"], ["0", "65536", "\u0663", "80a"]),
        ("boolean", ["TRUE", "0", "off"], ["maybe", ""]),
        ("json", ['{"a":1}', "[]"], ["{a:1}", "[" * 5000]),
        ("base64", ["YWJj", "YQ=="], ["a b", "="]),
        ("hex", ["0xff", "abc1"], ["xyz", "0x"]),
        ("uuid", ["3f2504e0-4f89-11d3-9a0c-0305e82c3301"], ["3f25", "3f2504e04f8911d39a0c0305e82c3301"]),
        ("path", ["/run/x", "./data"], ["https://x"]),
        ("text", ["anything", ""], []),
    ],
)
def test_kinds_have_their_forms(kind, good, bad):
    """And each has words for a founder."""
    assert [value for value in good if not fits(value, kind)] == []
    assert [value for value in bad if fits(value, kind)] == []
    assert kind == "text" or SAID[kind]


@pytest.mark.parametrize(("name", "is_one"), [
    ("STRIPE_SECRET_KEY", True), ("DATABASE_URL", True), ("JWT_SECRET", True), ("SMTP_PASS", True), ("API_TOKEN", True),
    ("NEXT_PUBLIC_API_KEY", False), ("STRIPE_PUBLISHABLE_KEY", False), ("SUPABASE_ANON_KEY", False), ("PORT", False),
    ("TOKEN_TTL", False), ("PRIVATE_KEY_PATH", False), ("LOG_LEVEL", False), ("APP_URL", False),
])  # fmt: skip
def test_secrets_are_told_by_their_names(name, is_one):
    """What is made for pages is none."""
    assert secret_name(name) == is_one


def test_live_values_belong_to_no_test_system():
    """No key of ours is one, no address of a real host."""
    for value in (
        *SECRETS.values(),
        "https://api.shop.io",
        "https://contest.shop.io",
        "production",
        "https://latest.io",
    ):
        if "test_" not in value and "shop.test" not in value:
            assert of_a_test_system(value) == "", value


def test_hashes_tell_equal_values_and_give_nothing_away():
    """The same key and value give the same hash; another key another one; short values are left out."""
    value = letters(24)
    one = variable_hashes.make(KEY, "production", {"A": value, "B": "x" * 9, "C": "on"})
    other = variable_hashes.make(KEY, "staging", {"Z": value, "B": "y" * 9})
    assert variable_hashes.same(one, other, names=["A", "B", "C"]) == [("A", "Z")]
    text = variable_hashes.text(one)
    assert value not in text
    assert "C" not in one.values
    stranger = variable_hashes.make(KEY + "!", "production", {"A": value})
    assert stranger.values["A"] != one.values["A"]
    with pytest.raises(variable_hashes.BadHashes, match="LAUNCH_ENV_SALT"):
        variable_hashes.make("short", "x", {})


def test_hashes_come_back_from_their_file_and_nothing_else_does(tmp_path):
    """A file of variables is told apart; what is broken is said."""
    path = tmp_path / "h.json"
    made = variable_hashes.make(KEY, "staging", {"A": letters(24)})
    path.write_text(variable_hashes.text(made))
    assert variable_hashes.load(path) == made
    path.write_text("A=1\n")
    assert variable_hashes.load(path) is None
    for bad in ("{}", '{"launch_env_hashes": 1}', '{"launch_env_hashes": 1, "hashes": []}', "{"):
        path.write_text(bad)
        with pytest.raises(variable_hashes.BadHashes):
            variable_hashes.load(path)

"""Reading `launch.yml`: every mistake at once, each with its place and a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError
from bot.config.schema import LaunchFile
from tests.growth import seconds, worse_than_linear
from tests.servers.tls import Authority


def problems(tmp_path: Path, text: str | bytes) -> list[str]:
    """The lines that a person would read, with `launch.yml` in place of the whole path."""
    path = tmp_path / "launch.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [str(problem).replace(str(path), "launch.yml") for problem in caught.value.problems]


def read(tmp_path: Path, text: str) -> LaunchFile:
    path = tmp_path / "launch.yml"
    path.write_text(text)
    return load(path)


def test_three_mistakes_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """A founder mends the file in one go."""
    text = (
        "product:\n"
        "  domain: acme.example\n"
        "  time_zone: Europe/Berln\n"
        "hosts:\n"
        "  - name: app.acme.example\n"
        "    purpse: app\n"
        "    flow: loggin\n"
    )
    assert problems(tmp_path, text) == [
        'launch.yml:3:14: product.time_zone: "Europe/Berln" is no time zone, did you mean "Europe/Berlin"?',
        'launch.yml:6:5: hosts.0.purpse: unknown key, did you mean "purpose"?',
        'launch.yml:7:11: hosts.0.flow: "loggin" is not one of login, signup or payment, did you mean "login"?',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("product: {}\n", 'launch.yml:1:10: product: "domain" is missing here'),
        ("prodct: {domain: a.example}\n", 'launch.yml:1:1: prodct: unknown key, did you mean "product"?'),
        ("- a\n", "launch.yml:1:1: write a section here: indented lines of `name: value`"),
        ("hosts: 5\n", "launch.yml:1:8: hosts: write a list"),
        ("network: {rate: fast}\n", "launch.yml:1:17: network.rate: write a number"),
        ("network: {rate: .inf}\n", "launch.yml:1:17: network.rate: this must be at most 1000"),
        ("network: {rate: .nan}\n", "launch.yml:1:17: network.rate: "),
        ("network: {burst: 0}\n", "launch.yml:1:18: network.burst: this must be at least 1"),
        ("network: {burst: 1.5}\n", "launch.yml:1:18: network.burst: write a whole number"),
        ("network: {resolvers: [localhost]}\n", 'launch.yml:1:23: network.resolvers.0: "localhost" is not a resolver'),
        ("network: {resolvers: ['1.1.1.1:99999']}\n", "launch.yml:1:23: network.resolvers.0: "),
        ("network: {allow_private: [10.0.0.0/33]}\n", 'launch.yml:1:26: network.allow_private: "10.0.0.0/33" is not'),
        ("network: {allow_private: 7}\n", "launch.yml:1:26: network.allow_private: write true, false, or a list"),
        ("network: {ports: {443: 84430}}\n", 'launch.yml:1:18: network.ports: "84430" is not a port'),
        ("network: {canaries: yes}\n", "launch.yml:1:21: network.canaries: write false, or a list of URLs"),
        ("network: {ca_file: none.pem}\n", "No such file or directory"),
        ("product: {domain: 192.0.2.7}\n", "launch.yml:1:19: product.domain: 192.0.2.7 is an IP address"),
        ("product: {domain: '2001:db8::1'}\n", "2001:db8::1 is an IP address"),
        ("product: {domain: https://a.example/}\n", "is more than a name; write only the host"),
        ("product: {domain: acme}\n", '"acme" is one word; a domain has a dot'),
        ("product: {domain: '-a.example'}\n", "is not allowed between its dots"),
        ("product: {domain: 12}\n", "launch.yml:1:19: product.domain: write text here"),
        ("product: {domain: a.example, canonical: ftp://a.example}\n", "is not for the web; use https://"),
        ("product: {domain: a.example, canonical: a.example}\n", "has no https:// in front"),
        ("product: {domain: a.example, id: Acme Inc}\n", "use lower-case letters, digits and dashes only"),
        ("monitors: [{name: A, url: https://a.example/, every: soon}]\n", '"soon" is not a duration'),
        ("monitors: [{name: A, url: https://a.example/, every: 1s}]\n", "this must be at least 10"),
        ("monitors: [{name: A, url: /up}]\n", "a path alone is not enough without product.domain"),
        ("monitors: [{name: A, url: https://a.example/, expect: {status: [20]}}]\n", "is not an HTTP status"),
        ("monitors: [{name: A, url: https://a.example/, expect: {header: nosniff}}]\n", 'write it as "Name: value"'),
        ("people: {ana: {slack: ana}}\n", '"ana" is not a Slack member ID'),
        ("people: {ana: {email: ana}}\n", '"ana" is not an e-mail address'),
        ("channels: {alerts: '#Not A Channel'}\n", "is not a channel"),
        ("hosts: [{name: a.example, owner: ana}]\n", '"ana" is not known: add a section people'),
        ("people: {ana: }\nhosts: [{name: a.example, owner: anna}]\n", 'not listed under people, did you mean "ana"?'),
        ("services: {Shop: {}}\nhosts: [{name: a.example, service: Shp}]\n", 'services, did you mean "Shop"?'),
        ("hosts: [{name: A.example}, {name: a.example.}]\n", '"a.example." is listed twice, first in line 1'),
        ("checks: {tls.expirey: {enabled: false}}\n", 'there is no check of this name, did you mean "tls.expiry"?'),
        ("product: {domain: a.example}\nproduct: {domain: b.example}\n", '"product" is written twice, first in line 1'),
        ("inventories: {secrets: [{name: K, created: last week}]}\n", "write a date such as 2026-11-30"),
    ],
)
def test_each_mistake_has_a_place_and_a_sentence(tmp_path: Path, text: str, expected: str) -> None:
    """One mistake, one line."""
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert expected in found[0]
    assert found[0].startswith("launch.yml:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"product:\n\tdomain: a.example\n", "launch.yml:2:1: a tab stands where spaces belong"),
        (b"product: {domain: a.example\n", "a { bracket is opened and never closed"),
        (b"product: 'a\n", "a quote or bracket is opened and never closed"),
        (b"name: a: b\n", "there is a colon too many"),
        (b"product:\n  domain: a.example\n stage: live\n", "launch.yml:3:2: this line is indented differently"),
        (b'Acme "shop"\n# ours\nhosts: 1\n', "this line does not fit what stands above it"),
        (b"hosts: [a: : b]\n", "something is missing before this character"),
        (b"product: *nobody\n", "an * stands before a word"),
        (b"domain: @acme\n", "may not begin with this character; put it in quotes"),
        (b"a: 1\n---\nb: 2\n", "there is a second document"),
        (
            b"product: !!python/object:os.system {}\n",
            "the tag tag:yaml.org,2002:python/object:os.system is not used here",
        ),
        (b"product: {domain: !secret a.example}\n", "the tag !secret is not used here"),
        (b"? [a]\n: b\n", "a key must be a plain word"),
        (b"product: {<<: {domain: a.example}}\n", "<< is not used"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not UTF-8 text"),
        (b"a\x00b", "the file is binary"),
        (b"a: \x07", "there is a control character in the file"),
        (b"", "the file is empty; `launch init DOMAIN --force` writes one in its place"),
        (b"# nothing but a comment\n", "the file is empty"),
        (b"[" * 5000, "the file is nested too deeply"),
        (b"- a\n" * 45_000, "has more than 20000 values"),
        (b"#" * (1024 * 1024 + 1), "larger than 1 MiB"),
    ],
)
def test_what_is_no_yaml_gets_one_sentence(tmp_path: Path, text: bytes, expected: str) -> None:
    """Nothing in a file leads to a traceback, or to YAML's own words."""
    found = problems(tmp_path, text)
    assert expected in "\n".join(found)


def test_aliases_that_unfold_into_millions_are_refused_quickly(tmp_path: Path) -> None:
    """The billion laughs: nine lines of ten aliases each."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "unfolds into more than" in problems(tmp_path, "\n".join(lines))[0]


def test_an_alias_of_itself_is_refused(tmp_path: Path) -> None:
    """Recursion ends in a sentence."""
    assert "nested too deeply" in problems(tmp_path, "a: &a [*a]\n")[0]


def test_a_text_folded_over_lines_is_one_line(tmp_path: Path) -> None:
    """`>` joins lines by spaces, and nothing invisible is left between them."""
    found = read(tmp_path, "product:\n  domain: acme.example\n  name: >-\n    Acme\n    Books\n")
    assert found.product is not None
    assert found.product.name == "Acme Books"


def test_an_ordinary_alias_is_understood(tmp_path: Path) -> None:
    """Aliases are YAML, and small ones are welcome."""
    text = (
        "hosts:\n  - {name: a.example, private_paths: &paths [/admin]}\n  - {name: b.example, private_paths: *paths}\n"
    )
    assert [host.private_paths for host in read(tmp_path, text).hosts] == [("/admin",), ("/admin",)]


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123456789012-abcdefABCDEF",
        "sk_live_51HabcdefGHIJKL",
        "ghp_abcdefghijklmnopqrstuvwxyz0123",
        "AKIAIOSFODNN7EXAMPLE",
        "https://ana:hunter2@a.example/",
        "https://hooks.slack.com/services/T000/B000/XXXX",
    ],
)
@pytest.mark.parametrize(
    "line",
    [
        "product: {domain: SECRET}",
        "product: {domain: a.example, canonical: 'SECRET'}",
        "mail: {seed_mailbox: {address: a@b.example, password_env: 'SECRET'}}",
        "runbooks: {login: 'use SECRET to log in'}",
        "'SECRET': 1",
    ],
)
def test_a_secret_is_refused_and_never_repeated(tmp_path: Path, secret: str, line: str) -> None:
    """What a person pasted by mistake does not end up in a CI log as well."""
    said = "\n".join(problems(tmp_path, line.replace("SECRET", secret)))
    assert "looks like a secret" in said
    assert secret not in said
    assert "hunter2" not in said


def test_a_password_in_place_of_a_variables_name_is_not_repeated(tmp_path: Path) -> None:
    """An ordinary word can be a password too."""
    said = problems(tmp_path, "mail: {seed_mailbox: {address: a@b.example, password_env: hunter2}}")[0]
    assert "write the name of an environment variable" in said
    assert "hunter2" not in said


def test_hostile_text_is_said_on_one_line(tmp_path: Path) -> None:
    """Escape sequences in the file do not reach the terminal."""
    found = problems(tmp_path, 'product: {domain: "\\e[2Jevil\\nline"}\n')
    assert len(found) == 1
    assert "\x1b" not in found[0]
    assert "\n" not in found[0]


def test_yaml_1_2_words_mean_what_they_say(tmp_path: Path) -> None:
    """`no` is a word, 012 is twelve."""
    file = read(tmp_path, "people: {no: {}, yes: {}}\nnetwork: {burst: 012}\n")
    assert list(file.people) == ["no", "yes"]
    assert file.network.burst == 12


def test_a_file_with_only_a_network_is_enough(tmp_path: Path) -> None:
    """A TARGET on the command line names the rest."""
    file = read(tmp_path, 'network: {resolvers: ["127.0.0.1:5353"], allow_private: true, ports: {443: 8443}}\n')
    assert not file.names_a_product
    assert file.network.resolvers == ("127.0.0.1:5353",)


def test_a_section_without_entries_counts_as_left_out(tmp_path: Path) -> None:
    """All entries of a section may be comments."""
    assert read(tmp_path, "product: {domain: a.example}\npeople:\n# ana:\nhosts:\n").hosts == ()


def test_names_become_ascii(tmp_path: Path) -> None:
    """Unicode and punycode are the same name."""
    file = read(tmp_path, "product: {domain: BÜCHER.example, canonical: 'https://www.bücher.example'}\n")
    assert file.product is not None
    assert file.product.domain == "xn--bcher-kva.example"
    assert file.product.canonical == "https://www.xn--bcher-kva.example/"


def test_the_ca_file_is_found_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    """Wherever the command is run from."""
    authority.write(tmp_path / "ca.pem")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "launch.yml").write_text("network: {ca_file: ca.pem}\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load("../launch.yml").network.ca_file == str(tmp_path / "elsewhere" / ".." / "ca.pem")
    assert Path(load("../launch.yml").network.ca_file or "").exists()


def test_a_ca_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    """Better here than as a handshake that fails everywhere."""
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n")
    assert "holds no certificate" in problems(tmp_path, "network: {ca_file: ca.pem}\n")[0]


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """Each with what to do."""
    with pytest.raises(ConfigError, match="there is no such file; `launch init DOMAIN` writes one"):
        load(tmp_path / "none.yml")
    with pytest.raises(ConfigError, match="this is not a file"):
        load(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """Permissions are a common mistake on servers."""
    path = tmp_path / "launch.yml"
    path.write_text("product: {domain: a.example}\n")
    path.chmod(0)
    with pytest.raises(ConfigError, match="check its permissions"):
        load(path)


@pytest.mark.parametrize("name", ["\\e[2J", "\\x9b31m", "\\0", "\\u202eexe", "a\\rb", "\\L", "\\a"])
@pytest.mark.parametrize("place", ['product: {{domain: a.example, name: "{}"}}', 'people: {{"{}": {{}}}}'])
def test_control_characters_have_no_place_in_the_file(tmp_path: Path, place: str, name: str) -> None:
    """They would move the cursor of whoever reads the report; line breaks and tabs are text."""
    found = problems(tmp_path, place.format(f"Acme {name}") + "\n")
    assert found == [one for one in found if "invisible control character" in one]
    assert len(found) == 1
    assert found[0].isprintable()
    assert (
        read(tmp_path, 'product: {domain: a.example}\nrunbooks: {a: "one\\n\\ttwo ✓"}\n').runbooks["a"]
        == "one\n\ttwo ✓"
    )


@pytest.mark.parametrize("hostile", ["#\n" * 500_000, "!" + "t" * 1_000_000 + " x", "#" * 1_000_000, "- x\n" * 250_000])
def test_a_file_made_to_be_slow_is_refused_at_once(tmp_path: Path, hostile: str) -> None:
    """Within the size that is read there is room for minutes of work."""
    assert "more than" in problems(tmp_path, hostile)[0]
    length = len(hostile) // 4
    assert worse_than_linear(lambda size: problems(tmp_path, hostile[:size]), length) is None
    assert seconds(lambda: problems(tmp_path, hostile), 3.0) <= 3.0

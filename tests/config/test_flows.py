"""Flows in launch.yml: what is read, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.flow_templates import ALL
from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from checks.flow.model import Extract, Sign

HEAD = "product: {domain: shop.test, canonical: 'https://www.shop.test/'}\nhosts: [{name: app.shop.test}]\nflows:\n"
STEP = "    steps: [{name: A, request: {url: /}}]\n"


def read(tmp_path: Path, text: str):
    """The flows of this file."""
    path = tmp_path / "launch.yml"
    path.write_text(HEAD + text)
    return to_inventory(load(path)).flows


def test_all_that_a_step_can_say_is_read(tmp_path: Path) -> None:
    """Words of the file become what is walked."""
    flow = read(
        tmp_path,
        "  - id: a\n    base: https://app.shop.test/\n    env: {key: A_KEY}\n    email: qa@shop.test\n    steps:\n"
        "      - name: One\n        within: 3s\n        slow_after: 1s\n        required: false\n        repeat: true\n"
        "        webhook: true\n"
        "        request: {url: '/x/{run}', method: PUT, json: {a: ['{email}', 1]}, \n"
        "          sign: {like: github, secret: key}}\n"
        "        extract: {a: 'id=(.)', b: 'json: x.0', c: 'header: Location', d: 'cookie: s', e: 'field: csrf'}\n"
        "        expect: {status: [201, 202], redirect_to: /y, cookie: s, no_cookie: t, final_path: /z}\n",
    )[0]
    (step,) = flow.steps
    assert flow.hosts == {"shop.test", "www.shop.test", "app.shop.test"}
    assert (step.within, step.slow_after, step.required, step.repeat, step.webhook) == (3.0, 1.0, False, True, True)
    assert step.request is not None
    assert (step.request.method, step.request.json) == ("PUT", {"a": ["{email}", 1]})
    assert step.request.sign == Sign("github", "key", "")
    assert step.extract == (
        Extract("a", "regex", "id=(.)"), Extract("b", "json", "x.0"), Extract("c", "header", "Location"),
        Extract("d", "cookie", "s"), Extract("e", "field", "csrf"),
    )  # fmt: skip
    assert (step.expect.status, step.expect.redirect_to, step.expect.cookie) == ((201, 202), "/y", "s")


def test_a_flow_belongs_to_its_service(tmp_path: Path) -> None:
    """Owner and weight come from there, unless the flow says otherwise."""
    text = "  - {id: a, service: S, steps: [{name: A, request: {url: /}}]}\n"
    text += "  - {id: b, service: S, owner: ben, critical: true, steps: [{name: A, request: {url: /}}]}\n"
    text += "people: {ana: , ben: }\nservices: {S: {owner: ana, critical: false}}\n"
    first, second = read(tmp_path, text)
    assert (first.owner, first.critical, second.owner, second.critical) == ("ana", False, "ben", True)
    assert first.base == "https://www.shop.test/"


@pytest.mark.parametrize("template", ALL)
def test_each_template_is_made_of_parts_that_can_be_read(template: str, tmp_path: Path) -> None:
    """With all that it may be given, and what is written beside it wins."""
    one = ALL[template]
    given = ", ".join(f"{each.name}: {VALUES.get(each.name, '/x')}" for each in one.parameters)
    flow = read(
        tmp_path,
        f"  - id: t\n    name: Mine\n    template: {template}\n    env: {{password: A, totp: B, signing: C}}\n"
        f"    email: qa@shop.test\n    with: {{{given}}}\n    cleanup: [{{name: Mine too, request: {{url: /}}}}]\n",
    )[0]
    assert flow.steps
    assert (flow.name, [step.name for step in flow.cleanup]) == ("Mine", ["Mine too"])


VALUES = {"sign": "stripe", "leads_to": "'https://pay.test/'", "remove_method": "DELETE", "logout_method": "POST"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("  - id: a\n    after: b\n" + STEP, '"b" is no flow here'),
        ("  - id: a\n    after: b\n" + STEP + "  - id: b\n    after: a\n" + STEP, "wait for each other"),
        ("  - id: a\n    with: {x: y}\n" + STEP, "belongs to a template"),
        ("  - id: a\n", "either steps or a template"),
        ("  - id: a\n    template: login\n" + STEP, "either steps or a template"),
        ("  - {id: a, template: logon}\n", 'did you mean "login"'),
        ("  - {id: a, template: login, env: {password: P}, with: {email: x@y.test}}\n", "with: needs shows"),
        ("  - {id: a, template: login, with: {email: x@y.test, shows: x}}\n", "it needs env: {password"),
        ("  - {id: a, template: signup, env: {password: P}}\n", "it needs email:"),
        ("  - {id: a, template: api-health, with: {pth: x}}\n", 'did you mean "path"'),
        ("  - id: a\n    steps: [{name: A, request: {url: '/{nope}'}}]\n", "{nope} is filled by nothing"),
        ("  - id: a\n    steps: [{name: A, request: {url: '/{email}'}}]\n", "{email} needs email:"),
        ("  - id: a\n    steps: [{name: A, request: {url: /, form: {c: '{totp:key}'}}}]\n", "{totp:key} is filled by"),
        (
            "  - id: a\n    steps: [{name: A, request: {url: /, sign: {like: hex, secret: k}}}]\n",
            "does not stand under env",
        ),
        ("  - id: a\n    steps: [{name: A}]\n", "exactly one of request, submit and browser"),
        ("  - id: a\n    steps: [{name: A, request: {url: /}, submit: {}}]\n", "exactly one of request"),
        ("  - id: a\n    steps: [{name: A, browser: [{open: /, see: x}]}]\n", "exactly one of open, fill"),
        ("  - id: a\n    steps: [{name: A, browser: [{fill: email}]}]\n", "fill needs a text beside it"),
        (
            "  - id: a\n    steps: [{name: A, request: {url: /, form: {a: b}, body: c}}]\n",
            "only one of form, json and body",
        ),
        ("  - id: a\n    steps: [{name: A, within: 20s, request: {url: /}}]\n", "at most 15"),
        ("  - id: a\n    steps: [{name: A, request: {url: /}, extract: {x: 'no group'}}]\n", "has 0 groups"),
        ("  - id: a\n    steps: [{name: A, request: {url: /}, extract: {x: '((a+)+)'}}]\n", "groups in ( )"),
        ("  - id: a\n    steps: [{name: A, request: {url: /}, extract: {x: '(?:a+)+(b)'}}]\n", "run for hours"),
        ("  - id: a\n    steps: [{name: A, request: {url: /}, extract: {x: 'json:'}}]\n", "write what is taken"),
        ("  - id: a\n    steps: [{name: A, request: {url: 'ftp://x'}}]\n", "ftp"),
        ("  - id: a\n    steps: [{name: A, request: {url: log-in/now}}]\n", 'write "/log-in/now" for a page'),
        ("  - id: a\n    env: {password: hunter2}\n" + STEP, "name of an environment variable"),
        ("  - id: a\n    env: {Pass Word: X}\n" + STEP, "use small letters"),
        ("  - id: a\n    every: 10s\n" + STEP, "at least 300"),
    ],
)
def test_each_mistake_is_told_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    """A sentence, a line, and never the value of a secret."""
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    told = [problem for problem in refused.value.problems if says in problem.message]
    assert told, [problem.message for problem in refused.value.problems]
    assert all(problem.line >= 4 for problem in told)
    assert "hunter2" not in str(refused.value)


def test_two_of_one_template_can_be_told_apart(tmp_path: Path) -> None:
    """Each has its id beside the template's name, also in reports of CI, where equal names are one test."""
    several = "".join(f"  - {{id: {id}, template: api-health}}\n" for id in ("api", "jobs"))
    flows = read(tmp_path, several + "  - {id: alone, template: webhook, with: {url: /hook}}\n")
    assert [flow.name for flow in flows] == ["API health (api)", "API health (jobs)", "Webhook receiver"]


def test_braces_of_a_raw_body_are_its_own(tmp_path: Path) -> None:
    """JSON and templates of others are full of them."""
    text = "  - id: a\n    steps: [{name: A, request: {url: /, method: POST, body: 'hello {name}'}}]\n"
    assert read(tmp_path, text)[0].steps[0].request.body == "hello {name}"


def test_what_was_understood_is_shown_step_by_step(tmp_path: Path) -> None:
    """Also what a template was made into, and which variables are missing where the bot runs."""
    from bot.cli.config import _flows

    path = tmp_path / "launch.yml"
    path.write_text(
        HEAD + "  - {id: in, template: login, env: {password: NOT_SET_HERE}, with: {email: a@b.test, shows: Hello}}\n"
    )
    assert _flows(to_inventory(load(path))) == [
        "Flow: Log-in (in), from https://www.shop.test/: Open the log-in page; Log in",
        "  Not set here, so it cannot be walked: NOT_SET_HERE",
    ]

"""The self-test about second routes and the watchdog: what is missing is to do, what cannot work is a problem."""

from __future__ import annotations

from bot.config.load import load
from bot.services.doctor import Line, State, _other_ways
from bot.views.doctor import doctor

BARE = "product: {domain: acme.test}\n"
FULL = (
    BARE
    + """
people: {ana: {email: ana@acme.test}}
channels:
  second_route:
    - {kind: email, server: "smtp.acme.test:587", from: bot@acme.test, env: SMTP_LOGIN}
    - {kind: sms, env: SMS_URL}
watchdog: {url_env: WATCHDOG_URL}
"""
)


def lines(tmp_path, text: str, **secrets: str) -> tuple[Line, ...]:
    """What it says about a file, with these variables."""
    path = tmp_path / "launch.yml"
    path.write_text(text)
    return _other_ways(load(path), lambda name: secrets.get(name, ""))


def test_without_either_the_bot_is_never_called_well(tmp_path):
    """Nothing is broken, and yet nobody would notice when the bot itself dies."""
    found = lines(tmp_path, BARE)
    assert {line.name: line.state for line in found} == {"Second route": State.OPEN, "Watchdog": State.OPEN}
    assert all(line.fix for line in found)
    said = doctor(found)
    assert said.headline == "The bot works, with 2 things still to do"
    assert doctor(()).headline == "The bot is well"


def test_with_both_it_says_where_to_and_no_secret(tmp_path):
    """Names and addresses, never what the variables hold."""
    secrets = {"SMTP_LOGIN": "bot:secret-word", "SMS_URL": "twilio://secret-word", "WATCHDOG_URL": "https://w.test/s3"}
    found = lines(tmp_path, FULL, **secrets)
    assert {line.state for line in found} == {State.OK}
    assert "secret-word" not in str(found)
    assert "w.test" not in str(found)


def test_an_empty_variable_is_a_problem_with_the_line_to_write(tmp_path):
    """The founder copied the example and forgot the secret."""
    found = lines(tmp_path, FULL)
    assert {line.state for line in found} == {State.PROBLEM}
    assert any("WATCHDOG_URL=" in line.fix for line in found)
    assert any("SMS_URL=" in line.fix for line in found)
    odd = lines(tmp_path, FULL, SMTP_LOGIN="a:b", SMS_URL="x://y", WATCHDOG_URL="not a url")
    assert [line.state for line in odd] == [State.OK, State.OK, State.PROBLEM]

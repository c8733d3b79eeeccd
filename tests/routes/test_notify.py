"""Messages by other ways than Slack, to real receivers: what arrives, and what is said where nothing does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import subprocess
from dataclasses import replace

import pytest

from bot.adapters.notify import Hook, Mail, NotDelivered, Refused, Service, send
from tests.servers.http import closed_port
from tests.servers.smtp import MailServer
from tests.servers.tls import Authority

KEY = "a key of thirty-two characters.."


def mail(server: MailServer, **more: object) -> Mail:
    """A mailbox behind that server."""
    plain = Mail("ana@acme.example", "127.0.0.1", server.port, "insecure", "alerts@acme.example")
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture
def trust(tmp_path):
    """A made authority, and the file that others trust."""
    authority = Authority.make()
    return authority, str(authority.write(tmp_path / "ca.pem"))


async def test_a_mail_arrives_as_it_was_written(note):
    """Plain text with subject, sender and the delivery id as a header."""
    async with MailServer() as server:
        await send(mail(server), note)
    [letter] = server.letters
    assert letter.to == ("ana@acme.example",)
    assert letter.message["Subject"] == note.title
    assert "alerts@acme.example" in letter.message["From"]
    assert letter.message["Launch-Delivery"] == note.id
    assert letter.text.strip().splitlines() == note.text.splitlines()
    assert letter.message.get_content_type() == "text/plain"


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_mail_goes_encrypted_and_after_a_log_in(note, trust, at_once):
    """STARTTLS and TLS from the start, certificates looked at; the password holds every awkward character."""
    authority, ca_file = trust
    secret = "p@ss:w/rd?&#%+"
    context = authority.issue("127.0.0.1").context
    async with MailServer(tls=context, at_once=at_once, password=secret) as server:
        way = mail(server, security="ssl" if at_once else "starttls", user="bot@acme.example", password=secret)
        await send(way, note, ca_file=ca_file)
    [letter] = server.letters
    assert letter.secured
    assert letter.user == "bot@acme.example"


async def test_a_certificate_of_a_stranger_is_refused_and_no_password_given(note, tmp_path):
    """Nothing arrives, and the reason says that it is the certificate."""
    context = Authority.make("Stranger").issue("127.0.0.1").context
    async with MailServer(tls=context, password="secret-word") as server:
        with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
            await send(mail(server, security="starttls", user="bot", password="secret-word"), note)
    assert server.letters == []


async def test_a_wrong_password_is_final_and_never_repeated(note, trust):
    """The reason names no secret."""
    authority, ca_file = trust
    async with MailServer(tls=authority.issue("127.0.0.1").context, password="right-word") as server:
        way = mail(server, security="starttls", user="bot", password="wrong-word")
        with pytest.raises(Refused) as caught:
            await send(way, note, ca_file=ca_file)
    assert "535" in str(caught.value)
    assert "wrong-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "final"), [("451 try later", False), ("550 no such mailbox", True), ("", False), ("hang", False)]
)
async def test_a_mail_that_is_not_taken_is_an_error(note, answer, final):
    """Refused for now, refused for good, nobody there, a server that never says a word."""
    async with MailServer(answer=answer, hang=answer == "hang") as server:
        way = mail(server) if answer else Mail("a@acme.example", *closed_port(), "insecure", "b@acme.example")
        with pytest.raises(NotDelivered) as caught:
            await send(way, note, patience=3.0 if answer == "hang" else 20.0)
    assert isinstance(caught.value, Refused) is final
    assert str(caught.value)
    assert server.letters == []


async def test_a_webhook_is_signed_over_its_raw_bytes(note, receiver):
    """The receiver can prove who sent it, tell a repeat by the id, and a gap or a wrong order by the number."""
    await send(Hook(f"{receiver.url}/launch?x=1", KEY), note)
    [(path, headers, body)] = receiver.got
    assert path == "/launch"
    assert headers["launch-signature"] == "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert headers["launch-delivery"] == note.id
    assert json.loads(body) == {"type": "incident", "incident": "INC-1", "id": note.id, "sequence": 7}


async def test_a_webhook_without_a_key_carries_no_signature(note, receiver):
    """Nothing that looks like one."""
    await send(Hook(f"{receiver.url}/launch"), note)
    assert "launch-signature" not in receiver.got[0][1]


async def test_a_webhook_is_not_led_elsewhere(note, receiver):
    """A redirect to a private place is not followed, for the message and for its signature."""
    receiver.answers.append((307, {"Location": f"{receiver.url}/private"}))
    with pytest.raises(Refused, match="307"):
        await send(Hook(f"{receiver.url}/launch", KEY), note)
    assert [path for path, _, _ in receiver.got] == ["/launch"]


@pytest.mark.parametrize(("status", "final"), [(500, False), (429, False), (503, False), (404, True), (401, True)])
async def test_what_a_webhook_answers_decides_whether_it_is_tried_again(note, receiver, status, final):
    """A receiver that is ill may recover; an address that is wrong does not mend itself."""
    receiver.answers.append((status, {}))
    with pytest.raises(NotDelivered, match=str(status)) as caught:
        await send(Hook(f"{receiver.url}/launch?token=very-secret", KEY), note)
    assert isinstance(caught.value, Refused) is final
    assert "very-secret" not in str(caught.value)


async def test_a_webhook_where_nobody_is_can_be_tried_again(note):
    """Refused, and an address that is none."""
    host, port = closed_port()
    with pytest.raises(NotDelivered, match="could not be reached"):
        await send(Hook(f"http://{host}:{port}/"), note)
    with pytest.raises(Refused, match="cannot be used"):
        await send(Hook("http://"), note)


async def test_ntfy_gets_title_text_priority_and_token(note, receiver):
    """As its own app would show it."""
    await send(Service(f"ntfy://{receiver.host}/acme-alerts?priority=high&auth=token&token=tk_secret"), note)
    [(_, headers, body)] = receiver.got
    told = json.loads(body)
    assert (told["topic"], told["title"], told["message"]) == ("acme-alerts", note.title, note.text)
    assert headers["authorization"] == "Bearer tk_secret"
    assert headers["x-priority"] == "high"


async def test_an_sms_is_short_and_has_no_title(note, receiver):
    """One text of at most 160 characters."""
    await send(Service(f"json://user:secret@{receiver.host}/sms", short=True), note)
    [(_, headers, body)] = receiver.got
    assert json.loads(body)["message"] == note.short
    assert not json.loads(body)["title"]
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"user:secret"


async def test_what_apprise_sends_is_not_led_elsewhere_either(note, receiver):
    """No redirects; and the reason holds neither path nor password."""
    receiver.answers.append((302, {"Location": f"{receiver.url}/private"}))
    with pytest.raises(NotDelivered) as caught:
        await send(Service(f"json://user:secret-word@{receiver.host}/path-of-mine"), note)
    assert len(receiver.got) == 1
    assert "secret-word" not in str(caught.value)
    assert "path-of-mine" not in str(caught.value)


async def test_an_address_that_apprise_does_not_know_is_final(note):
    """A typing mistake in the environment."""
    with pytest.raises(Refused, match="does not know"):
        await send(Service("twillio://nonsense"), note)


async def test_the_sending_process_gets_no_token_and_ends(note, receiver):
    """Slack's tokens stay here; a message that is given up leaves no process behind."""
    from bot.adapters.notify import _environment

    os.environ["SLACK_BOT_TOKEN"] = "xoxb-1-2"
    try:
        assert "SLACK_BOT_TOKEN" not in _environment("")
    finally:
        del os.environ["SLACK_BOT_TOKEN"]
    async with MailServer(hang=True) as server:
        task = asyncio.create_task(send(mail(server), note))
        async with asyncio.timeout(60):
            await server.called.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    children = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, check=False)
    assert b"notify_child" not in children.stdout

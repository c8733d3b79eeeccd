"""Whatever comes in, the workspace answers in Slack's form: never a failure of its own."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bot.demo.workspace import WorkspaceServer
from bot.demo.workspace.web_api import METHODS

VALUES: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KNOWN = st.sampled_from(
    [
        "C0LAUNCH1",
        "C0OLDSITE",
        "G0SECRETS",
        "UMIA",
        "U0LAUNCHR",
        "USLACKBOT",
        "",
        "0",
        "1.5",
        "-1",
        "true",
        "[]",
        "{}",
        "null",
    ]
)
BLOCKISH = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["section", "actions", "input", "header", "home", "modal", "rich_text", "table", "button"]
        ),
        "text": VALUES,
        "elements": VALUES,
        "element": VALUES,
        "blocks": VALUES,
        "title": VALUES,
        "block_id": VALUES,
    },
)
NAMES = (
    "channel",
    "user",
    "users",
    "text",
    "blocks",
    "attachments",
    "metadata",
    "markdown_text",
    "thread_ts",
    "ts",
    "message_ts",
    "trigger_id",
    "view",
    "view_id",
    "hash",
    "external_id",
    "user_id",
    "types",
    "limit",
    "cursor",
    "oldest",
    "latest",
    "email",
    "token",
    "error",
    "bot",
    "team",
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(NAMES), KNOWN | VALUES | BLOCKISH | st.lists(BLOCKISH, max_size=3), max_size=8
)
MANY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


async def check(answer: aiohttp.ClientResponse) -> None:
    """An answer in Slack's form that is no failure of ours."""
    body = await answer.json()
    assert answer.status in (200, 413), body
    assert isinstance(body["ok"], bool)
    assert body.get("error") != "internal_error"


async def test_any_json_gets_an_answer(slack: WorkspaceServer) -> None:
    """Every method with any arguments, as JSON and as a form."""
    slack.core.limits.on = False
    slack.core.tokens.scopes += ["team:read", "im:write", "im:read", "groups:read", "channels:join"]
    async with aiohttp.ClientSession() as session:

        async def send(method: str, arguments: dict[str, Any]) -> None:
            token = slack.app_token if METHODS[method].caller == "app" else slack.bot_token
            headers = {"Authorization": f"Bearer {token}"}
            url = slack.api_url + method
            if "trigger_id" in arguments:
                arguments["trigger_id"] = slack.core.handles.trigger("UMIA")
            async with session.post(url, json=arguments, headers=headers) as answer:
                await check(answer)
            form = {
                key: value if isinstance(value, str) else json.dumps(value)
                for key, value in arguments.items()
                if key != "token"
            }
            async with session.post(url, data=form, headers=headers) as answer:
                await check(answer)

        await run(send, st.sampled_from(sorted(METHODS)), ARGUMENTS)
        slack.workspace.snapshot()


async def test_any_bytes_get_an_answer(slack: WorkspaceServer) -> None:
    """Bodies that are nothing, of any declared type, with any token."""
    kinds = st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "text/plain",
            "application/json; charset=klingon",
        ]
    )
    slack.core.limits.on = False
    async with aiohttp.ClientSession() as session:

        async def send(kind: str, body: bytes) -> None:
            headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": kind}
            async with session.post(slack.api_url + "chat.postMessage", data=body, headers=headers) as answer:
                await check(answer)
            key = slack.core.handles.response("UMIA", "C0LAUNCH1")
            async with session.post(slack.core.response_url(key), data=body, headers=headers) as answer:
                assert answer.status in (200, 400, 404, 413)
            async with session.post(f"{slack.url}/_page/act", data=body, headers=headers) as answer:
                assert answer.status in (200, 400, 415)
            async with session.post(f"{slack.url}/_control/wait", data=body, headers=headers) as answer:
                assert answer.status in (200, 400)

        await run(
            send,
            kinds,
            st.binary(max_size=200) | st.binary(max_size=80).map(lambda raw: b"--x\r\n" + raw + b"\r\n--x--"),
        )


async def run(send: Any, *strategies: SearchStrategy[Any]) -> None:
    """Drive an async example by hypothesis from inside the running loop: draw first, then send."""
    drawn: list[tuple[Any, ...]] = []

    @MANY
    @given(st.tuples(*strategies))
    def collect(example: tuple[Any, ...]) -> None:
        drawn.append(example)

    collect()
    for example in drawn:
        await send(*example)


async def test_acting_with_garbage_never_fails(slack: WorkspaceServer) -> None:
    """Any act with any fields gets ok or a refusal."""
    acts = st.sampled_from([name[4:] for name in dir(slack.page) if name.startswith("_do_")])
    names = [
        "user",
        "channel",
        "text",
        "ts",
        "thread_ts",
        "view_id",
        "block_id",
        "action_id",
        "input",
        "state",
        "callback_id",
        "who",
        "with",
        "name",
        "tab",
        "query",
        "all",
    ]
    users = st.sampled_from(["UMIA", "mia", "U0LAUNCHR", "x"])
    fields = st.dictionaries(st.sampled_from(names), KNOWN | VALUES, max_size=8)

    async def send(do: str, user: str, data: dict[str, Any]) -> None:
        answer = await slack.page.perform({**data, "do": do, "user": user})
        assert isinstance(answer["ok"], bool)
        json.dumps(answer)

    await run(send, acts, users, fields)


async def test_a_huge_body_is_refused(slack: WorkspaceServer) -> None:
    """Four megabytes are the most."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        data = io.BytesIO(json.dumps({"channel": "C0LAUNCH1", "text": "x" * (5 << 20)}).encode())
        async with session.post(slack.api_url + "chat.postMessage", data=data, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (413, "request_too_large")

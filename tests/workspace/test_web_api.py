"""The Web API answers as Slack's does: tokens, scopes, arguments, messages, channels, people, dialogs."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello* <@UMIA> & <https://a.example|a>"}}


async def refused(call: Any) -> dict[str, Any]:
    """What a call was refused with."""
    with pytest.raises(SlackApiError) as error:
        await call
    data: dict[str, Any] = error.value.response.data
    return data


def at(slack: WorkspaceServer, token: str | None = None) -> AsyncWebClient:
    """The SDK with another token."""
    return AsyncWebClient(token=token, base_url=slack.api_url, retry_handlers=[])


# -- tokens and scopes ---------------------------------------------------------


async def test_auth_test_names_the_bot_and_its_scopes(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """The scopes of the manifest stand in the header."""
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == ("U0LAUNCHR", "B0LAUNCHR", "Marigold")
    assert answer.headers["x-oauth-scopes"].split(",") == slack.core.tokens.scopes
    assert "chat:write" in slack.core.tokens.scopes


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-1-2-wrong", "invalid_auth")])
async def test_a_wrong_token_is_refused(slack: WorkspaceServer, token: str, error: str) -> None:
    """No token and an unknown one are told apart."""
    assert (await refused(at(slack, token).auth_test()))["error"] == error


async def test_each_method_takes_its_own_kind_of_token(slack: WorkspaceServer) -> None:
    """The app token opens sockets and nothing else; the bot token opens none."""
    assert (await refused(at(slack, slack.app_token).auth_test()))["error"] == "not_allowed_token_type"
    opened = at(slack).apps_connections_open(app_token=slack.bot_token)
    assert (await refused(opened))["error"] == "not_allowed_token_type"
    assert (await at(slack).apps_connections_open(app_token=slack.app_token))["url"].startswith("ws://127.0.0.1:")


@pytest.mark.parametrize("problem", ["token_revoked", "account_inactive"])
async def test_a_token_may_go_bad(slack: WorkspaceServer, client: AsyncWebClient, problem: str) -> None:
    """A revoked token is refused by name, and works again once it is restored."""
    slack.revoke("bot", problem)
    assert (await refused(client.auth_test()))["error"] == problem
    slack.revoke("bot", "")
    assert (await client.auth_test())["ok"]


async def test_a_missing_scope_is_named(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """What is needed and what is there."""
    data = await refused(client.team_info())
    assert (data["error"], data["needed"]) == ("missing_scope", "team:read")
    assert data["provided"].split(",") == slack.core.tokens.scopes
    slack.core.tokens.scopes.remove("users:read")
    assert (await refused(client.users_info(user="UMIA")))["needed"] == "users:read"


async def test_optional_scopes_may_be_declined() -> None:
    """Without the optional scopes channels cannot be listed and addresses are not shown."""
    async with WorkspaceServer(grant_optional=False) as slack:
        client = at(slack, slack.bot_token)
        assert (await refused(client.conversations_list()))["error"] == "missing_scope"
        assert "email" not in (await client.users_info(user="UMIA"))["user"]["profile"]


async def test_query_form_and_json_are_read(slack: WorkspaceServer) -> None:
    """All three ways of sending arguments, the token in the form too."""
    async with aiohttp.ClientSession() as session:
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        url = slack.api_url + "users.info"
        async with session.get(url, params={"user": "UMIA"}, headers=bearer) as answer:
            assert (await answer.json())["user"]["name"] == "mia"
        async with session.post(url, data={"user": "UMIA", "token": slack.bot_token}) as answer:
            assert (await answer.json())["user"]["name"] == "mia"
        async with session.post(url, json={"user": "UMIA"}, headers=bearer) as answer:
            assert (await answer.json())["user"]["name"] == "mia"
        form = aiohttp.FormData({"user": "UMIA"}, default_to_multipart=True)
        async with session.post(url, data=form, headers=bearer) as answer:
            assert (await answer.json())["user"]["name"] == "mia"


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[1]", "json_not_object"),
        ("application/json", b"[" * 20000, "invalid_json"),
        ("application/json", b'{"a": NaN}', "invalid_json"),
        ("text/plain", b"hello", "invalid_post_type"),
    ],
)
async def test_a_body_that_cannot_be_read_is_named(slack: WorkspaceServer, kind: str, body: bytes, error: str) -> None:
    """Slack's codes for bad bodies."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": kind}
    url = slack.api_url + "chat.postMessage"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        assert (await answer.json())["error"] == error


async def test_an_unknown_method_is_named(client: AsyncWebClient) -> None:
    """With the name that was asked for."""
    data = await refused(client.api_call("rocket.launch"))
    assert (data["error"], data["req_method"]) == ("unknown_method", "rocket.launch")


# -- messages ------------------------------------------------------------------


async def test_a_message_is_posted_edited_read_and_deleted(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """The life of a message; its text is left as it was sent."""
    posted = await client.chat_postMessage(channel="C0LAUNCH1", text="Hello", blocks=[SECTION])
    assert posted["message"]["blocks"][0]["text"] == SECTION["text"]
    assert posted["message"]["bot_id"] == "B0LAUNCHR"
    edited = await client.chat_update(channel="C0LAUNCH1", ts=posted["ts"], text="Bye")
    assert edited["message"]["edited"]["user"] == "U0LAUNCHR"
    (message,) = slack.messages("#launch")
    assert (message["text"], "blocks" in message) == ("Bye", False)
    link = await client.chat_getPermalink(channel="C0LAUNCH1", message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/C0LAUNCH1/p{posted['ts'].replace('.', '')}")
    await client.chat_delete(channel="C0LAUNCH1", ts=posted["ts"])
    assert slack.messages("#launch") == []
    again = await refused(client.chat_update(channel="C0LAUNCH1", ts=posted["ts"], text="Bye"))
    assert again["error"] == "message_not_found"


async def test_time_stamps_are_unique_and_grow(client: AsyncWebClient) -> None:
    """Messages of one instant still have an order."""
    stamps = [(await client.chat_postMessage(channel="C0LAUNCH1", text=str(n)))["ts"] for n in range(5)]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "G0SECRETS", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OLDSITE", "text": "x"}, "is_archived"),
        ({"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
        ({"channel": "U0LAUNCHR", "text": "x"}, "cannot_dm_bot"),
        ({"channel": "C0LAUNCH1"}, "no_text"),
        ({"channel": "C0LAUNCH1", "text": "  "}, "no_text"),
        ({"channel": "C0LAUNCH1", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": "C0LAUNCH1", "text": "x", "thread_ts": "soon"}, "invalid_thread_ts"),
        ({"channel": "C0LAUNCH1", "text": "x", "blocks": "no"}, "invalid_blocks_format"),
        ({"channel": "C0LAUNCH1", "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": "C0LAUNCH1", "markdown_text": "x" * 12001}, "msg_too_long"),
        ({"channel": "C0LAUNCH1", "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"channel": "C0LAUNCH1", "text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
async def test_what_slack_refuses_to_post_is_refused(client: AsyncWebClient, arguments: Any, error: str) -> None:
    """One code for each mistake."""
    assert (await refused(client.api_call("chat.postMessage", json=arguments)))["error"] == error


async def test_bad_blocks_are_explained_with_pointers(client: AsyncWebClient) -> None:
    """Each mistake with the place where it stands."""
    blocks = [SECTION, {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    data = await refused(client.chat_postMessage(channel="C0LAUNCH1", text="x", blocks=blocks))
    assert data["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/1/text/text]" in data["errors"][0]
    assert data["response_metadata"]["messages"][0] == f"[ERROR] {data['errors'][0]}"


async def test_too_much_text_in_blocks_is_refused(client: AsyncWebClient) -> None:
    """The total over all blocks has its own code."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}} for _ in range(6)]
    data = await refused(client.chat_postMessage(channel="C0LAUNCH1", text="x", blocks=blocks))
    assert data["error"] == "msg_blocks_too_long"


async def test_long_text_is_cut_when_posted_and_refused_when_edited(client: AsyncWebClient) -> None:
    """40,000 characters for a new message, 4,000 for an edit."""
    posted = await client.chat_postMessage(channel="C0LAUNCH1", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    edit = client.chat_update(channel="C0LAUNCH1", ts=posted["ts"], text="x" * 4_001)
    assert (await refused(edit))["error"] == "msg_too_long"


async def test_only_own_messages_can_be_edited(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """A person's message is not the bot's to change; a private channel without the bot does not exist for it."""
    said = slack.say("mia", "#launch", "mine")
    update = client.chat_update(channel="C0LAUNCH1", ts=said["ts"], text="yours")
    assert (await refused(update))["error"] == "cant_update_message"
    assert (await refused(client.chat_delete(channel="C0LAUNCH1", ts=said["ts"])))["error"] == "cant_delete_message"
    hidden = slack.say("mia", "#funding", "secret")
    update = client.chat_update(channel="G0SECRETS", ts=hidden["ts"], text="x")
    assert (await refused(update))["error"] == "channel_not_found"


async def test_posting_to_a_person_opens_direct_messages(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """The channel that comes back is the one to edit in."""
    posted = await client.chat_postMessage(channel="UBEN", text="Psst")
    assert posted["channel"].startswith("D")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Louder")
    found = await client.conversations_history(channel=posted["channel"])
    assert found["messages"][0]["text"] == "Louder"
    again = await client.chat_postMessage(channel="UBEN", text="Again")
    assert again["channel"] == posted["channel"]


async def test_an_ephemeral_message_is_for_one_person(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """It is in no history, and only members can get one."""
    sent = await client.chat_postEphemeral(channel="C0LAUNCH1", user="UMIA", text="For you")
    assert slack.ephemerals("mia")[0]["ts"] == sent["message_ts"]
    assert (await client.conversations_history(channel="C0LAUNCH1"))["messages"] == []
    stranger = client.chat_postEphemeral(channel="C0OPSALRT", user="UKAI", text="x")
    assert (await refused(stranger))["error"] == "user_not_in_channel"


async def test_metadata_comes_back_when_asked_for(client: AsyncWebClient) -> None:
    """Stored with the message, shown with include_all_metadata only."""
    metadata = {"event_type": "launch_delivery", "event_payload": {"d": "1"}}
    posted = await client.chat_postMessage(channel="C0LAUNCH1", text="x", metadata=metadata)
    plain = await client.conversations_history(channel="C0LAUNCH1")
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel="C0LAUNCH1", include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata
    thread = await client.conversations_replies(channel="C0LAUNCH1", ts=posted["ts"], include_all_metadata=True)
    assert thread["messages"][0]["metadata"] == metadata


async def test_threads_are_counted_and_kept_out_of_the_channel(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """A reply hangs under its parent; a broadcast is shown in both places."""
    slack.core.limits.on = False
    root = (await client.chat_postMessage(channel="C0LAUNCH1", text="root"))["ts"]
    one = (await client.chat_postMessage(channel="C0LAUNCH1", text="one", thread_ts=root))["ts"]
    await client.chat_postMessage(channel="C0LAUNCH1", text="two", thread_ts=one, reply_broadcast=True)
    top = (await client.conversations_history(channel="C0LAUNCH1"))["messages"]
    assert [each["text"] for each in top] == ["two", "root"]
    assert (top[1]["reply_count"], top[1]["reply_users"]) == (2, ["U0LAUNCHR"])
    thread = (await client.conversations_replies(channel="C0LAUNCH1", ts=one))["messages"]
    assert [each["text"] for each in thread] == ["root", "one", "two"]


# -- channels and people -------------------------------------------------------


async def test_history_is_paged_and_bounded(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Newest first, by pages, between two times."""
    stamps = [slack.say("mia", "#launch", str(n))["ts"] for n in range(5)]
    seen, cursor = [], ""
    while True:
        page = await client.conversations_history(channel="C0LAUNCH1", limit=2, cursor=cursor)
        seen += [each["text"] for each in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == ["4", "3", "2", "1", "0"]
    window = await client.conversations_history(channel="C0LAUNCH1", oldest=stamps[1], latest=stamps[3])
    assert [each["text"] for each in window["messages"]] == ["2"]
    window = await client.conversations_history(channel="C0LAUNCH1", oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [each["text"] for each in window["messages"]] == ["3", "2", "1"]
    bad = client.conversations_history(channel="C0LAUNCH1", cursor="bm8=")
    assert (await refused(bad))["error"] == "invalid_cursor"


async def test_history_needs_membership(client: AsyncWebClient) -> None:
    """A public channel without the bot says so, a private one does not exist for it."""
    assert (await refused(client.conversations_history(channel="C0GENERAL")))["error"] == "not_in_channel"
    assert (await refused(client.conversations_history(channel="G0SECRETS")))["error"] == "channel_not_found"
    assert (await refused(client.conversations_replies(channel="C0LAUNCH1", ts="1.0")))["error"] == "thread_not_found"


async def test_channels_are_listed(client: AsyncWebClient) -> None:
    """Public ones with channels:read; private ones need a scope that the manifest does not ask for."""
    found = await client.conversations_list(exclude_archived=True)
    assert [each["name"] for each in found["channels"]] == ["launch", "general", "ops"]
    assert [each["is_member"] for each in found["channels"]] == [True, False, True]
    assert (await refused(client.conversations_list(types="private_channel")))["needed"] == "groups:read"
    assert (await refused(client.conversations_list(types="bogus")))["error"] == "invalid_types"
    info = await client.conversations_info(channel="C0LAUNCH1", include_num_members=True)
    assert (info["channel"]["topic"]["value"], info["channel"]["num_members"]) == ("Launch day", 5)
    assert "UMIA" in (await client.conversations_members(channel="C0LAUNCH1"))["members"]


async def test_joining_and_opening_need_their_scopes(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """With the scope the bot joins; without it is told which one is missing."""
    assert (await refused(client.conversations_join(channel="C0GENERAL")))["needed"] == "channels:join"
    assert (await refused(client.conversations_open(users="UMIA")))["needed"] == "im:write"
    slack.core.tokens.scopes += ["channels:join", "im:write"]
    assert (await client.conversations_join(channel="C0GENERAL"))["channel"]["is_member"]
    assert (await client.conversations_open(users="UMIA"))["channel"]["id"].startswith("D")


async def test_people_are_found(client: AsyncWebClient) -> None:
    """By id, in the list, by address; a guest is restricted."""
    assert (await client.users_lookupByEmail(email="MIA@marigold.test"))["user"]["id"] == "UMIA"
    assert (await refused(client.users_lookupByEmail(email="x@y.z")))["error"] == "users_not_found"
    assert (await refused(client.users_info(user="U0NOBODY")))["error"] == "user_not_found"
    people = {each["name"]: each for each in (await client.users_list())["members"]}
    assert people["kai"]["is_restricted"]
    assert people["mia"]["is_primary_owner"]
    assert people["mia"]["tz_offset"] in (3600, 7200)
    assert (await client.bots_info(bot="B0LAUNCHR"))["bot"]["user_id"] == "U0LAUNCHR"


# -- dialogs -------------------------------------------------------------------

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [SECTION]}


async def test_a_trigger_works_once_for_three_seconds(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Unknown, used and stale trigger ids have a code each."""
    handles = slack.core.handles
    assert (await refused(client.views_open(trigger_id="x", view=MODAL)))["error"] == "invalid_trigger_id"
    trigger = handles.trigger("UMIA")
    await client.views_open(trigger_id=trigger, view=MODAL)
    assert (await refused(client.views_open(trigger_id=trigger, view=MODAL)))["error"] == "exchanged_trigger_id"
    stale = handles.trigger("UMIA")
    slack.advance(3.1)
    assert (await refused(client.views_open(trigger_id=stale, view=MODAL)))["error"] == "expired_trigger_id"


async def test_at_most_three_dialogs_are_stacked(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """The fourth is refused; pushing without one open is, too."""
    trigger = slack.core.handles.trigger
    assert (await refused(client.views_push(trigger_id=trigger("UMIA"), view=MODAL)))["error"] == "not_found"
    await client.views_open(trigger_id=trigger("UMIA"), view=MODAL)
    await client.views_push(trigger_id=trigger("UMIA"), view=MODAL)
    await client.views_push(trigger_id=trigger("UMIA"), view=MODAL)
    data = await refused(client.views_push(trigger_id=trigger("UMIA"), view=MODAL))
    assert data["error"] == "push_limit_reached"


async def test_a_view_is_updated_by_its_hash(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """A stale hash loses; an external id finds the view; two views cannot share one."""
    opened = await client.views_open(
        trigger_id=slack.core.handles.trigger("UMIA"), view={**MODAL, "external_id": "one"}
    )
    view = opened["view"]
    updated = await client.views_update(view_id=view["id"], hash=view["hash"], view={**MODAL, "external_id": "one"})
    assert updated["view"]["hash"] != view["hash"]
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    assert (await refused(stale))["error"] == "hash_conflict"
    assert (await client.views_update(external_id="one", view=MODAL))["view"]["id"] == view["id"]
    assert (await refused(client.views_update(view_id="V0", view=MODAL)))["error"] == "not_found"


async def test_a_bad_view_is_explained(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """With the place of each mistake, and without using the trigger up."""
    trigger = slack.core.handles.trigger("UMIA")
    bad = {**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}
    data = await refused(client.views_open(trigger_id=trigger, view=bad))
    assert data["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in data["response_metadata"]["messages"][0]
    await client.views_open(trigger_id=trigger, view=MODAL)


async def test_the_app_home_is_published_with_a_hash(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """One home per person; a modal is none."""
    view = {"type": "home", "blocks": [SECTION]}
    first = await client.views_publish(user_id="UMIA", view=view)
    second = await client.views_publish(user_id="UMIA", view=view, hash=first["view"]["hash"])
    assert second["view"]["id"] == first["view"]["id"]
    stale = client.views_publish(user_id="UMIA", view=view, hash=first["view"]["hash"])
    assert (await refused(stale))["error"] == "hash_conflict"
    assert (await refused(client.views_publish(user_id="UMIA", view=MODAL)))["error"] == "invalid_arguments"
    assert slack.home("ben") is None


# -- response URLs -------------------------------------------------------------


async def test_a_response_url_lasts_five_uses_and_half_an_hour(slack: WorkspaceServer) -> None:
    """Then it is used up, or expired, and says so with 404."""
    async with aiohttp.ClientSession() as session:
        key = slack.core.handles.response("UMIA", "C0LAUNCH1")
        url = slack.core.response_url(key)
        statuses = []
        for number in range(6):
            async with session.post(url, json={"text": str(number)}) as answer:
                statuses.append(answer.status)
        assert statuses == [200] * 5 + [404]
        old = slack.core.response_url(slack.core.handles.response("UMIA", "C0LAUNCH1"))
        slack.advance(1801)
        async with session.post(old, json={"text": "x"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, "expired_url")


async def test_a_response_url_replaces_and_deletes(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """The original message is edited in place, then taken away; bad blocks are a 400."""
    posted = await client.chat_postMessage(channel="C0LAUNCH1", text="card", blocks=[SECTION])
    url = slack.core.response_url(slack.core.handles.response("UMIA", "C0LAUNCH1", posted["ts"]))
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json={"replace_original": True, "text": "done"}) as answer:
            assert answer.status == 200
        (message,) = slack.messages("#launch")
        assert (message["text"], message["ts"], "blocks" in message) == ("done", posted["ts"], False)
        async with session.post(url, json={"blocks": [{"type": "bogus"}]}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_blocks")
        async with session.post(url, json={"delete_original": True}) as answer:
            assert answer.status == 200
    assert slack.messages("#launch") == []

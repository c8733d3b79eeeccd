"""What is proven with Slack before the bot starts: both tokens, the scopes, and that a connection can be had.

A wrong app token would otherwise make the SDK retry for ever without a word.
"""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.scopes import OPTIONAL, REQUIRED

FIXES = {
    "invalid_auth": "Copy the token again: in your app's settings, {where}.",
    "not_authed": "Copy the token again: in your app's settings, {where}.",
    "token_revoked": "The token was withdrawn. Install the app again, then copy the new one: {where}.",
    "token_expired": "The token has run out. Install the app to the workspace again, then copy it anew: {where}.",
    "account_inactive": "The app was removed from the workspace. Install it again, then copy the token: {where}.",
    "not_allowed_token_type": "This is another kind of token. The right one is under {where}.",
    "missing_scope": "Give the app-level token the scope connections:write: {where}.",
    "ratelimited": "Slack asks for a pause. Wait a minute and start again.",
}
BOT_TOKEN_AT = "OAuth & Permissions → Bot User OAuth Token (begins with xoxb-)"  # noqa: S105
APP_TOKEN_AT = "Basic Information → App-Level Tokens (begins with xapp-)"  # noqa: S105


class NotAccepted(Exception):
    """Slack does not let the bot in; the text says which value is wrong and how to put it right."""


class NotReached(Exception):
    """Slack did not answer at all, so nothing is known about the tokens."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in this workspace."""

    team: str
    team_id: str
    bot_user: str
    bot_id: str
    scopes: frozenset[str]
    socket_url: str
    """A fresh Socket Mode URL, good for one connection; empty in HTTP mode."""

    @property
    def missing_optional(self) -> dict[str, str]:
        """Optional scopes that were not granted, with what they are for."""
        return {scope: use for scope, use in OPTIONAL.items() if scope not in self.scopes}


async def prove(client: AsyncWebClient, app_token: str = "") -> Identity:
    """Test the bot token, its scopes, and the app token where one is given. Raises NotAccepted, NotReached."""
    answer = await _ask(client, "SLACK_BOT_TOKEN", BOT_TOKEN_AT)
    scopes = frozenset(filter(None, str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")))
    missing = {scope: use for scope, use in REQUIRED.items() if scope not in scopes}
    if missing:
        wanted = "\n".join(f"  {scope}: to {use}" for scope, use in missing.items())
        raise NotAccepted(
            f"The app lacks permissions in this workspace:\n{wanted}\n"
            "Add them under OAuth & Permissions → Scopes → Bot Token Scopes (or paste manifest.yml again), "
            "then click Reinstall to Workspace."
        )
    url = ""
    if app_token:
        url = str((await _ask(client, "SLACK_APP_TOKEN", APP_TOKEN_AT, app_token)).get("url", ""))
    return Identity(
        team=str(answer.get("team", "")),
        team_id=str(answer.get("team_id", "")),
        bot_user=str(answer.get("user_id", "")),
        bot_id=str(answer.get("bot_id", "")),
        scopes=scopes,
        socket_url=url,
    )


async def _ask(client: AsyncWebClient, variable: str, where: str, app_token: str = "") -> AsyncSlackResponse:
    """`auth.test`, or `apps.connections.open` with the app token; a refusal becomes a sentence with the fix."""
    try:
        if app_token:
            return await client.apps_connections_open(app_token=app_token)
        return await client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error", "unknown_error"))
        fix = FIXES.get(code, "Look the word up in Slack's documentation of the method.").format(where=where)
        raise NotAccepted(f"Slack refused {variable} ({code}). {fix}") from None
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotReached(
            f"Slack did not answer at {client.base_url} ({type(error).__name__}). "
            "Check this machine's internet connection, and SLACK_API_URL if you set it; then start again."
        ) from None

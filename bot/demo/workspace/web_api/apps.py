"""auth.test, api.test, apps.connections.open, team.info, bots.info."""

from __future__ import annotations

from bot.demo.workspace import people
from bot.demo.workspace.people import BOT_USER, Json
from bot.demo.workspace.web_api.call import Call, Refused, method


@method("api.test", tier="4", caller="any")
def api_test(call: Call) -> Json:
    """Echo the arguments, or fail on request."""
    args = {key: value for key, value in call.args.items() if key != "token"}
    if call.text("error"):
        raise Refused(call.text("error"), args=args)
    return {"args": args}


@method("auth.test", tier="special")
def auth_test(call: Call) -> Json:
    """Who the token belongs to."""
    return {
        "url": f"https://{people.TEAM_DOMAIN}.slack.com/",
        "team": people.TEAM_NAME,
        "user": call.workspace.users[BOT_USER].name,
        "team_id": people.TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": people.BOT_ID,
        "is_enterprise_install": False,
    }


# Slack's page of this method says tier 3; its Java SDK says tier 1. Two sockets and a reconnect must pass.
@method("apps.connections.open", tier="3", caller="app")
def connections_open(call: Call) -> Json:
    """An address for one socket, good for one use."""
    if not call.core.manifest.settings.socket_mode_enabled:
        raise Refused("forbidden_team")
    ticket = call.core.dispatcher.sockets.ticket(debug=call.flag("debug_reconnects"))
    return {"url": f"{call.core.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={people.APP_ID}"}


@method("team.info", tier="3", scopes=("team:read",))
def team_info(call: Call) -> Json:
    """The workspace."""
    if call.text("team") not in ("", people.TEAM_ID):
        raise Refused("team_not_found")
    return {
        "team": {
            "id": people.TEAM_ID,
            "name": people.TEAM_NAME,
            "domain": people.TEAM_DOMAIN,
            "url": f"https://{people.TEAM_DOMAIN}.slack.com/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", tier="3", scopes=("users:read",))
def bots_info(call: Call) -> Json:
    """The bot."""
    if call.text("bot") not in ("", people.BOT_ID):
        raise Refused("bot_not_found")
    return {
        "bot": {
            "id": people.BOT_ID,
            "deleted": False,
            "name": call.workspace.users[BOT_USER].name,
            "updated": 0,
            "app_id": people.APP_ID,
            "user_id": BOT_USER,
            "icons": {},
        }
    }

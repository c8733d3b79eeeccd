"""users.info, users.list, users.lookupByEmail."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.demo.workspace import people
from bot.demo.workspace.people import Json, User
from bot.demo.workspace.web_api.call import Call, Refused, method

EMAIL = "users:read.email"


def person(call: Call, user: User) -> Json:
    """A person as the API returns them; the address only with its scope."""
    offset = datetime.fromtimestamp(call.core.pace.now(), UTC).astimezone(ZoneInfo(user.tz)).utcoffset()
    profile: Json = {
        "title": user.title,
        "phone": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": "",
        "status_emoji": "",
        "team": people.TEAM_ID,
    }
    if user.email and EMAIL in call.core.tokens.scopes:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": people.BOT_ID, "api_app_id": people.APP_ID, "always_active": True}
    return {
        "id": user.id,
        "team_id": people.TEAM_ID,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": user.is_owner,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_primary_owner,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


@method("users.info", tier="4", scopes=("users:read",))
def info(call: Call) -> Json:
    """One person."""
    found = call.workspace.users.get(call.text("user", required=True))
    if found is None:
        raise Refused("user_not_found")
    return {"user": person(call, found)}


@method("users.list", tier="2", scopes=("users:read",))
def list_(call: Call) -> Json:
    """Everybody."""
    page, metadata = call.page(list(call.workspace.users.values()), default=1000)
    return {
        "members": [person(call, each) for each in page],
        "cache_ts": int(call.core.pace.now()),
        "response_metadata": metadata,
    }


@method("users.lookupByEmail", tier="3", scopes=(EMAIL,))
def lookup_by_email(call: Call) -> Json:
    """A person by their address."""
    wanted = call.text("email", required=True).casefold()
    for each in call.workspace.users.values():
        if each.email and each.email.casefold() == wanted and not each.deleted:
            return {"user": person(call, each)}
    raise Refused("users_not_found")

"""Who and what is in the workspace when it opens: a small company a day before its launch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
"""A JSON object as Slack sends or receives it."""

TEAM_ID = "T0MARIGLD"
TEAM_NAME = "Marigold"
TEAM_DOMAIN = "marigold"
APP_ID = "A0LAUNCHR"
BOT_ID = "B0LAUNCHR"
BOT_USER = "U0LAUNCHR"
SLACKBOT = "USLACKBOT"


@dataclass(slots=True)
class User:
    """A person, the bot, or Slackbot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    tz: str = "Europe/Madrid"
    color: str = "9f69e7"
    is_bot: bool = False
    is_guest: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    deleted: bool = False

    def for_page(self) -> Json:
        """The shape of README.md."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "title": self.title,
            "email": self.email,
            "tz": self.tz,
            "color": self.color,
            "is_bot": self.is_bot,
            "is_guest": self.is_guest,
            "is_owner": self.is_owner,
            "deleted": self.deleted,
        }


@dataclass(slots=True)
class Channel:
    """A public or private channel, or the direct messages between two."""

    id: str
    kind: str
    """`public`, `private` or `im`."""
    name: str = ""
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    created: int = 0
    members: list[str] = field(default_factory=list)
    archived: bool = False
    messages: dict[str, Json] = field(default_factory=dict)
    """By `ts`, in order of posting, replies included."""

    def for_page(self) -> Json:
        """The shape of README.md."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "topic": self.topic,
            "purpose": self.purpose,
            "members": list(self.members),
            "archived": self.archived,
            "creator": self.creator,
            "created": self.created,
        }


def users(bot_name: str) -> list[User]:
    """Four people, the bot, and Slack's own voice."""
    return [
        User("UMIA", "mia", "Mia Torres", "Founder", "mia@marigold.test", is_owner=True, is_primary_owner=True),
        User(
            "UBEN",
            "ben",
            "Ben Okafor",
            "Co-founder, engineering",
            "ben@marigold.test",
            color="4bbe2e",
            is_owner=True,
        ),
        User("ULENA", "lena", "Lena Hofer", "Support", "lena@marigold.test", "Europe/Vienna", "e7392d"),
        User(
            "UKAI",
            "kai",
            "Kai Nakamura",
            "Agency, guest",
            "kai@agency.example",
            "Asia/Tokyo",
            "3c989f",
            is_guest=True,
        ),
        User(BOT_USER, bot_name, "Launch Ready", "", "", "UTC", "1a1d21", is_bot=True),
        User(SLACKBOT, "slackbot", "Slackbot", "", "", "UTC", "757575"),
    ]


def channels(created: int) -> list[Channel]:
    """A channel with the bot, one without, a private one, an archived one; direct messages are opened when used."""
    mia, ben, lena, kai = "UMIA", "UBEN", "ULENA", "UKAI"
    return [
        Channel(
            "C0LAUNCH1",
            "public",
            "launch",
            "Launch day",
            "Everything about the launch",
            mia,
            created,
            [mia, ben, lena, kai, BOT_USER],
        ),
        Channel("C0GENERAL", "public", "general", "", "Company-wide news", mia, created, [mia, ben, lena]),
        Channel("C0OPSALRT", "public", "ops", "What is up, what is down", "Alerts", ben, created, [mia, ben, BOT_USER]),
        Channel("G0FOUNDER", "private", "founders", "", "Mia and Ben", mia, created, [mia, ben, BOT_USER]),
        Channel("G0SECRETS", "private", "funding", "", "Not for the bot", mia, created, [mia, ben]),
        Channel(
            "C0OLDSITE",
            "public",
            "old-site",
            "",
            "The site before this one",
            ben,
            created,
            [mia, ben, BOT_USER],
            archived=True,
        ),
    ]

"""The Web API: one file per method family."""

from __future__ import annotations

from bot.demo.workspace.web_api import apps, chat, conversations, users, views
from bot.demo.workspace.web_api.call import METHODS, Call, Method, Refused

__all__ = ["METHODS", "Call", "Method", "Refused", "apps", "chat", "conversations", "users", "views"]

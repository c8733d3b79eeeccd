"""What the app may do in a workspace: the scopes that it needs, and what each is for. `manifest.yml` asks for them."""

from __future__ import annotations

REQUIRED: dict[str, str] = {
    "commands": "answer /launch",
    "chat:write": "post reports and alerts, and edit them in place",
    "channels:history": "find its own message again after a connection broke, so that none is doubled",
    "groups:history": "the same in private channels",
    "im:history": "the same in direct messages",
    "users:read": "know names and time zones, so that times are shown right",
}
"""Without one of these the bot does not start."""

OPTIONAL: dict[str, str] = {
    "channels:read": "find a channel by its name instead of its id, and hear that it was invited to one",
    "users:read.email": "find people by the e-mail address written in launch.yml",
}
"""Without one of these the named feature says so."""

METHODS: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": (),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history"),
    "conversations.list": ("channels:read",),
    "conversations.replies": ("channels:history", "groups:history", "im:history"),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Web API methods that the bot calls, with the scopes that each wants (any of them, by kind of conversation)."""

"""The local workspace: Slack's Web API and Socket Mode on loopback, faithful enough for any Slack client."""

from __future__ import annotations

from bot.demo.workspace.faults import Fault
from bot.demo.workspace.workspace_server import WorkspaceServer

__all__ = ["Fault", "WorkspaceServer"]

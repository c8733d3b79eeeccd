"""Who may not, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.document import Code, Document, Paragraph, Tone, Words
from bot.services.roles import No
from bot.views import notice

WHY: Mapping[No, tuple[str, Words]] = {
    No.GUEST: (
        "Guests can look, but not do that",
        (
            "You are a guest of this workspace. Ask one of its members to do it; you can see everything with ",
            Code("/launch status"),
            ".",
        ),
    ),
    No.STRANGER: (
        "Only people of this workspace can do that",
        ("Your account belongs to another workspace. Ask somebody of this one to do it.",),
    ),
    No.BOT: ("Only people can do that", ("Another app asked for it, and was refused.",)),
    No.GONE: ("This account is switched off", ("Ask somebody whose account is active.",)),
}


def refused(no: No) -> Document:
    """Nothing was done; what to do instead."""
    if no is No.NOT_OWNER:
        return notice.not_allowed("This changes what everybody hears")
    headline, words = WHY[no]
    return Document(headline, (Paragraph(("Nothing was done. ", *words)),), Tone.WARN, f"{headline}; nothing was done.")

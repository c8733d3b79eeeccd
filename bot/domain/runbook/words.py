"""Words that a founder must not meet unexplained, and sentences that help nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.runbook.known import FIELDS

PLAIN = frozenset(
    {
        "OK", "AM", "PM", "ID", "IDS", "PC", "TV", "USB", "SMS", "PIN", "FAQ", "PDF", "URL", "URLS", "UTC", "CEO",
        "AI", "A", "I", "US", "EU", "UK", "WWW", "NOT", "DOWN", "SLOW", "PASS", "FAIL", "DRILL", "GET", "POST", "INC",
    }
)  # fmt: skip
"""Capitals that everybody reads without help, or that stand in what people paste."""

RECORDS = frozenset(
    {"AAAA", "CNAME", "MX", "TXT", "NS", "CAA", "SRV", "PTR", "SOA", "ALIAS", "ANAME", "DS", "SPF", "DKIM", "DMARC"}
)
"""Types of DNS records: read letter by letter on the screen, so fine beside the word for what they are."""

MEANT = {
    "DNS": r"address book",
}
"""What has to stand somewhere in the runbook that uses it."""

NAMES = frozenset(
    {
        "AWS",
        "DNSSEC",
        "IONOS",
        "OVH",
        "INWX",
        "GCP",
        "SES",
        "IAM",
        "ECS",
        "RDS",
        "EC2",
        "S3",
        "ACM",
        "ELB",
        "GDPR",
        "API",
        "ON",
        "OFF",
    }
)
"""Names of products, and words as they stand on buttons; API is explained like any other, see `MEANT`."""

_ABBREVIATION = re.compile(r"\b[A-Z][A-Z0-9]{1,9}s?\b")
_QUOTED = re.compile(r'"[^"\n]{1,200}"|“[^”\n]{1,200}”|`[^`\n]{1,200}`|\*[^*\n]{1,80}\*|https?://\S+|\{[a-z_]+\}')
_LABEL = re.compile(r"(?:→|>)\s*[^→>.\n]{1,60}")
_ARROWS = re.compile(r"[^.:\n]*→[^\n]*?(?:[.:](?=\s|$)|\n|$)")
_RECORD_WORD = re.compile(r"\s+(?:record|row|rule|entry|entries|line|value|type|list)s?\b")
_CALLED = re.compile(r"\b(?:types?|called|named|labelled)[ \n]$")
_EXPLAINED = r"(?:\s*\(|,? (?:is|are|means?|stands for)\b|, (?:the|a|an|which|that|your|your own)\b)"

HOLLOW = re.compile(
    r"(?:check|verify|review|inspect|adjust|fix) (?:that )?(?:your|the) "
    r"(?:config|configuration|settings|set-?up|environment|system|systems|infrastructure)\b"
    r"|contact your (?:system )?administrator|as (?:needed|appropriate|necessary)\b|and so on\b|\betc\b"
    r"|(?:troubleshoot|debug) (?:the|your)\b|use best practices?|should work now|simply |obviously|just (?:check|fix) ",
    re.IGNORECASE,
)
"""What only somebody could follow who needs no runbook."""

EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]|:[a-z][a-z0-9_+-]{2,}:")
FIELD = re.compile(r"\{([^{}\n]{0,60})\}")


def abbreviations(text: str, whole: str) -> Iterator[str]:
    """Abbreviations of a text that the whole runbook explains nowhere.

    Explained is what stands in brackets behind its meaning, `meaning (SPF)`, what is followed by its meaning,
    `SPF (the list of …)` or `SPF is …`, and what is read off a screen: in quotes, in a menu path with arrows, with
    "record" behind it, or with "type" or "called" before it.
    """
    bare = _ARROWS.sub(" ", _QUOTED.sub(" ", text))
    for match in _ABBREVIATION.finditer(bare):
        short = match[0].removesuffix("s") if match[0][-1] == "s" else match[0]
        if short in PLAIN | NAMES or any(character.isdigit() for character in short):
            continue
        if short in RECORDS and _RECORD_WORD.match(bare, match.end()):
            continue
        if _CALLED.search(bare, max(0, match.start() - 12), match.start()):
            continue
        if not _explained(short, whole):
            yield short


def _explained(short: str, whole: str) -> bool:
    if short in MEANT:
        return re.search(MEANT[short], whole, re.IGNORECASE) is not None
    return re.search(rf"\({short}s?\)|\b{short}s?{_EXPLAINED}", whole) is not None


def unknown_fields(text: str, also: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names in braces that nothing can fill."""
    for match in FIELD.finditer(text):
        if match[1] not in FIELDS and match[1] not in also:
            yield match[1]


def title_case(label: str) -> bool:
    """Whether a label is in Title Case: little words may be small, the first word and the rest are not."""
    words = re.findall(r"[^\W_][\w'’.-]*", label)
    small = {
        "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "it", "my", "no", "nor", "not",
        "of", "off", "on", "or", "out", "the", "to", "up", "via", "was", "with", "yet",
    }  # fmt: skip
    return all(
        word[0].isupper() or word[0].isdigit() or (number > 0 and word in small) or "." in word
        for number, word in enumerate(words)
    )

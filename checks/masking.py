"""Hides what must not be read by others: keys, tokens, cookies, card numbers and customers' addresses.

Every text that a finding keeps goes through `mask`. Long secrets keep their first six and last two characters, so
that an owner can tell which key it was; short ones are hidden whole. Masking twice changes nothing.

All patterns are linear: each repeats one character class, is bounded, or begins where no earlier try can begin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.model import Json

HIDDEN = "[masked]"
LONG = 20
"""Secrets of at least this many characters keep their ends."""
ROUNDS = 16
"""Masking may bring two pieces together that match anew; a few rounds settle it. What they do not settle is a chain of
secrets without anything between them, and is hidden whole."""

_ENDS = re.compile(r"[^…]{6}…[^…]{2}", re.DOTALL)
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority"})
_ROLES = frozenset(
    re.findall(
        r"\S+",
        "abuse accounts admin billing careers complaints contact do-not-reply dpo enquiries feedback finance hello help"
        " hi hostmaster info invoice invoices jobs legal mail mailer-daemon marketing news newsletter no-reply noc"
        " noreply notifications office ops orders press privacy reply reports returns root sales security service"
        " shop staff subscribe support team tls-reports unsubscribe webmaster welcome",
    )
)
_ROLE_PREFIXES = ("dmarc", "rua", "ruf", "tlsrpt", "postmaster")

_TOKENS = r"""
    xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}            # Slack
  | xapp-[0-9]-[A-Za-z0-9-]{8,}
  | (?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}             # Stripe (pk_ is public by design)
  | whsec_[A-Za-z0-9+/=]{8,}
  | (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}                 # AWS
  | gh[pousr]_[A-Za-z0-9]{16,}                          # GitHub
  | github_pat_[A-Za-z0-9_]{16,}
  | glpat-[A-Za-z0-9_-]{16,}
  | sk-[A-Za-z0-9_-]{16,}                               # OpenAI, Anthropic
  | SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}          # SendGrid
  | AIza[A-Za-z0-9_-]{35}                               # Google
  | (?:npm|re|dop_v1|shpat|hf|pat)_[A-Za-z0-9_]{20,}
  | key-[0-9a-f]{32}                                    # Mailgun
  | (?:SK|AC)[0-9a-f]{32}                               # Twilio
  | eyJ[A-Za-z0-9_-]{5,1000}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]{0,4096})?   # JWT (RFC 7519)
"""

_SECRET = re.compile(
    rf"""
    (?P<pem>-----BEGIN\ [A-Z0-9\ ]{{0,40}}PRIVATE\ KEY-----(?s:.*?)(?:-----END\ [A-Z0-9\ ]{{0,40}}-----|\Z))
  | (?P<scheme>[A-Za-z][A-Za-z0-9+.-]{{1,20}}://)(?P<userinfo>[^\s/?\#"'<>]{{1,512}})@
  | (?P<hook>hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/)(?P<hooked>[A-Za-z0-9_/-]{{1,512}})
  | (?P<cookies>(?<![A-Za-z-])(?i:set-cookie2?|cookie)["']?\s{{0,3}}[:=]\s{{0,3}})(?P<jar>[^\r\n]{{1,8192}})
  | (?P<auth>(?i:authorization)["']?\s{{0,3}}[:=]\s{{0,3}}["']?(?:(?i:basic|digest|token|bearer|apikey)\s{{1,3}})?)
    (?P<credentials>[^\s"'<>]{{1,8192}})
  | (?P<bearer>(?<![A-Za-z])(?i:bearer)\s{{1,3}})(?P<borne>(?=[A-Za-z._~+/=-]{{0,64}}[0-9])[A-Za-z0-9._~+/=-]{{12,}})
  | (?P<name>(?<![A-Za-z0-9_-])[A-Za-z0-9_.-]{{0,40}}
      (?i:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|session(?:[_-]?id)?|jwt)
      (?:["']\s{{0,3}}:\s{{0,3}}["']|=["']?))(?P<value>[^\s"'&;,<>\\]{{1,8192}})
  | (?P<query>[?&;\#](?i:key|code|sig|signature|state|auth|pass|pwd|pw|sid|otp|nonce|hash|hmac|ticket|invite|id_token)=)
    (?P<asked>[^\s"'&;,<>\#]{{1,8192}})
  | (?P<header>(?<![A-Za-z0-9-])(?i:x-(?:api|auth|access|amz-security)-(?:key|token))["']?\s{{0,3}}[:=]\s{{0,3}}["']?)
    (?P<given>[^\s"'<>]{{1,8192}})
  | (?P<token>(?<![A-Za-z0-9_])(?:{_TOKENS}))
  | (?P<local>(?<![\w.%+'-])[\w.%+'-]{{1,254}})@(?P<at>[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}})
    """,
    re.VERBOSE,
)
_DIGITS = re.compile(r"(?<!\d)(?<!\d\.)\d(?:[ -]?\d){12,}")


def conceal(secret: str) -> str:
    """The secret with its middle hidden; hidden whole when it is short. A concealed one stays as it is."""
    if secret == HIDDEN or _ENDS.fullmatch(secret):
        return secret
    return f"{secret[:6]}…{secret[-2:]}".replace("\n", " ") if len(secret) >= LONG and "…" not in secret else HIDDEN


def _cookies(jar: str) -> str:
    parts = []
    for part in jar.split(";"):
        name, equals, value = part.partition("=")
        keep = not equals or name.strip().lower() in _ATTRIBUTES or not value.strip()
        parts.append(part if keep else f"{name}={conceal(value.strip())}")
    return ";".join(parts)


def _address(local: str, domain: str) -> str:
    role = local.lower().partition("+")[0]
    if role in _ROLES or role.startswith(_ROLE_PREFIXES):
        return f"{local}@{domain}"
    return f"{local[0]}…@{domain}" if local[0].isalnum() else f"…@{domain}"


_PAIRS = (
    ("hook", "hooked"),
    ("auth", "credentials"),
    ("bearer", "borne"),
    ("name", "value"),
    ("query", "asked"),
    ("header", "given"),
)


def _hide(found: re.Match[str]) -> str:
    if found["token"]:
        return conceal(found["token"])
    if found["local"]:
        return _address(found["local"], found["at"])
    if found["pem"]:
        return HIDDEN
    if found["scheme"]:
        return f"{found['scheme']}{HIDDEN}@"
    if found["cookies"]:
        return found["cookies"] + _cookies(found["jar"])
    for before, secret in _PAIRS:
        if found[before]:
            return found[before] + conceal(found[secret])
    return found[0]  # unreachable while every alternative has its line above; harmless if one is forgotten


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Lengths and first digits in use (ISO/IEC 7812), then the check digit; a millisecond timestamp begins with 1."""
    length, first = len(digits), digits[:1]
    plausible = (
        (length == 16 and first in "23456")
        or (length in (13, 19) and first == "4")
        or (length == 15 and digits[:2] in ("34", "37"))
        or (length == 14 and first == "3")
        or (17 <= length <= 19 and first == "6")
    )
    return plausible and len(set(digits)) > 1 and luhn(digits)


def _cards(found: re.Match[str]) -> str:
    """Hide card numbers in a run of digit groups: one group, or several that stand side by side."""
    pieces = re.split(r"([ -])", found[0])
    groups, gaps = pieces[::2], pieces[1::2]
    out: list[str] = []
    start = 0
    while start < len(groups):
        joined, end = "", start
        hit = 0
        while end < len(groups) and len(joined) + len(groups[end]) <= 19:
            joined += groups[end]
            end += 1
            if len(joined) >= 13 and is_card(joined):
                hit = end
        if hit:
            joined = "".join(groups[start:hit])
            out.append(f"{joined[:6]}…{joined[-2:]}")
        else:
            hit = start + 1
            out.append(groups[start])
        out.append(gaps[hit - 1] if hit - 1 < len(gaps) else "")
        start = hit
    return "".join(out)


_clean: set[str] = set()
"""Short texts that turned out to hold nothing secret: the same evidence stands behind many findings."""
_CLEAN, _SHORT = 2000, 600


def mask(text: str) -> str:
    """The text with secrets, card numbers and customers' addresses hidden."""
    if text in _clean:
        return text
    for turn in range(ROUNDS):
        masked = _DIGITS.sub(_cards, _SECRET.sub(_hide, text))
        if masked == text:
            if turn == 0 and len(text) <= _SHORT:
                _remember(text)
            return text
        text = masked
    return HIDDEN


def _remember(text: str) -> None:
    if len(_clean) >= _CLEAN:
        _clean.clear()
    _clean.add(text)


def cut(text: str, longest: int) -> str:
    """The first `longest` characters. What would be cut is masked before: half a secret is not known as one."""
    return text if len(text) <= longest else mask(text[: longest * 8])[:longest]


def mask_json(value: Json, *, longest: int = 500, most: int = 100, depth: int = 8) -> Json:
    """A JSON value with every string masked and everything bounded: text, list and object sizes, nesting."""
    if isinstance(value, str):
        return clip(mask(value[: longest * 8]), longest)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth <= 0:
        return "…"
    if isinstance(value, Mapping):
        items = list(value.items())[:most]
        return {
            clip(mask(str(key)), 100): mask_json(item, longest=longest, most=most, depth=depth - 1)
            for key, item in items
        }
    return [mask_json(item, longest=longest, most=most, depth=depth - 1) for item in list(value)[:most]]


_CONTROLS = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def clip(text: str, longest: int) -> str:
    """At most `longest` characters, without control, direction-changing or half characters; a cut is shown as `…`."""
    text = _CONTROLS.sub(" ", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"

"""Values of environment variables: stand-ins that were never replaced, keys of test systems, wrong forms.

A value is judged and forgotten: nothing here returns one, or a part of one.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

KINDS = ("text", "url", "https", "host", "email", "number", "port", "boolean", "json", "base64", "hex", "uuid", "path")
"""What a value may have to be."""
SAID = {
    "url": "a whole address, such as https://…",
    "https": "an address that begins with https://",
    "host": "a host name, without https:// and without a path",
    "email": "an e-mail address",
    "number": "a number",
    "port": "a port, 1 to 65535",
    "boolean": "true or false",
    "json": "JSON",
    "base64": "Base64",
    "hex": "digits 0-9 and a-f",
    "uuid": "a UUID",
    "path": "a path",
}
"""The same in words."""
TRUTHS = frozenset({"true", "false", "1", "0", "yes", "no", "on", "off"})
SECRET_NAME = re.compile(
    r"(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|PASS|PWD|PASSPHRASE|CREDENTIALS?|APIKEY|KEY|SALT|PEPPER|DSN|PRIVATE)"
    r"(?:_|$)|(?:SECRET|APIKEY|TOKEN|PASSWORD)$|^(?:DATABASE|DB|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|POSTGRES)_UR[IL]$"
)
OPEN_NAME = re.compile(
    r"^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC|NG_APP)_|PUBLISHABLE|PUBLIC_KEY|ANON_KEY"
    r"|_(?:ID|NAME|PATH|FILE|DIR|TTL|URL|URI|HOST|PORT|EXPIRES?(?:_IN)?|EXPIRY|LENGTH|LIMIT|HEADER|ISSUER|AUDIENCE"
    r"|TYPE|ALGORITHM|ALGO|ROUNDS|AGE|REGION|ENDPOINT|COOKIE|ENABLED|REQUIRED|BUDGET|MAX|MIN|SIZE|COUNT)$"
)
_WORDS = re.compile(
    r"^(?:#\s.*|change[_-]?me|change[_-]?this.*|replace[_-]?(?:me|this|with).*|fill[_-]?(?:me|in).*|to[_-]?do|tbd|fixme|none|null"
    r"|undefined|n/?a|xxx+|\*{3,}|\.{3,}|-{3,}|_{3,}|0{6,}|1234(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?|abc(?:123)?|foo|bar|baz"
    r"|foobar|password|passwd|secret|token|key|value|string|example|sample|dummy|fake|placeholder|test|default"
    r"|super[_-]?secret.*|my[_-]?(?:secret|password|token|key|api[_-]?key).*|some[_-]?(?:secret|value|key).*"
    r"|insert[_-].*|enter[_-].*|put[_-]your.*|add[_-]your.*|paste[_-].*|generate[_-].*|your[_-]?.*|the[_-]your.*)$",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"<[A-Za-z][^<>]{1,60}>|\[(?:your|insert|enter|put)[^\[\]]{0,60}\]|\{\{[^{}]{0,60}\}\}|your[_-](?:\w+[_-])?"
    r"(?:key|token|secret|password|id|domain|project|app|name|account|user|host|api)|x{6,}|change[_-]?me|placeholder"
    r"|replace[_-]?(?:me|this)|(?:^|[@/.])example\.(?:com|org|net)\b|\.example(?:[:/]|$)",
    re.IGNORECASE,
)
_TEST = (
    (re.compile(r"^(?:sk|rk|pk)_test_"), "a test key of Stripe or Clerk"),
    (re.compile(r"^access-sandbox-|^sandbox[_-]", re.IGNORECASE), "a key of a sandbox"),
    (re.compile(r"^shippo_test_|^test_[0-9A-Za-z]{16,}|^EZTK"), "a test key"),
    (re.compile(r"^sq0\w*-?sandbox|^sandbox-sq0"), "a sandbox key of Square"),
    (re.compile(r"^sb-[0-9a-z-]+@business\.example\.com$"), "a sandbox account of PayPal"),
    (re.compile(r"\$sandbox\$"), "a sandbox key of Braintree"),
    (re.compile(r"^1x0{20,}AA$|^2x0{20,}A[AB]$|^3x0{20,}"), "a test key of Turnstile, which lets everybody through"),
    (re.compile(r"^6LeIxAcTAAAAA"), "a test key of reCAPTCHA, which lets everybody through"),
)
_TEST_HOST = re.compile(
    r"(?:^|[.-])(?:sandbox|staging|stage|preprod|ngrok(?:-free)?|localtunnel)(?:[.-]|$)|\.(?:local|test|localhost)$"
    r"|^sandbox"
)
_LOCAL = re.compile(r"^(?:localhost|0\.0\.0\.0|127(?:\.\d{1,3}){3}|::1|host\.docker\.internal)$", re.IGNORECASE)
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.){{0,20}}{_LABEL}")
_FORMS = {
    "email": re.compile(r"(?:[^<>\r\n]{0,100}<)?[^\s@<>\"]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}>?"),
    "number": re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?"),
    "base64": re.compile(r"[A-Za-z0-9+/_-]{2,100000}={0,2}"),
    "hex": re.compile(r"(?:0x)?[0-9a-fA-F]{2,100000}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
}


def secret_name(name: str) -> bool:
    """Whether a variable of this name holds something that nobody else may know."""
    plain = name.upper()
    if re.search(r"^(?:DATABASE|DB|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|POSTGRES)_UR[IL]$", plain):
        return True
    return SECRET_NAME.search(plain) is not None and OPEN_NAME.search(plain) is None


def placeholder(value: str) -> bool:
    """Whether a value stands for one that was never filled in: `changeme`, `your-key-here`, `<token>`, `xxxxxx`."""
    plain = value.strip().strip("\"'")
    if not plain:
        return False
    return (
        _WORDS.search(plain) is not None
        or _INSIDE.search(plain[:2000]) is not None
        or (len(plain) >= 4 and len(set(plain.lower())) == 1 and not plain.isdigit())
    )


def of_a_test_system(value: str) -> str:
    """What of a value belongs to a test system or a developer's machine, in words; empty for nothing."""
    plain = value.strip()
    for pattern, said in _TEST:
        if pattern.search(plain):
            return said
    host = host_of(plain)
    if host and _LOCAL.match(host):
        return "an address of the machine itself (localhost)"
    if host and _TEST_HOST.search(host.lower()):
        return "an address of a test system"
    return ""


def host_of(value: str) -> str:
    """The host of an address, or of a bare `host` or `host:port`; empty for anything else."""
    if "://" in value:
        try:
            return urlsplit(value.partition(",")[0]).hostname or ""
        except ValueError:
            return ""
    host = value.partition("/")[0].rpartition(":")[0] or value.partition("/")[0]
    return host.strip("[]") if _LOCAL.match(host.strip("[]")) or _TEST_HOST.search(host.lower()) else ""


def fits(value: str, kind: str) -> bool:
    """Whether a value has the form of a kind; `text` is anything."""
    if kind in ("url", "https"):
        return _is_url(value, ("https",) if kind == "https" else ())
    if kind == "host":
        host, _, port = value.partition(":")
        return (_HOST.fullmatch(host) is not None and (not port or fits(port, "port"))) or _is_address(value)
    if kind == "port":
        return value.isascii() and value.isdigit() and len(value) <= 5 and 1 <= int(value) <= 65535
    if kind == "boolean":
        return value.lower() in TRUTHS
    if kind == "json":
        return _is_json(value)
    if kind == "path":
        return "\x00" not in value and "://" not in value
    form = _FORMS.get(kind)
    return form is None or form.fullmatch(value) is not None


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if any(char.isspace() for char in value) or not good:
        return False
    return parts.scheme in schemes if schemes else bool(re.fullmatch(r"[a-z][a-z0-9+.-]{1,30}", parts.scheme))


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return False
    return True


def _is_json(value: str) -> bool:
    import json

    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True

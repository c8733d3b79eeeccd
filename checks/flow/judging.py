"""Whether an answer is what a step must see, and what it says where it is not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from checks import firewall, json_path, trouble
from checks.flow import forms
from checks.flow.model import WEBHOOK_GOOD, WEBHOOK_LONGEST, Expect, State, Step
from checks.flow.shown import one_space, shown, shows, spoken
from checks.masking import clip, cut
from checks.net.facts import Chain, ChainEnd, Exchange, Reason
from checks.page import plain

REFUSED = (400, 401, 403)
CLOSED = (401, 403)
CodeOf = Callable[[str], str | None]
"""The value of a cookie that a request to the page would carry; None where none would."""
UNREACHABLE = frozenset({Reason.DNS, Reason.REFUSED, Reason.UNREACHABLE, Reason.RESET, Reason.TLS})
MB = 1024 * 1024
TOLD = 60_000
"""Characters in which a message for people is looked for."""
CAPTCHA = re.compile(
    r"cf-turnstile|challenges\.cloudflare\.com/turnstile|g-recaptcha|/recaptcha/(?:api|enterprise)\.js"
    r"|h-captcha|hcaptcha\.com/1/api\.js|friendly-?captcha|arkoselabs\.com",
    re.IGNORECASE,
)
"""Parts of pages that ask whether a person is there."""
LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|auth|session|account/login|users/sign_in|sso)\b", re.IGNORECASE)
_ALERT = re.compile(
    r"""<[a-z][a-z0-9]{0,20}\s[^>]{0,300}?(?:role=["']?alert|class=["'][^"'>]{0,200}?\b(?:alert|error|errors|flash|danger"""
    r"""|invalid-feedback|error-message)\b)[^>]{0,300}>([^<]{3,300})""",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<h1[^>]{0,300}>([^<]{3,300})<", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]{0,300})?>([^<]{3,300})<", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,300}>([^<]{3,300})<", re.IGNORECASE)
_CSRF = re.compile(r"csrf|cross-site (?:post|request)|authenticity ?token", re.IGNORECASE)
"""What frameworks say that refuse whatever has no token of a form, before the product's own code sees it."""
_PAGE = re.compile(r"\s{0,200}<(?:!doctype html|html)\b", re.IGNORECASE)
_WORDS = ("message", "error_description", "error", "errors", "detail", "title", "reason")


@dataclass(frozen=True, slots=True)
class Unmet:
    """What is wrong: a code, and the end of a sentence that begins with what the customer does."""

    code: str
    sentence: str
    state: State = State.FAILED
    needs: tuple[str, ...] = ()


def unmet(step: Step, chain: Chain, cookie: CodeOf, *, form_page: str = "") -> Unmet | None:
    """The first thing that is not as it must be; None where all is well.

    Args:
        step: With its expectation filled in.
        chain: What came back.
        cookie: Cookies as they are afterwards.
        form_page: The page whose form was sent; it may ask whether a person is there.
    """
    wrong = _unanswered(chain, step) or _wall(chain)
    if wrong is None:
        found = _expected(step.expect, chain, cookie) or _outside(step, form_page, chain.last)
        wrong = _captcha(chain, form_page) if found is not None and step.submit is not None else None
        wrong = wrong or found
    return wrong


def slow(step: Step, seconds: float) -> Unmet | None:
    """Whether an answer that is right came late. State OK: it works, and a person should know."""
    if step.webhook and seconds > WEBHOOK_LONGEST:
        why = f"answers after {seconds:.1f} seconds; senders give up, and send the same again"
        return Unmet("webhook_too_slow", why)
    if step.webhook and seconds > WEBHOOK_GOOD:
        return Unmet("webhook_slow", f"answers after {seconds:.1f} seconds; one second is good", State.OK)
    if step.slow_after is not None and seconds > step.slow_after:
        return Unmet("slow", f"took {seconds:.1f} seconds; more than {step.slow_after:g} is slow", State.OK)
    return None


def _unanswered(chain: Chain, step: Step) -> Unmet | None:
    last, fault = chain.last, chain.last.fault
    if chain.end in (ChainEnd.LOOP, ChainEnd.TOO_MANY):
        return Unmet("loop", "is sent from one address to the next without end")
    if chain.end is ChainEnd.BAD_LOCATION:
        return Unmet("bad_redirect", "is sent on to something that is not a web address")
    if fault is None:
        return None if last.status else Unmet("no_answer", "got no answer")
    if fault.reason is Reason.TIMEOUT:
        return Unmet("timeout", f"got no whole answer within {step.within:g} seconds")
    if trouble.ours(fault):
        return Unmet("ours", f"could not be looked at: {trouble.at(last.url, fault)}", State.UNKNOWN)
    code = "unreachable" if fault.reason in UNREACHABLE else "no_answer"
    return Unmet(code, f"cannot be reached: {trouble.at(last.url, fault)}")


def _wall(chain: Chain) -> Unmet | None:
    said = firewall.blocked(chain.last) or _challenged(chain.last)
    return Unmet("blocked", f"was turned away by your own firewall: {said}", State.UNKNOWN) if said else None


def _challenged(answer: Exchange) -> str:
    if answer.header("x-vercel-mitigated").strip().lower() in ("challenge", "deny"):
        return f"Vercel's firewall answered (status {answer.status})"
    if answer.header("x-amzn-waf-action").strip().lower() in ("challenge", "captcha"):
        return f"Amazon's firewall answered (status {answer.status})"
    return ""


def _outside(step: Step, before: str, last: Exchange) -> Unmet | None:
    """A log-in whose answer is the form once more, though a text that stood there all along is found on it."""
    text, submit = step.expect.contains, step.submit
    if submit is None or not text or not before or not shows(before, text):
        return None
    found = (forms.read(page).find(submit.form, submit.fields) for page in (before, last.text))
    if not all(form is not None and form.asks_for_password for form in found):
        return None
    why = f"shows the form once more; “{clip(text, 80)}” stands there before anybody is logged in, so it proves nothing"
    return Unmet("text", why)


def _captcha(chain: Chain, form_page: str) -> Unmet | None:
    if not (CAPTCHA.search(form_page[: forms.CAP]) or CAPTCHA.search(chain.last.text[: forms.CAP])):
        return None
    return Unmet("captcha", "asks whether a person is there (captcha), which a test cannot answer", State.UNKNOWN)


def _expected(expect: Expect, chain: Chain, cookie: CodeOf) -> Unmet | None:
    if expect.refused:
        return _refused(chain)
    if expect.closed:
        return _closed(expect, chain)
    return _redirect(expect, chain) or _status(expect, chain) or _content(expect, chain) or _kept(expect, cookie)


def _refused(chain: Chain) -> Unmet | None:
    first = chain.exchanges[0]
    status, text = first.status, first.text[:TOLD]
    if status in REFUSED:
        if _CSRF.search(text) is None:
            return None
        why = "refuses real messages, too: it asks for the token of a form (CSRF) before it looks at any signature"
        return Unmet("status", why)
    if 300 <= status < 400:
        to = _place(urljoin(first.url, first.redirects_to))
        why = f"leads on to {to}; payment providers do not follow that. Is this the address that your provider has?"
        return Unmet("redirect", why)
    if 200 <= status < 300 and _PAGE.match(text):
        why = f"answers with a web page (status {status}), as no receiver does: is this the right address?"
        return Unmet("status", why)
    if 200 <= status < 300:
        return Unmet("forged_accepted", f"takes a message that nobody signed (status {status} instead of a refusal)")
    return Unmet("status", f"answers with {_error(status)} to a forged message; 400, 401 or 403 is right")


def _closed(expect: Expect, chain: Chain) -> Unmet | None:
    last = chain.last
    if last.status in CLOSED:
        return None
    asked, ended = urlsplit(chain.start), urlsplit(chain.next_url or last.url)
    moved = (asked.netloc, asked.path.rstrip("/")) != (ended.netloc, ended.path.rstrip("/"))
    if moved and (LOGIN_PATH.search(ended.path) or ended.netloc != asked.netloc):
        return None
    if not 200 <= last.status < 400:
        return Unmet("status", f"answers with {_error(last.status)} to somebody who is not logged in")
    if expect.absent and not shows(last.text, expect.absent):
        return None
    if any(form.asks_for_password for form in forms.read(last.text).forms):
        return None
    return Unmet("still_open", "shows a page for members to somebody who is not logged in")


def _redirect(expect: Expect, chain: Chain) -> Unmet | None:
    if not expect.redirect_to:
        if chain.next_url and chain.end is ChainEnd.FINAL and not expect.status and 300 <= chain.last.status < 400:
            host = urlsplit(chain.next_url).hostname or ""
            why = f"leads to {host}, which is not written down, so it was not followed"
            return Unmet("foreign_host", why, State.UNKNOWN, (host,))
        return None
    leads = [urljoin(one.url, one.redirects_to) for one in chain.exchanges if one.redirects_to]
    wanted = urljoin(chain.start, expect.redirect_to)
    if any(_same_place(wanted, to) for to in leads):
        return None
    where = f"leads to {_place(leads[-1])}" if leads else f"answers with {_error(chain.last.status)}"
    return Unmet("redirect", f"{where} instead of leading to {_place(wanted)}")


def _same_place(wanted: str, to: str) -> bool:
    one, other = urlsplit(wanted), urlsplit(to)
    same = (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
    path = other.path.rstrip("/") == one.path.rstrip("/") or (one.path in ("", "/") and bool(one.netloc))
    return same and path and (not one.query or one.query == other.query)


def _place(url: str) -> str:
    parts = urlsplit(url)
    return clip(f"{parts.netloc}{parts.path}", 120)


def _status(expect: Expect, chain: Chain) -> Unmet | None:
    status = chain.last.status
    if expect.redirect_to and not expect.status:
        return None
    if status in expect.status or (not expect.status and 200 <= status < 300):
        return None
    right = f" instead of {' or '.join(str(one) for one in expect.status)}" if expect.status else ""
    return Unmet("status", f"answers with {_error(status)}{right}")


def _error(status: int) -> str:
    return f"error {status}" if status >= 400 else f"status {status}"


def _content(expect: Expect, chain: Chain) -> Unmet | None:
    last = chain.last
    text = last.text if expect.contains or expect.absent or expect.json_path else ""
    if expect.contains and not shows(text, expect.contains):
        if last.truncated:
            why = f"does not show “{clip(expect.contains, 80)}” in its first {len(last.body) // MB} MB; no more is read"
            return Unmet("too_large", why, State.UNKNOWN)
        return Unmet("text", f"does not show “{clip(expect.contains, 80)}”")
    if expect.absent and (expect.absent in text or one_space(expect.absent) in shown(text)):
        return Unmet("text", f"shows “{clip(expect.absent, 80)}”")
    return _json(expect, text) or _header(expect, last) or _ended(expect, last)


def _json(expect: Expect, text: str) -> Unmet | None:
    if not expect.json_path:
        return None
    try:
        got = json_path.at(json_path.read(text), expect.json_path)
    except json_path.Absent as absent:
        return Unmet("json", f"does not answer as it should: {absent}")
    if expect.json_equals and got != expect.json_equals:
        return Unmet("json", f"says “{cut(got, 80)}” for {expect.json_path} instead of “{expect.json_equals}”")
    return None


def _header(expect: Expect, last: Exchange) -> Unmet | None:
    name, _, value = expect.header.partition(":")
    if not name or value.strip().lower() in [found.strip().lower() for found in last.all_headers(name.strip())]:
        return None
    return Unmet("header", f"has no header {name.strip()} that says “{clip(value.strip(), 80)}”")


def _ended(expect: Expect, last: Exchange) -> Unmet | None:
    parts = urlsplit(last.url)
    host = parts.hostname or ""
    if expect.final_host and host != expect.final_host:
        return Unmet("final", f"ends at {host} instead of {expect.final_host}")
    if expect.final_path and parts.path.rstrip("/") != expect.final_path.rstrip("/"):
        return Unmet("final", f"ends at {clip(parts.path, 80)} instead of {expect.final_path}")
    return None


def _kept(expect: Expect, cookie: CodeOf) -> Unmet | None:
    if expect.cookie and not cookie(expect.cookie):
        return Unmet("cookie", f"does not set the cookie {expect.cookie}")
    if expect.no_cookie and cookie(expect.no_cookie):
        return Unmet("cookie", f"leaves the cookie {expect.no_cookie} in place")
    return None


def told(answer: Exchange) -> str:
    """What an answer says to people, unmasked, at most 200 characters: the message of an API or of a page."""
    text = answer.text[:TOLD].strip()
    if text[:1] in ("{", "["):
        try:
            return clip(_message(json_path.read(text)), 200)
        except json_path.Absent:
            return ""
    if "<" not in text:
        return _line(text)
    text = spoken(text)
    alert = _ALERT.search(text)
    if alert is not None:
        return _line(alert[1])
    heading = _HEADING.search(text)
    if heading is None:
        title = _TITLE.search(text)
        return _line(title[1]) if title is not None else ""
    said = _PARAGRAPH.search(text, heading.end())
    return _line(f"{heading[1]}: {said[1]}" if said is not None and answer.status >= 400 else heading[1])


def _line(said: str) -> str:
    if not any(letter.isalnum() for letter in said[:1000]):
        return ""
    return clip(" ".join(plain(said[:1000]).split()), 200)


def _message(value: object) -> str:
    for _ in range(4):
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = next((value[word] for word in _WORDS if value.get(word)), None)
    return value if isinstance(value, str) else ""

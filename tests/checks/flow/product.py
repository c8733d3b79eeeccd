"""A small product on loopback: log-in with a token in its form, sign-up, checkout, callbacks; and how each breaks."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from bot.clock import SystemClock
from checks.flow.totp import key_of
from tests.servers.http import Answer, Hostile, HttpServer, Request, redirect

APP = "app.test"
PAY = "pay.test"
BASE = f"https://{APP}/"
MAIL, PASSWORD = "qa@app.test", "corréct & horse/battery+staple"
AUTHENTICATOR = "JBSWY3DPEHPK3PXP"
SIGNING = b"whsec-of-the-tests"
HTML = ("content-type", "text/html; charset=utf-8")
JSON = ("content-type", "application/json")
COOKIE = "Path=/; Secure; HttpOnly; SameSite=Lax"


def page(title: str, body: str = "", status: int = 200, *headers: tuple[str, str]) -> Answer:
    """A page with a heading."""
    text = f"<!doctype html><title>{title}</title><h1>{title}</h1>{body}"
    return Answer(status, text, (HTML, *headers))


def answer(status: int, value: object) -> Answer:
    """JSON."""
    return Answer(status, json.dumps(value), (JSON,))


@dataclass
class Product:
    """The product's memory, and what is wrong with it."""

    server: HttpServer
    faults: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=lambda: {MAIL: PASSWORD})
    sessions: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds by path."""
    mails: list[str] = field(default_factory=list)
    two_factors: bool = False

    def __post_init__(self) -> None:
        self.server.route(APP, "*", self.handle)

    def handle(self, request: Request) -> Answer:
        """What the product answers."""
        name = request.path.strip("/").replace("/", "_").replace("-", "_") or "home"
        if f"{name}_500" in self.faults:
            return page("Something went wrong", '<p class="alert">Price not found</p>', 500)
        if f"{name}_hang" in self.faults:
            return Answer(hostile=Hostile.HANG)
        if f"{name}_drip" in self.faults:
            return Answer(hostile=Hostile.DRIP)
        handler = getattr(self, f"_{name}", None)
        found: Answer = handler(request) if handler else page("Not found", status=404)
        delay = self.delays.get(request.path, 0.0)
        return Answer(found.status, found.body, found.headers, delay=delay) if delay else found

    def _who(self, request: Request) -> str:
        return self.sessions.get(request.cookies.get("session", ""), "")

    def _form(self, action: str, fields: str) -> str:
        token = "" if "no_token" in self.faults else secrets.token_urlsafe(18)
        self.tokens.add(token)
        return (
            '<form action="/search"><input name="q"></form>'
            f'<form method="post" action="{action}" id="main"><input type="hidden" name="csrf" value="{token}">'
            f'{fields}<button name="go" value="1">Go</button></form>'
        )

    def _sent(self, request: Request) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}

    def _genuine(self, sent: dict[str, str]) -> bool:
        token = sent.get("csrf", "")
        known = token in self.tokens
        self.tokens.discard(token)
        return known

    def _enter(self, email: str) -> Answer:
        token = secrets.token_urlsafe(18)
        self.sessions[token] = email
        return redirect("/dashboard", 303, cookies=(f"session={token}; {COOKIE}", f"seen=1; Domain={APP}; Path=/"))

    def _home(self, _request: Request) -> Answer:
        return page("Marigold", '<a href="/login">Log in</a>')

    def _login(self, request: Request) -> Answer:
        code = '<input name="code">' if self.two_factors else ""
        captcha = '<div class="cf-turnstile"></div>' if "captcha" in self.faults else ""
        fields = f'<input name="email" type="email"><input name="password" type="password">{code}{captcha}'
        if request.method != "POST":
            return page("Log in", self._form("/login", fields))
        sent = self._sent(request)
        if not self._genuine(sent):
            return page("Log in", '<p class="error">Your form has expired.</p>', 419)
        if "captcha" in self.faults and request.header("x-captcha-pass") != "let-me-in":
            return page("Log in", '<p class="error">Please prove that you are a person.</p>' + fields, 422)
        right = self.accounts.get(sent.get("email", "")) == sent.get("password")
        if self.two_factors:
            right = right and sent.get("code") == key_of(AUTHENTICATOR).at(SystemClock().now())
        if not right or "login_refused" in self.faults:
            who = html.escape(sent.get("password", ""))
            return page("Log in", f'<p role="alert">That did not match: {who}</p>', 401)
        return self._enter(sent["email"])

    def _signup(self, request: Request) -> Answer:
        fields = '<input name="email" type="email"><input name="password" type="password">'
        if request.method != "POST":
            return page("Create your account", self._form("/signup", fields))
        sent = self._sent(request)
        if not self._genuine(sent) or "signup_refused" in self.faults:
            return page("Create your account", '<p class="error">Sign-up is closed.</p>', 422)
        self.accounts[sent["email"]] = sent["password"]
        return self._enter(sent["email"])

    def _dashboard(self, request: Request) -> Answer:
        who = self._who(request)
        if not who and "still_open" not in self.faults:
            return redirect("/login", 302)
        body = "" if "dashboard_empty" in self.faults else f"<p>Hello {who}</p><p>Your newsletters</p>"
        return page("Dashboard", body)

    def _logout(self, request: Request) -> Answer:
        if "logout_forgets" not in self.faults:
            self.sessions.pop(request.cookies.get("session", ""), None)
        return redirect("/login", 303, cookies=("session=; Max-Age=0; Path=/; Secure",))

    def _account_delete(self, request: Request) -> Answer:
        who = self._who(request)
        if not who or "delete_refused" in self.faults:
            return answer(403, {"error": "not allowed"})
        del self.accounts[who]
        return answer(200, {"deleted": True})

    def _checkout(self, request: Request) -> Answer:
        if request.method != "POST":
            return page("Checkout", self._form("/checkout", '<select name="plan"><option value="monthly"></select>'))
        sent = self._sent(request)
        if not self._genuine(sent) or sent.get("plan") != "monthly" or "price_missing" in self.faults:
            return page("Checkout", '<div class="flash error">Price not found</div>', 404)
        return redirect(f"https://{PAY}/c/pay/cs_test_{secrets.token_hex(8)}", 303)

    def _billing_callback(self, request: Request) -> Answer:
        if "callback_moved" in self.faults:
            return redirect("/billing/callback/", 308)
        if "callback_is_page" in self.faults:
            return page("Marigold")
        if "callback_wants_token" in self.faults:
            return page("Forbidden", "<p>CSRF verification failed. Request aborted.</p>", 403)
        wanted = hmac.new(SIGNING, request.body, hashlib.sha256).hexdigest()
        if "forged_accepted" in self.faults or hmac.compare_digest(wanted, request.header("x-signature")):
            return answer(200, {"received": True})
        return answer(500 if "callback_breaks" in self.faults else 400, {"error": {"message": "bad signature"}})

    def _hooks_orders(self, request: Request) -> Answer:
        if request.method != "POST" or request.header("content-type") != "application/json":
            return answer(405, {"error": "post JSON only"})
        return answer(202, {"received": json.loads(request.body)["id"]})

    def _health(self, _request: Request) -> Answer:
        state = "down" if "database_down" in self.faults else "ok"
        return answer(200, {"status": state, "checks": [{"name": "database", "ok": state == "ok"}]})

    def _forgot(self, request: Request) -> Answer:
        if request.method != "POST":
            return page("Forgot your password?", self._form("/forgot", '<input name="email">'))
        sent = self._sent(request)
        if not self._genuine(sent) or "mail_down" in self.faults:
            return page("Forgot your password?", '<p class="alert">We could not send a mail.</p>', 503)
        self.mails.append(sent["email"])
        return page("Check your mail", "<p>If there is an account, a mail is on its way.</p>")

    def _api_token(self, request: Request) -> Answer:
        sent = json.loads(request.body or b"{}")
        if self.accounts.get(sent.get("email", "")) != sent.get("password"):
            return answer(401, {"error": "wrong password"})
        token = secrets.token_urlsafe(24)
        self.sessions[token] = sent["email"]
        return answer(200, {"data": {"token": token, "items": [{"id": 7}]}})

    def _api_me(self, request: Request) -> Answer:
        who = self.sessions.get(request.header("authorization").removeprefix("Bearer "), "")
        return answer(200, {"email": who}) if who else answer(401, {"error": "no token"})

    def _round(self, _request: Request) -> Answer:
        return redirect("/round/again", 302)

    def _round_again(self, _request: Request) -> Answer:
        return redirect("/round", 302)

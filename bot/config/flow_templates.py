"""Ready flows: what nearly every product has, made from a few parameters.

A template builds the plain data of a flow as it would stand in `launch.yml`; what is made is read like anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Parameters = Mapping[str, str]
Made = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a template asks for under `with:`."""

    name: str
    what: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A ready flow."""

    id: str
    title: str
    what: str
    """What it walks, in one sentence."""
    parameters: tuple[Parameter, ...]
    make: Callable[[Parameters], Made]
    env: tuple[str, ...] = ()
    """Names that must stand under the flow's `env:`."""
    email: bool = False
    """Whether the flow needs `email:`."""

    def filled(self, given: Parameters) -> Made:
        """The flow's steps from what was given; the rest from the defaults."""
        return self.make({one.name: given.get(one.name, one.default) for one in self.parameters})


_EMAIL_FIELD = Parameter("email_field", "name of the field for the e-mail address", "email")
_PASSWORD_FIELD = Parameter("password_field", "name of the field for the password", "password")
_LOGIN = (
    Parameter("page", "path of the page to log in", "/login"),
    Parameter("email", "address of the test customer", required=True),
    _EMAIL_FIELD,
    _PASSWORD_FIELD,
    Parameter("code_field", "name of the field for the code of an authenticator app; its key stands in env as totp"),
    Parameter("shows", "text that only somebody who is logged in sees", required=True),
)


def _expect(**expected: Any) -> Made:
    return {name: value for name, value in expected.items() if value}


def _log_in(given: Parameters) -> list[Made]:
    fields = {given["email_field"]: given["email"], given["password_field"]: "{password}"}
    if given["code_field"]:
        fields[given["code_field"]] = "{totp:totp}"
    return [
        {"name": "Open the log-in page", "request": {"url": given["page"]}, "slow_after": 3},
        {"name": "Log in", "submit": {"fields": fields}, "expect": _expect(contains=given["shows"]), "slow_after": 3},
    ]


def _login(given: Parameters) -> Made:
    return {"carries": "login", "steps": _log_in(given)}


def _signup(given: Parameters) -> Made:
    fields = {given["email_field"]: "{email}", given["password_field"]: "{password}"}
    if given["name_field"]:
        fields[given["name_field"]] = "Launch Ready test {run}"
    if given["repeat_field"]:
        fields[given["repeat_field"]] = "{password}"
    if given["tick"]:
        fields[given["tick"]] = "on"
    steps: list[Made] = [
        {"name": "Open the sign-up page", "request": {"url": given["page"]}, "slow_after": 3},
        {"name": "Create an account", "submit": {"fields": fields}, "expect": _expect(contains=given["shows"])},
    ]
    if given["inside"]:
        inside = _expect(contains=given["inside_shows"])
        steps.append({"name": "See the first page inside", "request": {"url": given["inside"]}, "expect": inside})
    made: Made = {"carries": "signup", "steps": steps}
    if given["remove_form"]:
        opened = [{"name": "Open the page inside", "request": {"url": given["inside"]}}] if given["inside"] else []
        leave = {"name": "Remove the test account", "submit": {"form": given["remove_form"]}}
        made["cleanup"] = [*opened, leave]
    elif given["remove"]:
        request = {"url": given["remove"], "method": given["remove_method"]}
        made["cleanup"] = [{"name": "Remove the test account", "request": request, "repeat": True}]
    return made


def _checkout(given: Parameters) -> Made:
    send: Made = {"name": "Start the checkout"}
    if given["field"]:
        send["submit"] = {"fields": {given["field"]: given["choice"]}, "follow": False}
    else:
        send["submit"] = {"form": given["form"], "follow": False} if given["form"] else {"follow": False}
    send["expect"] = {"redirect_to": given["leads_to"]}
    steps = [{"name": "Open the checkout", "request": {"url": given["page"]}, "slow_after": 3}, send]
    return {"carries": "payment", "steps": steps}


def _callback(given: Parameters) -> Made:
    headers = {given["header"]: "t=1700000000,v1=" + "0" * 64, "Content-Type": "application/json"}
    body = '{"id": "evt_launch_ready_{run}", "type": "launch_ready.test", "livemode": false}'
    request = {"url": given["url"], "method": "POST", "headers": headers, "body": body, "follow": False}
    return {
        "carries": "payment",
        "steps": [
            {"name": "Send a forged payment", "request": request, "expect": {"refused": True}, "repeat": True},
            {
                "name": "Send a payment without any signature",
                "request": {**request, "headers": {"Content-Type": "application/json"}},
                "expect": {"refused": True},
                "repeat": True,
            },
        ],
    }


def _reset(given: Parameters) -> Made:
    return {
        "carries": "login",
        "steps": [
            {"name": "Open “Forgot your password?”", "request": {"url": given["page"]}},
            {
                "name": "Ask for a new password",
                "submit": {"fields": {given["email_field"]: given["email"]}},
                "expect": _expect(contains=given["shows"]),
            },
        ],
    }


def _webhook(given: Parameters) -> Made:
    request: Made = {
        "url": given["url"],
        "method": "POST",
        "json": {"id": "launch-ready-{run}", "type": given["event"], "data": {}},
        "follow": False,
    }
    if given["sign"]:
        request["sign"] = {"like": given["sign"], "secret": "signing"}
    return {"steps": [{"name": "Deliver a message", "request": request, "webhook": True}]}


def _health(given: Parameters) -> Made:
    found = _expect(path=given["path"], equals=given["equals"])
    return {
        "steps": [
            {
                "name": "Ask how it is",
                "request": {"url": given["url"]},
                "expect": _expect(json=found if given["path"] else None),
                "slow_after": 1,
            }
        ]
    }


def _logout(given: Parameters) -> Made:
    if given["logout_form"]:
        leave: Made = {"name": "Log out", "submit": {"form": given["logout_form"]}}
    else:
        leave = {"name": "Log out", "request": {"url": given["logout"], "method": given["logout_method"]}}
    shown: Made = {"name": "See the page inside", "request": {"url": given["inside"]}}
    after: Made = {
        "name": "The page inside is closed",
        "request": {"url": given["inside"]},
        "expect": {"closed": True, "absent": given["shows"]},
    }
    return {"carries": "login", "steps": [*_log_in(given), shown, leave, after]}


_ALL = (
    Template(
        "login",
        "Log-in",
        "opens the log-in page, logs a test customer in through its form, and sees the page behind it",
        _LOGIN,
        _login,
        env=("password",),
    ),
    Template(
        "signup",
        "Sign-up",
        "creates an account for a test customer, sees the first page, and removes the account again",
        (
            Parameter("page", "path of the page to sign up", "/signup"),
            _EMAIL_FIELD,
            _PASSWORD_FIELD,
            Parameter("repeat_field", "name of the field in which the password is typed again"),
            Parameter("name_field", "name of the field for the customer's name"),
            Parameter("tick", "name of the box that has to be ticked"),
            Parameter("shows", "text on the page after signing up"),
            Parameter("inside", "path of a page that only customers see"),
            Parameter("inside_shows", "text on that page"),
            Parameter("remove", "path that removes the account of whoever is logged in"),
            Parameter("remove_method", "how that path is asked", "POST"),
            Parameter("remove_form", "instead the form that removes it, on the page inside: #id, name or action"),
        ),
        _signup,
        env=("password",),
        email=True,
    ),
    Template(
        "checkout",
        "Checkout",
        "opens the checkout, sends its form, and is led to the payment provider; nothing is paid",
        (
            Parameter("page", "path of the page with the checkout form", "/checkout"),
            Parameter("form", "the form: #id, name or action, where there are several"),
            Parameter("field", "name of the field for what is bought"),
            Parameter("choice", "what is chosen there"),
            Parameter("leads_to", "where customers pay", "https://checkout.stripe.com/"),
        ),
        _checkout,
    ),
    Template(
        "billing-callback",
        "Payment callback",
        "sends payments that nobody signed to the address where your payment provider reports; both must be refused",
        (
            Parameter("url", "path where payments are reported", "/webhooks/stripe"),
            Parameter("header", "header in which the provider signs", "Stripe-Signature"),
        ),
        _callback,
    ),
    Template(
        "password-reset",
        "Password reset",
        "asks for a new password, and sees that a mail is promised",
        (
            Parameter("page", "path of the page", "/forgot-password"),
            _EMAIL_FIELD,
            Parameter("email", "address of the test customer", required=True),
            Parameter("shows", "text that promises the mail", required=True),
        ),
        _reset,
    ),
    Template(
        "webhook",
        "Webhook receiver",
        "delivers a message to your own receiver, signed as a real sender does, and times the answer",
        (
            Parameter("url", "path of the receiver", required=True),
            Parameter("event", "type of the message", "launch_ready.test"),
            Parameter("sign", "stripe, github, standard or hex; its key stands in env as signing"),
        ),
        _webhook,
    ),
    Template(
        "api-health",
        "API health",
        "asks the API how it is, and reads its answer",
        (
            Parameter("url", "path or whole URL", "/health"),
            Parameter("path", "dotted path into the JSON answer: status"),
            Parameter("equals", "the value there"),
        ),
        _health,
    ),
    Template(
        "logout",
        "Log-out",
        "logs in, logs out, and sees that the page inside is closed then",
        (
            *_LOGIN,
            Parameter("inside", "path of a page that only customers see", "/dashboard"),
            Parameter("logout", "path that logs out", "/logout"),
            Parameter("logout_method", "how that path is asked", "GET"),
            Parameter("logout_form", "the form that logs out, on the page inside: #id, name or action"),
        ),
        _logout,
        env=("password",),
    ),
)
ALL: Mapping[str, Template] = {template.id: template for template in _ALL}

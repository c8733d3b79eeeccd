"""Watching: what the product reports is counted for real, and this month's looks are summed up for real."""

from __future__ import annotations

from datetime import timedelta

from tests.outcomes.kept import kept, looked_at, reported, used_to_report
from tests.outcomes.scenario import Scenario
from tests.outcomes.world import DOMAIN

BURSTS, MINUTES = f"obs.spikes {DOMAIN}", "obs.error_budget Login"

LONG = used_to_report("login_ok", every=timedelta(hours=3), until=timedelta(0))

SCENARIOS = (
    Scenario("The terminal looks, and nothing is counted or watched", {BURSTS: "not_counted", MINUTES: "not_watched"}),
    Scenario(
        "Two log-ins failed just now, and the log-in page for a minute",
        {BURSTS: "ok", MINUTES: "ok"},
        kept(LONG, reported("login_failed", people=2), looked_at("Login", failed=1)),
    ),
    Scenario(
        "The bot has counted and looked since a few minutes ago",
        {BURSTS: "no_normal", MINUTES: "too_early"},
        kept(reported("login_failed"), looked_at("Login", failed=1, good=5)),
    ),
    Scenario("Six people could not log in", {BURSTS: "log_ins"}, kept(reported("login_failed", people=6))),
    Scenario("Six people could not sign up", {BURSTS: "sign_ups"}, kept(reported("signup_failed", people=6))),
    Scenario("Three people could not pay", {BURSTS: "payments"}, kept(reported("checkout_failed", people=3))),
    Scenario("Five webhooks were not taken in", {BURSTS: "webhooks"}, kept(reported("webhook_failed", 5))),
    Scenario("Five jobs failed", {BURSTS: "jobs"}, kept(reported("job_failed", 5))),
    Scenario("Five mails were not sent", {BURSTS: "mails"}, kept(reported("email_failed", 5))),
    Scenario("Nine visitors got an error page", {BURSTS: "errors"}, kept(reported("http_5xx", 9))),
    Scenario("Somebody guesses passwords", {BURSTS: "one_place"}, kept(reported("login_failed", 40))),
    Scenario(
        "Webhooks came every hour, and for a day none has come",
        {BURSTS: "silent"},
        kept(used_to_report("webhook_ok", every=timedelta(hours=1), until=timedelta(days=1))),
    ),
    Scenario(
        "The log-in page was down for thirty-five minutes this month",
        {MINUTES: "low"},
        kept(looked_at("Login", failed=35)),
    ),
    Scenario(
        "The log-in page was down for an hour this month, announced work not counted",
        {MINUTES: "used_up"},
        kept(looked_at("Login", failed=60, excused=30, unseen=2)),
    ),
)

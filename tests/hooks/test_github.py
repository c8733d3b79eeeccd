"""Every example that GitHub publishes of the events that matter is proven and understood; no other one breaks it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.adapters.hooks import github
from bot.adapters.hooks.base import Refused, Said, Verified
from bot.domain.heard import Marker, Progress
from tests.hooks.examples import EVENTS, examples
from tests.hooks.senders import NOW, SECRET, request

RUN: dict[str, Any] = {
    "action": "completed",
    "repository": {"name": "shop", "html_url": "https://github.com/acme/shop", "default_branch": "main"},
    "sender": {"login": "octocat"},
    "workflow": {"name": "Deploy"},
    "workflow_run": {
        "id": 30433642,
        "name": "Deploy",
        "path": ".github/workflows/deploy.yml",
        "head_branch": "main",
        "head_sha": "acb5820ced9479c074f688cc328bf03f341a511d",
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "html_url": "https://github.com/acme/shop/actions/runs/30433642",
        "updated_at": "2026-11-20T11:58:00Z",
        "actor": {"login": "octocat"},
        "head_commit": {"message": "Show prices with tax\n\nAs asked by support."},
    },
}


def heard(event: str, body: dict[str, Any]) -> Said | Refused:
    """What comes of a proven message."""
    sent = request("github", json.dumps(body).encode(), x_github_event=event)
    assert isinstance(github.verify(sent, SECRET), Verified)
    return github.parse(sent)


def marker(event: str, body: dict[str, Any]) -> Marker:
    """The one marker that comes of it."""
    said = heard(event, body)
    assert isinstance(said, Said), said
    [one] = said.heard
    assert isinstance(one, Marker)
    return one


def of_run(**changed: Any) -> Said | Refused:
    """What comes of a run with something changed in it."""
    return heard("workflow_run", RUN | {"workflow_run": RUN["workflow_run"] | changed})


def deployment(**changed: Any) -> dict[str, Any]:
    """GitHub's own example of a deployment's state with something changed in the deployment."""
    body = examples()["api.github.com"]["deployment_status"][0]
    return body | {"deployment": body["deployment"] | changed}


def state(name: str) -> dict[str, Any]:
    """The same with another state."""
    body = deployment()
    return body | {"deployment_status": body["deployment_status"] | {"state": name}}


@pytest.mark.parametrize(
    ("edition", "wanted"),
    [("api.github.com", 37), ("ghes-31", 6), ("ghes-32", 6), ("ghes-33", 6), ("ghes-34", 11), ("ghes-35", 11)],
)
def test_every_published_example_is_accepted(edition: str, wanted: int) -> None:
    """Each is proven, each is understood; deployments and their states are markers with what the example says."""
    known = examples()[edition]
    assert {"deployment", "deployment_status", "release", "push", "ping"} <= set(known)
    count = 0
    for event in EVENTS:
        for body in known.get(event, ()):
            said = heard(event, body)
            assert isinstance(said, Said), (event, said)
            assert bool(said.heard) != bool(said.ignored)
            count += 1
            if event in ("deployment", "deployment_status"):
                [one] = said.heard
                assert isinstance(one, Marker)
                assert one.key == str(body["deployment"]["id"])
                assert one.commit == body["deployment"]["sha"]
                assert one.author == body["deployment"]["creator"]["login"]
                assert one.compare_url == f"{body['repository']['html_url']}/commit/{one.commit}"
    assert count == wanted


def test_one_changed_byte_of_an_example_is_refused() -> None:
    """Wherever it is in the body."""
    for event in EVENTS:
        body = json.dumps(examples()["api.github.com"][event][0]).encode()
        sent = request("github", body, x_github_event=event)
        for place in range(0, len(body), max(1, len(body) // 9)):
            changed = body[:place] + bytes([body[place] ^ 4]) + body[place + 1 :]
            forged = type(sent)(sent.headers, changed, NOW)
            assert isinstance(github.verify(forged, SECRET), Refused)


def test_the_other_published_events_are_passed_over() -> None:
    """Four hundred events that are no deploys: each is answered with a reason, none is an error."""
    count = 0
    for event, bodies in examples()["api.github.com"].items():
        if event not in EVENTS:
            for body in bodies:
                said = heard(event, body)
                assert isinstance(said, Said)
                assert not said.heard
                assert event in said.ignored
                count += 1
    assert count > 200


def test_a_hook_that_sends_forms_says_the_same() -> None:
    """Content type application/x-www-form-urlencoded: the same JSON behind `payload=`, signed as it is."""
    for event in EVENTS:
        for body in examples()["api.github.com"][event]:
            form = urlencode({"payload": json.dumps(body)}).encode()
            sent = request("github", form, x_github_event=event)
            assert isinstance(github.verify(sent, SECRET), Verified)
            assert github.parse(sent) == heard(event, body)
    for broken in (b"payload=", b"payload=%", b"payload=%ff%", b"payload=&payload={}", b"payload=%7B"):
        assert isinstance(github.parse(request("github", broken, x_github_event="push")), Refused)


def test_the_example_of_a_state_becomes_a_marker_with_all_it_says() -> None:
    """Version, person, environment and time are those of the example."""
    one = marker("deployment_status", deployment())
    assert (one.progress, one.version, one.environment) == (Progress.LIVE, "f95f852", "production")
    assert (one.author, one.service, one.key) == ("Codertocat", "Hello-World", "145988746")
    assert one.at.isoformat() == "2019-05-15T15:20:55+00:00"


@pytest.mark.parametrize(
    ("name", "progress"),
    [
        ("pending", Progress.STARTED),
        ("queued", Progress.STARTED),
        ("in_progress", Progress.STARTED),
        ("success", Progress.LIVE),
        ("failure", Progress.FAILED),
        ("error", Progress.FAILED),
    ],
)
def test_states_of_deployments(name: str, progress: Progress) -> None:
    """Each state that GitHub documents, but the one that says a newer deployment took over."""
    assert marker("deployment_status", state(name)).progress is progress


def test_a_deployment_that_a_newer_one_replaced_changes_nothing() -> None:
    """`inactive` is said of the old one, each time that a new one is live."""
    said = heard("deployment_status", state("inactive"))
    assert said == Said(ignored="A deployment that is inactive changes nothing for customers.")


@pytest.mark.parametrize(
    ("changed", "environment"),
    [
        ({"environment": "Production – shop"}, "production"),
        ({"environment": "Preview – shop"}, "preview"),
        ({"environment": "staging"}, "staging"),
        ({"environment": "pr-12", "transient_environment": True}, "preview"),
        ({"environment": "production", "transient_environment": True}, "preview"),
        ({"environment": "eu", "production_environment": True}, "production"),
        ({"environment": "github-pages"}, "production"),
        ({"environment": "somebody's own"}, "preview"),
    ],
)
def test_environments(changed: dict[str, Any], environment: str) -> None:
    """GitHub's own flags are stronger than a name; what is not known is a preview."""
    assert marker("deployment_status", deployment(**changed)).environment == environment


@pytest.mark.parametrize(
    ("ref", "version"), [("main", "f95f852"), ("v1.4.0", "v1.4.0"), ("refs/tags/v2", "v2"), ("web@1.2.3", "web@1.2.3")]
)
def test_a_tag_is_a_version_and_a_branch_is_not(ref: str, version: str) -> None:
    """People say v1.4.0; nobody says main."""
    assert marker("deployment_status", deployment(ref=ref)).version == version


def test_addresses_of_the_version_and_its_log() -> None:
    """Where it can be seen and where its log is; an address that is none is left out."""
    body = deployment()
    status = body["deployment_status"] | {
        "environment_url": "https://shop.example.com/",
        "log_url": "https://github.com/acme/shop/actions/runs/1",
    }
    one = marker("deployment_status", body | {"deployment_status": status})
    assert (one.url, one.log_url) == ("https://shop.example.com/", "https://github.com/acme/shop/actions/runs/1")
    broken = status | {"environment_url": "javascript:alert(1)", "log_url": "https://me:secret@example.com/"}
    one = marker("deployment_status", body | {"deployment_status": broken})
    assert (one.url, one.log_url) == ("", "")


def test_a_run_of_a_deploy_workflow_is_a_deploy() -> None:
    """By its name or by its file's; a run that goes on has started."""
    one = marker("workflow_run", RUN)
    assert (one.progress, one.key, one.environment) == (Progress.LIVE, "run-30433642", "production")
    assert (one.version, one.author, one.note) == ("acb5820", "octocat", "Show prices with tax")
    assert one.log_url == "https://github.com/acme/shop/actions/runs/30433642"
    named = {"name": "Deploy to production", "path": ".github/workflows/main.yml"}
    assert marker("workflow_run", RUN | {"workflow_run": RUN["workflow_run"] | named}).progress is Progress.LIVE
    going = RUN["workflow_run"] | {"status": "in_progress", "conclusion": None}
    assert marker("workflow_run", RUN | {"action": "in_progress", "workflow_run": going}).progress is Progress.STARTED


@pytest.mark.parametrize(
    ("conclusion", "progress"),
    [
        ("failure", Progress.FAILED),
        ("timed_out", Progress.FAILED),
        ("startup_failure", Progress.FAILED),
        ("cancelled", Progress.CANCELLED),
        ("skipped", None),
        ("neutral", None),
        ("action_required", None),
        ("stale", None),
    ],
)
def test_how_a_run_ended(conclusion: str, progress: Progress | None) -> None:
    """What ran nothing deployed nothing."""
    said = of_run(conclusion=conclusion)
    assert isinstance(said, Said)
    assert [one.progress for one in said.heard if isinstance(one, Marker)] == ([progress] if progress else [])


@pytest.mark.parametrize("name", ["CI", "Undeploy", "Tests", "Redeploying docs is not said"])
def test_a_run_of_another_workflow_is_no_deploy(name: str) -> None:
    """The word must stand in its name or in the name of its file, from its beginning."""
    body = RUN | {"workflow": {"name": name}}
    body["workflow_run"] = RUN["workflow_run"] | {"name": name, "path": ".github/workflows/ci.yml"}
    said = heard("workflow_run", body)
    assert isinstance(said, Said)
    assert bool(said.heard) == name.startswith("Redeploy")


@pytest.mark.parametrize(
    ("changed", "environment"),
    [
        ({}, "production"),
        ({"head_branch": "fix-prices"}, "preview"),
        ({"event": "pull_request"}, "preview"),
        ({"name": "Deploy staging"}, "staging"),
        ({"name": "Deploy preview", "path": ".github/workflows/deploy.yml"}, "preview"),
        ({"path": ".github/workflows/deploy-staging.yml"}, "staging"),
    ],
)
def test_where_a_run_deploys_to(changed: dict[str, Any], environment: str) -> None:
    """Its name says so; else only the default branch goes to customers."""
    said = of_run(**changed)
    assert isinstance(said, Said)
    assert [one.environment for one in said.heard if isinstance(one, Marker)] == [environment]


def test_releases() -> None:
    """A release that is published has its tag, its notes and its page; one that is edited or deleted is not told."""
    told = {}
    for body in examples()["api.github.com"]["release"]:
        said = heard("release", body)
        assert isinstance(said, Said)
        told.setdefault(body["action"], set()).add(len(said.heard))
        for one in said.heard:
            assert isinstance(one, Marker)
            assert one.progress is Progress.RELEASED
            assert one.version == body["release"]["tag_name"]
            assert one.url == body["release"]["html_url"]
    assert told["published"] == {1}
    assert told["released"] == {1}
    assert told["created"] == told["deleted"] == told["edited"] == told["prereleased"] == {0}


def test_the_first_line_of_a_releases_notes_is_told() -> None:
    """Not the whole page of notes."""
    body = next(one for one in examples()["api.github.com"]["release"] if one["action"] == "published")
    notes = body | {
        "release": body["release"] | {"body": "\n## Prices with tax\r\n\r\n- and more\n", "prerelease": True}
    }
    one = marker("release", notes)
    assert one.note == "## Prices with tax"
    assert one.environment == "preview"


def test_an_event_without_what_it_is_about_is_refused() -> None:
    """The header is not signed: what it claims must be in the body."""
    push = examples()["api.github.com"]["push"][0]
    for event in ("deployment", "deployment_status", "workflow_run", "release"):
        said = heard(event, push)
        assert isinstance(said, Refused)
        assert said.status == 400
    assert heard("ping", {}) == Said(ignored="GitHub asks whether anybody is here.")


def test_a_replay_under_another_id_is_the_same_delivery() -> None:
    """`X-GitHub-Delivery` is not signed: a new one does not make an old message new."""
    body = json.dumps(deployment()).encode()
    first, second = (request("github", body, x_github_event="deployment_status") for _ in range(2))
    replay = type(second)({**second.headers, "x-github-delivery": "another"}, body, NOW)
    assert github.SOURCE.delivery(first) == github.SOURCE.delivery(replay)
    other = request("github", json.dumps(state("failure")).encode())
    assert github.SOURCE.delivery(first) != github.SOURCE.delivery(other)

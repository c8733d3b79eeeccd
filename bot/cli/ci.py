"""What builders and hosts say about the run that a command is part of: commit, author, where its log is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

BUILT = "CI"
"""A variable that nearly every builder sets, also one that we do not know."""
LONGEST = 200
"""Characters of a variable that are looked at."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run, as far as its surroundings tell; empty fields are not told."""

    where: str = ""
    """Who builds: `GitHub Actions`, `GitLab CI` …; empty: nobody we know."""
    run: str = ""
    """What only this run has, and all its steps have in common."""
    commit: str = ""
    before: str = ""
    author: str = ""
    note: str = ""
    environment: str = ""
    url: str = ""
    log_url: str = ""
    repository: str = ""
    """Its address for people, without a slash at the end."""
    branch: str = ""
    """Empty where a tag is built."""
    change: str = ""
    """Number of the pull request."""
    default: str = ""
    """Name of the branch that leads to customers, where the builder says so."""
    tag: str = ""
    event: str = ""
    """A file in which the builder says what began the run."""
    named: str = ""
    """The repository as people write it, where the builder says so."""

    @property
    def project(self) -> str:
        """The repository as people write it: `acme/shop`."""
        return self.named or self.repository.partition("://")[2].partition("/")[2]

    def key(self, environment: str, service: str) -> str:
        """What all reports of this run about one deploy have in common; empty where there is no run."""
        return "-".join(filter(None, (self.run, environment, service))) if self.run else ""

    def compare(self, before: str, commit: str) -> str:
        """Where the changes can be read: GitHub and GitLab write it alike, up to the dash."""
        if not (self.repository and before and commit):
            return ""
        dash = "/-" if self.where == "GitLab CI" else ""
        return f"{self.repository}{dash}/compare/{before}...{commit}"


def ran(environ: Mapping[str, str]) -> Ran:
    """The first builder or host that can be told from the environment."""

    def value(name: str) -> str:
        return environ.get(name, "").strip()[:LONGEST]

    for sign, told in _BUILDERS.items():
        if value(sign):
            return told(value)
    return Ran()


def built(environ: Mapping[str, str]) -> bool:
    """Whether a builder runs this, and nobody at a terminal."""
    return bool(environ.get(BUILT, "").strip()) or bool(ran(environ).where)


Value = Callable[[str], str]


def _github(value: Value) -> Ran:
    repository = f"{value('GITHUB_SERVER_URL') or 'https://github.com'}/{value('GITHUB_REPOSITORY')}"
    run = value("GITHUB_RUN_ID")
    tag = value("GITHUB_REF_TYPE") == "tag"
    return Ran(
        "GitHub Actions",
        f"github-{run}-{value('GITHUB_RUN_ATTEMPT') or '1'}" if run else "",
        value("GITHUB_SHA"),
        author=value("GITHUB_ACTOR"),
        log_url=f"{repository}/actions/runs/{run}" if run and value("GITHUB_REPOSITORY") else "",
        repository=repository if value("GITHUB_REPOSITORY") else "",
        branch="" if tag else value("GITHUB_HEAD_REF") or value("GITHUB_REF_NAME"),
        change=_number(value("GITHUB_REF").removeprefix("refs/pull/").partition("/")[0]),
        tag=value("GITHUB_REF_NAME") if tag else "",
        event=value("GITHUB_EVENT_PATH"),
    )


def _gitlab(value: Value) -> Ran:
    return Ran(
        "GitLab CI",
        f"gitlab-{value('CI_PIPELINE_ID')}" if value("CI_PIPELINE_ID") else "",
        value("CI_COMMIT_SHA"),
        value("CI_COMMIT_BEFORE_SHA") if value("CI_COMMIT_BEFORE_SHA").strip("0") else "",
        value("GITLAB_USER_LOGIN"),
        value("CI_COMMIT_TITLE"),
        value("CI_ENVIRONMENT_NAME"),
        value("CI_ENVIRONMENT_URL"),
        value("CI_JOB_URL"),
        value("CI_PROJECT_URL"),
        value("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or value("CI_COMMIT_BRANCH"),
        _number(value("CI_MERGE_REQUEST_IID")),
        value("CI_DEFAULT_BRANCH"),
        value("CI_COMMIT_TAG"),
    )


def _vercel(value: Value) -> Ran:
    slug = f"{value('VERCEL_GIT_REPO_OWNER')}/{value('VERCEL_GIT_REPO_SLUG')}"
    known = value("VERCEL_GIT_PROVIDER") in ("", "github") and slug.strip("/").count("/")
    return Ran(
        "Vercel",
        value("VERCEL_DEPLOYMENT_ID"),
        value("VERCEL_GIT_COMMIT_SHA"),
        value("VERCEL_GIT_PREVIOUS_SHA"),
        value("VERCEL_GIT_COMMIT_AUTHOR_LOGIN"),
        value("VERCEL_GIT_COMMIT_MESSAGE"),
        value("VERCEL_ENV"),
        f"https://{value('VERCEL_URL')}" if value("VERCEL_URL") else "",
        repository=f"https://github.com/{slug}" if known else "",
        branch=value("VERCEL_GIT_COMMIT_REF"),
        change=_number(value("VERCEL_GIT_PULL_REQUEST_ID")),
    )


def _netlify(value: Value) -> Ran:
    context = value("CONTEXT")
    before = value("CACHED_COMMIT_REF")
    return Ran(
        "Netlify",
        value("DEPLOY_ID"),
        value("COMMIT_REF"),
        before if before != value("COMMIT_REF") else "",
        environment="production" if context == "production" else "preview" if context else "",
        url=value("URL") if context == "production" else value("DEPLOY_PRIME_URL"),
        repository=_page(value("REPOSITORY_URL")),
        branch=value("HEAD") or value("BRANCH"),
        change=_number(value("REVIEW_ID")) if value("PULL_REQUEST") == "true" else "",
    )


def _render(value: Value) -> Ran:
    return Ran(
        "Render",
        "",
        value("RENDER_GIT_COMMIT"),
        environment="preview" if value("IS_PULL_REQUEST") == "true" else "",
        url=value("RENDER_EXTERNAL_URL"),
        repository=_page("https://github.com/" + value("RENDER_GIT_REPO_SLUG"))
        if value("RENDER_GIT_REPO_SLUG")
        else "",
        branch=value("RENDER_GIT_BRANCH"),
    )


def _railway(value: Value) -> Ran:
    owner, name = value("RAILWAY_GIT_REPO_OWNER"), value("RAILWAY_GIT_REPO_NAME")
    return Ran(
        "Railway",
        value("RAILWAY_DEPLOYMENT_ID"),
        value("RAILWAY_GIT_COMMIT_SHA"),
        author=value("RAILWAY_GIT_AUTHOR"),
        note=value("RAILWAY_GIT_COMMIT_MESSAGE"),
        environment=value("RAILWAY_ENVIRONMENT_NAME"),
        repository=f"https://github.com/{owner}/{name}" if owner and name else "",
        branch=value("RAILWAY_GIT_BRANCH"),
    )


def _heroku(value: Value) -> Ran:
    return Ran("Heroku", value("HEROKU_RELEASE_VERSION"), value("HEROKU_SLUG_COMMIT"))


def _bitbucket(value: Value) -> Ran:
    page = _page(value("BITBUCKET_GIT_HTTP_ORIGIN"))
    number = value("BITBUCKET_BUILD_NUMBER")
    return Ran(
        "Bitbucket",
        f"bitbucket-{number}" if number else "",
        value("BITBUCKET_COMMIT"),
        environment=value("BITBUCKET_DEPLOYMENT_ENVIRONMENT"),
        log_url=f"{page}/pipelines/results/{number}" if page and number else "",
        named=value("BITBUCKET_REPO_FULL_NAME"),
        branch=value("BITBUCKET_BRANCH"),
        change=_number(value("BITBUCKET_PR_ID")),
        tag=value("BITBUCKET_TAG"),
    )


def _circle(value: Value) -> Ran:
    return Ran(
        "CircleCI",
        value("CIRCLE_WORKFLOW_ID"),
        value("CIRCLE_SHA1"),
        author=value("CIRCLE_USERNAME"),
        log_url=value("CIRCLE_BUILD_URL"),
        named="/".join(filter(None, (value("CIRCLE_PROJECT_USERNAME"), value("CIRCLE_PROJECT_REPONAME")))),
        branch=value("CIRCLE_BRANCH"),
        change=_number(value("CIRCLE_PULL_REQUEST").rpartition("/")[2]),
        tag=value("CIRCLE_TAG"),
    )


def _number(text: str) -> str:
    """Of a pull request; "false" and the like are none."""
    return text if text.isascii() and text.isdecimal() else ""


def _page(address: str) -> str:
    """A repository's address for people; what is no https address (git@…) has none here."""
    return address.removesuffix("/").removesuffix(".git") if address.startswith("https://") else ""


_BUILDERS: Mapping[str, Callable[[Value], Ran]] = {
    "GITHUB_SHA": _github,
    "CI_COMMIT_SHA": _gitlab,
    "BITBUCKET_COMMIT": _bitbucket,
    "CIRCLE_SHA1": _circle,
    "VERCEL_GIT_COMMIT_SHA": _vercel,
    "NETLIFY": _netlify,
    "RENDER_GIT_COMMIT": _render,
    "RAILWAY_GIT_COMMIT_SHA": _railway,
    "HEROKU_SLUG_COMMIT": _heroku,
}
"""By a variable that each of them always sets. Builders stand before hosts: a build may carry a host's variables."""

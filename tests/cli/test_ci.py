"""What builders and hosts say about a run: each by its own variables, as its documentation names them."""

from __future__ import annotations

import pytest

from bot.cli.ci import Ran, ran

SHA = "a1b2c3d4" * 5
OLD = "0f0f0f0f" * 5


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        (
            {
                "GITHUB_SHA": SHA,
                "GITHUB_ACTOR": "ana",
                "GITHUB_REPOSITORY": "acme/shop",
                "GITHUB_SERVER_URL": "https://git.acme.test",
                "GITHUB_RUN_ID": "9",
                "VERCEL_GIT_COMMIT_SHA": OLD,
            },
            Ran(
                "GitHub Actions",
                "github-9-1",
                SHA,
                author="ana",
                log_url="https://git.acme.test/acme/shop/actions/runs/9",
                repository="https://git.acme.test/acme/shop",
            ),
        ),
        (
            {
                "CI_COMMIT_SHA": SHA,
                "CI_COMMIT_BEFORE_SHA": OLD,
                "CI_PIPELINE_ID": "12",
                "GITLAB_USER_LOGIN": "ben",
                "CI_COMMIT_TITLE": "New checkout",
                "CI_ENVIRONMENT_NAME": "production",
                "CI_ENVIRONMENT_URL": "https://shop.test",
                "CI_JOB_URL": "https://gitlab.com/acme/shop/-/jobs/1",
                "CI_PROJECT_URL": "https://gitlab.com/acme/shop",
            },
            Ran(
                "GitLab CI",
                "gitlab-12",
                SHA,
                OLD,
                "ben",
                "New checkout",
                "production",
                "https://shop.test",
                "https://gitlab.com/acme/shop/-/jobs/1",
                "https://gitlab.com/acme/shop",
            ),
        ),
        (
            {
                "VERCEL_GIT_COMMIT_SHA": SHA,
                "VERCEL_GIT_REPO_OWNER": "acme",
                "VERCEL_GIT_REPO_SLUG": "shop",
                "VERCEL_ENV": "preview",
                "VERCEL_URL": "shop-abc.vercel.app",
                "VERCEL_DEPLOYMENT_ID": "dpl_1",
            },
            Ran(
                "Vercel",
                "dpl_1",
                SHA,
                environment="preview",
                url="https://shop-abc.vercel.app",
                repository="https://github.com/acme/shop",
            ),
        ),
        (
            {
                "NETLIFY": "true",
                "COMMIT_REF": SHA,
                "CACHED_COMMIT_REF": SHA,
                "CONTEXT": "deploy-preview",
                "DEPLOY_ID": "d1",
                "URL": "https://shop.test",
                "DEPLOY_PRIME_URL": "https://deploy-preview-4--shop.netlify.app",
                "REPOSITORY_URL": "git@github.com:acme/shop.git",
            },
            Ran("Netlify", "d1", SHA, environment="preview", url="https://deploy-preview-4--shop.netlify.app"),
        ),
        (
            {"RENDER_GIT_COMMIT": SHA, "RENDER_EXTERNAL_URL": "https://shop.onrender.com", "IS_PULL_REQUEST": "false"},
            Ran("Render", "", SHA, url="https://shop.onrender.com"),
        ),
        (
            {"RAILWAY_GIT_COMMIT_SHA": SHA, "RAILWAY_GIT_AUTHOR": "ana", "RAILWAY_DEPLOYMENT_ID": "r1"},
            Ran("Railway", "r1", SHA, author="ana"),
        ),
        ({"HEROKU_SLUG_COMMIT": SHA, "HEROKU_RELEASE_VERSION": "v12"}, Ran("Heroku", "v12", SHA)),
        (
            {
                "BITBUCKET_COMMIT": SHA,
                "BITBUCKET_BUILD_NUMBER": "5",
                "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/acme/shop",
            },
            Ran("Bitbucket", "bitbucket-5", SHA, log_url="https://bitbucket.org/acme/shop/pipelines/results/5"),
        ),
        (
            {"CIRCLE_SHA1": SHA, "CIRCLE_USERNAME": "ana", "CIRCLE_WORKFLOW_ID": "w"},
            Ran("CircleCI", "w", SHA, author="ana"),
        ),
        ({"CI": "true", "SOMETHING": "else"}, Ran()),
        ({"GITHUB_SHA": "  "}, Ran()),
    ],
    ids=lambda value: value.where if isinstance(value, Ran) else "",
)
def test_each_is_understood(environ, wanted):
    """Who builds is told by a variable that it always sets."""
    assert ran(environ) == wanted


def test_a_first_push_has_nothing_before_it():
    """GitLab writes forty zeros."""
    assert ran({"CI_COMMIT_SHA": SHA, "CI_COMMIT_BEFORE_SHA": "0" * 40}).before == ""


def test_changes_can_be_read_where_both_ends_are_known():
    """GitLab has a dash in its addresses."""
    github = ran({"GITHUB_SHA": SHA, "GITHUB_REPOSITORY": "acme/shop"})
    assert github.compare("a", "b") == "https://github.com/acme/shop/compare/a...b"
    assert github.compare("", "b") == ""
    gitlab = ran({"CI_COMMIT_SHA": SHA, "CI_PROJECT_URL": "https://gitlab.com/acme/shop"})
    assert gitlab.compare("a", "b") == "https://gitlab.com/acme/shop/-/compare/a...b"


def test_what_is_far_too_long_is_cut():
    """A commit message may be a novel."""
    assert len(ran({"CI_COMMIT_SHA": SHA, "CI_COMMIT_TITLE": "x" * 10_000}).note) == 200

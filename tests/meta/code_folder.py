"""A folder of code in order, for the commands of documents that look at one."""

from __future__ import annotations

import json
from pathlib import Path

from checks.log_canary import fresh
from checks.variable_hashes import make, text
from tests.checks.sec.repos import git, repository, write

SALT = "the-same-long-text-on-all-machines"
VALUES = "MAIL_KEY=Zq7-{}\nAPP_URL=https://app.shop.io\n"
OWN, OTHERS = "kwJ3pXr8TnB2vLsY6dGh", "Hc9fWq4MzR7tKxD1uEaN"
"""Made up."""
MIGRATION = "db/migrate/20261122_add_plan.sql"
"""Newer than origin/main, and one that nobody feels."""


def code_folder(folder: Path) -> dict[str, str]:
    """Code without a key, a safe migration, a log without a token, variables as wanted; what must be set for them."""
    canary = fresh()
    write(
        folder,
        {
            ".gitignore": "*\n!src/\n!src/*\n!db/\n!db/**\n",
            ".env.example": "# Without it: sign-up mails are not sent.\nMAIL_KEY=\nAPP_URL=https://app.example.com\n",
            ".env.production": VALUES.format(OWN),
            ".env.staging": VALUES.format(OTHERS),
            "app.log": f"GET / 200\n{canary.marker} sign-up [hidden]\n",
            "canary.json": canary.as_json(),
            "staging.json": text(make(SALT, "staging", {"MAIL_KEY": f"Zq7-{OTHERS}"})),
            "log-test.js": "const said = JSON.parse(process.env.LAUNCH_CANARY); console.log(said.message, 'x');\n",
            ".launch-secrets.json": json.dumps({"launch_secrets_baseline": 1, "salt": "00" * 16, "known": []}),
        },
    )
    if not (folder / ".git").exists():
        repository(folder)
        write(folder, {"src/app.js": "start();\n"})
        git(folder, "add", "src")
        git(folder, "commit", "--quiet", "-m", "Begin")
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
        write(folder, {MIGRATION: "ALTER TABLE customers ADD COLUMN plan text;\n"})
        git(folder, "add", "db")
        git(folder, "commit", "--quiet", "-m", "Add the plan")
    return {"LAUNCH_ENV_SALT": SALT, "MAIL_KEY": f"Zq7-{OWN}", "APP_URL": "https://app.shop.io"}

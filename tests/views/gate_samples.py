"""Builds that gates of CI stopped, in every state, about an invented company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.document import Document
from bot.domain.gates import TERMINAL, Build, Ended, Found, Gate
from bot.services.config import Config
from bot.services.gate_told import finding_of
from bot.views import deploy_list as lists
from bot.views import gate as view
from tests.views.deploy_samples import MANY

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PEOPLE = {"ben": "U0BEN"}
LOG = "https://code.example/acme/shop/actions/runs/99"
KEY = Found(
    "sec.repo",
    "src/pay.js",
    "secret_in_code",
    {
        "key_name": "Stripe secret key",
        "shown": "sk_liv…CD",
        "where": "src/pay.js:12 and 1 more place",
        "step": "Roll the key in the Stripe dashboard under Developers - API keys",
        "url": "https://dashboard.stripe.com/apikeys",
        "file": "src/pay.js",
    },
)
VARIABLE = Found(
    "sec.env_contract",
    "DATABASE_URL",
    "missing_variable",
    {
        "variable": "DATABASE_URL",
        "near_words": "",
        "breaks": "Without it nobody can log in.",
        "line_to_add": "DATABASE_URL=",
        "contract": ".env.example",
    },
)
UNREAD = Found(
    "sec.repo",
    ".",
    "could_not_look",
    {"reason": "git is not installed", "file": "."},
)
SLOWER = Found(
    "perf.gate",
    "Dashboard",
    "slower",
    {"percent": 41, "against": "www.shop.example", "pairs": 60},
)
HOSTILE = replace(
    KEY,
    values={
        **KEY.values,
        "key_name": "<!channel> *key*",
        "where": "<https://evil.example|here> & `code`",
        "shown": "</script><@U0ANA>",
    },
)
SECRETS = Gate("secrets", Ended.STOPPED, NOW, run="github-99-1", version="a1b2c3d", log_url=LOG, bad=(KEY,))
ENV = replace(SECRETS, name="env", bad=(VARIABLE,))
PASSED = Gate("migrations", Ended.PASSED, NOW, run="github-99-1", version="a1b2c3d")
STOPPED = Build(
    3,
    "shop",
    "acme/shop",
    "main",
    "",
    main=True,
    began_at=NOW - 3 * MINUTE,
    at=NOW,
    gates=(SECRETS,),
    version="a1b2c3d",
    commit="a1b2c3d4" * 5,
    author="ben",
    log_url=LOG,
    builder="GitHub Actions",
    run="github-99-1",
    told=True,
    rev=1,
)
SEVERAL = replace(STOPPED, gates=(PASSED, SECRETS, ENV))
PULL = replace(SEVERAL, branch="faster-checkout", change="12", main=False)
BLIND = replace(STOPPED, gates=(replace(SECRETS, ended=Ended.UNPROVEN, bad=(UNREAD,)),))
AGAIN = replace(
    STOPPED, gates=(replace(SECRETS, ended=Ended.PASSED, bad=()),), version="b2c3d4e", ended_at=NOW + 11 * MINUTE
)
LIVE = replace(STOPPED, gates=(replace(SECRETS, name="perf", live=True, bad=(SLOWER,)),))
STAGING = replace(STOPPED, gates=(replace(ENV, environment="staging"),))
CONFIG = Config.read(Path("nowhere.yml"))


def _state(build: Build, live: str = "v42") -> view.State:
    found = {
        (gate.name, gate.environment): [
            finding for one in gate.bad if (finding := finding_of(one, CONFIG, gate.at)) is not None
        ]
        for gate in build.gates
    }
    return view.State(build, found, live, PEOPLE, frozenset({"secret_leaked", "missing_environment_variable"}))


def _of(build: Build, live: str = "v42") -> Callable[[], Document]:
    return lambda: view.document(_state(build, live))


GATES: dict[str, Callable[[], Document]] = {
    "gate_stopped": _of(STOPPED),
    "gate_stopped_first": _of(STOPPED, live=""),
    "gate_several": _of(SEVERAL),
    "gate_many": _of(replace(STOPPED, gates=(replace(SECRETS, bad=(KEY,) * 9, more=191),))),
    "gate_pull_request": _of(PULL),
    "gate_pull_request_again": _of(replace(AGAIN, change="12", main=False)),
    "gate_branch": _of(replace(PULL, change="")),
    "gate_staging": _of(STAGING),
    "gate_not_proven": _of(BLIND),
    "gate_again": _of(AGAIN),
    "gate_live": _of(LIVE),
    "gate_live_version": _of(STOPPED, live="a1b2c3d"),
    "gate_newer": _of(replace(STOPPED, newer=True, ended_at=NOW)),
    "gate_unnamed": _of(replace(STOPPED, repository="", branch="", version="", author="", log_url="", run="",
                                 gates=(replace(SECRETS, log_url=""),))),
    "gate_by_hand": _of(replace(STOPPED, repository="", branch="", version="", author="", log_url="", run="",
                                builder=TERMINAL, gates=(replace(SECRETS, log_url=""),))),
    "gate_by_hand_again": _of(replace(AGAIN, branch="", version="", author="", log_url="", builder=TERMINAL)),
    "gate_hostile": _of(replace(STOPPED, author="<@U0ANA>\n*x*", branch="`</x>`", version="<!here>",
                                gates=(replace(SECRETS, bad=(HOSTILE,)),))),
    "deploys_stopped": partial(lists.deploys, MANY, stopped=(STOPPED, PULL)),
    "deploys_none_stopped": partial(lists.deploys, (), stopped=(STOPPED,)),
}  # fmt: skip

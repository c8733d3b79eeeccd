"""Reports of gates with anything in any place: understood, or refused with a sentence; and what is shown is sound."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from bot.blockkit.validator import validate_message
from bot.domain.gates import Gated, fold
from bot.render.blocks import message
from bot.services.config import Config
from bot.services.gate_told import finding_of, read
from bot.services.plain_json import Unreadable
from bot.store.plain import from_plain, to_plain
from bot.views import gate as view
from tests.services.doorstep import START
from tests.services.gate_house import CLEAN, KEY, SET, VARIABLE, moment, report

CONFIG = Config.read(Path("nowhere.yml"))
ODD: list[Any] = [
    *("", "x" * 600, "\x00", "\ud800", "<!channel>", "<@U0ANA>", "`" * 50, "*_~" * 20, "\u202e" * 5, "🙂" * 40, "a\nb"),
    *(-1, 0, 1e308, float("inf"), float("nan"), 10**30, -(10**18), None, True, [], {}, [1, [2]], ["a"] * 30, {"a": {}}),
    *("2026-13-01", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z", 253402300800, -62135596801),
]


def spoiled(chance: random.Random, node: Any) -> Any:
    """The same with something odd at one place, or with something gone."""
    if isinstance(node, dict) and node and chance.random() < 0.8:
        name, how = chance.choice(list(node)), chance.random()
        if how < 0.15:
            node.pop(name)
        else:
            node[name] = copy.deepcopy(chance.choice(ODD)) if how < 0.5 else spoiled(chance, node[name])
        return node
    if isinstance(node, list) and node and chance.random() < 0.8:
        place = chance.randrange(len(node))
        node[place] = spoiled(chance, node[place])
        return node
    return copy.deepcopy(chance.choice(ODD))


@pytest.mark.parametrize("seed", range(4))
def test_nothing_odd_gets_further_than_it_may(seed):
    """Whatever is understood can be kept, read back and shown; everything else is one sentence."""
    chance, understood, refused = random.Random(seed), 0, list[str]()
    for _ in range(200):
        findings = chance.choice([[KEY], [CLEAN], [KEY, CLEAN], [VARIABLE], [SET]])
        about = {"at": moment(START), "id": "x", "default_branch": "main", "pull_request": "12"}
        body = spoiled(chance, json.loads(report(*findings, **about)))
        try:
            said = read(json.dumps(body).encode(), START).said
        except Unreadable as error:
            refused.append(str(error))
            continue
        understood += 1
        assert from_plain(Gated, json.loads(json.dumps(to_plain(said), ensure_ascii=False).encode())) == said
        [build] = fold(None, said, said.findings, said.more, "shop")
        found = {(gate.name, gate.environment): _findings(gate.bad) for gate in build.gates}
        shown = message(view.document(view.State(build, found, "v42", {}, frozenset({"secret_leaked"}))))
        assert validate_message(shown) == []
        # The first block is plain text, in which nothing is obeyed.
        assert "<!channel>" not in json.dumps(shown["blocks"][1:])
    assert min(understood, len(refused)) > 20
    assert all(one and "\n" not in one for one in refused)


def _findings(bad: Any) -> list[Any]:
    return [finding_of(one, CONFIG, START) for one in bad]

"""docs/flows.md names every template and what it asks for, and its examples are read as they stand."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.config.flow_templates import ALL
from bot.config.inventory import to_inventory
from bot.config.load import load
from checks.flow.smoke import OUTCOMES

PAGE = Path(__file__).parents[2] / "docs" / "flows.md"
BEGIN, END = "<!-- templates -->\n", "<!-- /templates -->"


def table() -> str:
    """Every template with its parameters, and what has to stand beside them."""
    lines = ["| template | what it does | asks for |", "|---|---|---|"]
    for one in ALL.values():
        asks = [
            f"`{each.name}`: {each.what}{_default(each.default, required=each.required)}" for each in one.parameters
        ]
        beside = [f"`env: {{{name}: …}}`" for name in one.env] + (["`email:`"] if one.email else [])
        needs = f"Beside them {' and '.join(beside)}. " if beside else ""
        lines.append(f"| `{one.id}` | {one.title}: {one.what}. | {needs}{'; '.join(asks)} |")
    return "\n".join(lines) + "\n"


def _default(default: str, *, required: bool) -> str:
    return " (needed)" if required else f" (`{default}`)" if default else ""


def test_the_page_names_every_template() -> None:
    """As it is made here; LAUNCH_UPDATE_GOLDEN=1 writes it anew."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    wanted = before + BEGIN + table() + END + after
    if os.environ.get("LAUNCH_UPDATE_GOLDEN"):
        PAGE.write_text(wanted)
        return
    assert text == wanted


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_its_examples_are_read(example: str, tmp_path: Path) -> None:
    """With a product around them, and the flow that another one names."""
    flows = YAML(typ="safe").load(example)["flows"]
    names = {flow["id"] for flow in flows} | {"login"}
    text = "product: {domain: acme.example}\nhosts: [{name: app.acme.example}]\n" + example
    if "login" not in {flow["id"] for flow in flows} and "after: login" in example:
        text += "  - {id: login, steps: [{name: Open, request: {url: /}}]}\n"
    (tmp_path / "launch.yml").write_text(text.replace("    service: Sign-up ", "    # "))
    assert {flow.id for flow in to_inventory(load(tmp_path / "launch.yml")).flows} <= names


def test_the_page_names_every_answer() -> None:
    """In the table at its end."""
    said = PAGE.read_text().partition("## What comes out")[2]
    assert set(OUTCOMES) <= set(re.findall(r"`([a-z_]+)`", said))

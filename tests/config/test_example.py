"""`launch.example.yml` is true: it loads, it shows every key, and the schema accepts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.config.nodes import read
from bot.config.schema import LaunchFile, json_schema

EXAMPLE = Path(__file__).parents[2] / "launch.example.yml"


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in models_in(argument)]


def fields(model: type[BaseModel] = LaunchFile, seen: frozenset[type] = frozenset()) -> set[tuple[str, str]]:
    """(model, key) of every key that the file may have."""
    found = set()
    for name, field in model.model_fields.items():
        found.add((model.__name__, field.alias or name))
        for inner in models_in(field.annotation):
            if inner not in seen:
                found |= fields(inner, seen | {inner})
    return found


def used(value: Any, model: type[BaseModel] = LaunchFile) -> set[tuple[str, str]]:
    """(model, key) of every key that a file has."""
    found = set()
    annotations = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for key, item in value.items():
        found.add((model.__name__, key))
        for inner in models_in(annotations[key])[:1]:
            entries = [item]
            if isinstance(item, list):
                entries = item
            elif "dict" in str(annotations[key]):
                entries = list(item.values())
            for entry in entries:
                found |= used(entry, inner)
    return found


def test_the_example_loads_and_names_a_product() -> None:
    """What people copy works."""
    inventory = to_inventory(load(EXAMPLE))
    assert inventory.product == "acme"
    assert [host.name for host in inventory.hosts] == ["acme.example", "app.acme.example", "staging.acme.example"]


def test_the_example_shows_every_key() -> None:
    """A key that is not in the example does not exist for a founder; `ca_file` is shown as a comment."""
    text = EXAMPLE.read_text().replace("# ca_file:", "ca_file:")
    assert fields() - used(read(text, "example").data) == set()


def test_the_schema_accepts_the_example_and_refuses_an_unknown_key() -> None:
    """Editors say the same as `launch config`."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    example = YAML(typ="safe", pure=True).load(EXAMPLE.read_text())
    example["rotation"]["starts"] = "2026-11-30"
    for secret in example["inventories"]["secrets"]:
        secret.update({key: str(secret[key]) for key in ("created", "rotated", "exposed")})
    for entry in (*example["inventories"]["accounts"], *example["inventories"]["access"]):
        entry.update({key: str(entry[key]) for key in ("reviewed", "since", "until") if key in entry})
    example["network"]["ports"] = {str(key): value for key, value in example["network"]["ports"].items()}
    jsonschema.validate(example, schema, cls=jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example, "hots": []}, schema, cls=jsonschema.Draft202012Validator)


def test_every_key_has_a_description() -> None:
    """The schema explains itself in an editor."""
    schema = json_schema()
    silent = [
        f"{name}.{key}"
        for name, model in {**schema["$defs"], "LaunchFile": schema}.items()
        for key, field in model.get("properties", {}).items()
        if not field.get("description")
    ]
    assert silent == []

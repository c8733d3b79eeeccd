"""The part of `launch.yml` about the product's own code: environment variables it needs, what a search passes over."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bot.config.section import Section, entries
from bot.config.values import EnvironmentName, refuse
from checks import code as facts

Kind = Literal[
    "text", "url", "https", "host", "email", "number", "port", "boolean", "json", "base64", "hex", "uuid", "path"
]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise refuse(f"this is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, Field(max_length=300), AfterValidator(_pattern)]
File = Annotated[str, Field(min_length=1, max_length=500)]


class Variable(Section):
    """An environment variable that the product needs."""

    kind: Kind | None = Field(
        default=None, description="What its value must be; without it told from its name and its example"
    )
    required: bool = Field(default=True, description="false: it may be missing")
    one_of: Annotated[tuple[str, ...], Field(max_length=100)] = Field(
        default=(), description="The values that it may have"
    )
    pattern: Pattern | None = Field(default=None, description="Regular expression that the whole value must match")
    min_length: int = Field(default=0, ge=0, le=10_000, description="Characters at least")
    secret: bool | None = Field(
        default=None, description="Nobody else may know it, and no two environments may share it; else told by its name"
    )
    shared: bool = Field(default=False, description="true: every environment may have the same value")
    breaks: str | None = Field(
        default=None, max_length=300, description="What customers cannot do without it: sign-up mails are not sent"
    )


class Code(Section):
    """What is known about the code before it runs."""

    path: File | None = Field(
        default=None, description="Folder of the code on the machine of the bot; then every audit searches it for keys"
    )
    history: bool = Field(default=True, description="false: earlier versions are not searched")
    ignore: Annotated[tuple[File, ...], Field(max_length=500)] = Field(
        default=(), description="Patterns of paths that a search for keys passes over: tests/fixtures/*"
    )
    baseline: File | None = Field(
        default=None, description="File of known secrets that `launch secrets --save-baseline known.json` wrote"
    )
    contract: File | None = Field(
        default=None, description="File that names every environment variable; without it .env.example"
    )
    variables: Annotated[dict[EnvironmentName, Variable], BeforeValidator(entries), Field(max_length=1000)] = Field(
        default={}, description="Environment variables that the product needs, by name, beside those of the contract"
    )
    settings: File | None = Field(
        default=None, description="File with the variables of the running product; then every audit looks at it"
    )
    logs: Annotated[tuple[File, ...], Field(max_length=50)] = Field(
        default=(), description="Log files; then every audit looks for tokens and card numbers in them"
    )


def to_code(code: Code) -> facts.Code | None:
    """As checks read it; None where nothing is written down."""
    if code == Code():
        return None
    return facts.Code(
        path=code.path or "",
        history=code.history,
        ignore=code.ignore,
        baseline=code.baseline or "",
        contract=code.contract or "",
        variables=tuple(_variable(name, one) for name, one in code.variables.items()),
        settings=code.settings or "",
        logs=code.logs,
    )


def _variable(name: str, one: Variable) -> facts.Variable:
    return facts.Variable(
        name,
        kind=one.kind or "",
        required=one.required,
        one_of=one.one_of,
        pattern=one.pattern or "",
        least=one.min_length,
        secret=one.secret,
        shared=one.shared,
        breaks=one.breaks or "",
    )

"""What is known about the product's own code before it runs: where it lies, what it needs, where it writes logs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that the product needs, as its contract says."""

    name: str
    kind: str = ""
    """One of `variable_values.KINDS`; empty: told from its name and its example."""
    required: bool = True
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    """Regular expression that the whole value must match; empty: anything."""
    least: int = 0
    """Characters at least."""
    secret: bool | None = None
    """None: told from its name."""
    shared: bool = False
    """May have the same value in every environment."""
    breaks: str = ""
    """What customers cannot do without it: `sign-up mails are not sent`."""
    line: int = 0
    """Of the contract's file, where it comes from one."""


@dataclass(frozen=True, slots=True)
class Code:
    """Where the code, its variables and its logs are found on this machine; empty fields are not here."""

    path: str = ""
    """Folder of the code."""
    history: bool = True
    """Its history is searched too."""
    ignore: tuple[str, ...] = ()
    """Patterns of paths that a search passes over."""
    baseline: str = ""
    """File with the secrets that are known already."""
    contract: str = ""
    """File that names every variable: `.env.example`."""
    variables: tuple[Variable, ...] = ()
    settings: str = ""
    """File with the values of the running product: `.env.production`."""
    environment: str = "production"
    logs: tuple[str, ...] = ()
    """Log files."""

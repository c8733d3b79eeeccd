"""`launch env`: the environment variables of a release against their contract; for a terminal and for CI."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.gate import Wanted, finish, gate_options, gate_report
from bot.cli.terminal import config_if_any, examples, save

if TYPE_CHECKING:
    from datetime import datetime

    from checks.code import Code, Variable
    from checks.model import Finding, Verdict
    from checks.variable_hashes import Hashes

PRODUCTION = ("production", "prod", "live")


@click.command(
    "env",
    short_help="Is every environment variable set, and real? For CI, too.",
    epilog=examples(
        "launch env",
        "launch env --environment staging --file .env.staging",
        "launch env --file .env.production --compare .env.staging",
        "launch env --environment staging --save-hashes staging.json",
        "launch env --compare staging.json --format junit --output env.xml",
    ),
)
@click.option(
    "--contract", type=click.Path(path_type=Path), metavar="FILE", help="File that names every variable: .env.example."
)
@click.option("--environment", default="production", show_default=True, metavar="NAME", help="Which one this is.")
@click.option(
    "--file", "settings", type=click.Path(path_type=Path), metavar="FILE", help="Read this instead of what is set here."
)
@click.option(
    "--compare", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="Variables or hashes of another environment, which must have other secrets; may be given again.",
)  # fmt: skip
@click.option(
    "--save-hashes", "keep", type=click.Path(path_type=Path), metavar="FILE",
    help="Write keyed hashes of the secret values, to compare elsewhere.",
)  # fmt: skip
@gate_options
def command(
    *, wanted: Wanted, contract: Path | None, environment: str, settings: Path | None, compare: tuple[Path, ...],
    keep: Path | None,
) -> int:  # fmt: skip
    """Compare the variables that are set here with those that the product needs.

    The contract is .env.example, with what its comments say (optional, one of: a | b, at least 32 characters, without
    it: …), and `code: variables:` of launch.yml. Values are compared in memory: none is shown, kept or sent.

    Hashes are made with the key in LAUNCH_ENV_SALT, the same text on every machine that is compared.

    Exit codes: 0 in order · 1 something is wrong · 2 wrong usage · 3 something could not be looked at.
    """
    from bot.clock import SystemClock

    clock = SystemClock()
    began, started = clock.now(), clock.monotonic()
    file = config_if_any(wanted.config)
    code, product = _code(file, contract, environment)
    verdicts, names = _verdicts(code, settings, compare, keep)
    findings = [_finding(verdict, product, began) for verdict in verdicts]
    report = gate_report(product, findings, began, int((clock.monotonic() - started) * 1000))
    from bot.views.code_gate import code_gate

    document = code_gate(
        findings,
        good=f"All variables of {environment} are in order",
        bad=_bad(findings, environment),
        notes=_notes(names, settings),
    )
    return finish(report, wanted, document, environment=environment)


def _code(file: object, contract: Path | None, environment: str) -> tuple[Code, str]:
    """What is known about the code, by the options and by `launch.yml`; and the product's name."""
    from dataclasses import replace

    from bot.config.schema import LaunchFile
    from checks.code import Code

    code, product = Code(), Path.cwd().name or "code"
    if isinstance(file, LaunchFile):
        from bot.config.variables import to_code

        code = to_code(file.code) or code
        if file.names_a_product:
            from bot.config.inventory import to_inventory

            product = to_inventory(file).product
    kind = "production" if environment.lower() in PRODUCTION else environment
    return replace(code, contract=str(contract) if contract else code.contract, environment=kind), product


def _verdicts(
    code: Code, settings: Path | None, compare: Sequence[Path], keep: Path | None
) -> tuple[list[Verdict], int]:
    """Everything that is to be said, and how many variables were compared."""
    from dataclasses import replace

    from checks.model import Verdict
    from checks.sec import env_contract as check
    from checks.variable_contract import is_secret, look

    contract = check.contract_of(code)
    if isinstance(contract, Verdict):
        return [contract], 0
    found = _values(settings)
    if isinstance(found, Verdict):
        return [found], 0
    values, nowhere = found
    where = code.contract or str(Path(code.path) / check.CONTRACT)
    wrong = [
        replace(one, why=f"it takes its value from {nowhere[one.name]}, which is not set")
        if one.name in nowhere
        else one
        for one in look(contract, values, production=code.environment == "production")
    ]
    told = [check.told(one, environment=code.environment, file=where) for one in wrong]
    secret = {one.name: values[one.name] for one in contract if is_secret(one) and values.get(one.name)}
    if keep is not None or compare:
        kept = {one.name for one in contract if not one.shared}
        told += _compared(code, {name: value for name, value in secret.items() if name in kept}, compare, contract)
    if keep is not None:
        _save(keep, code.environment, secret)
    return told or [check.judge((), contract, environment=code.environment, file=where)], len(contract)


def _values(settings: Path | None) -> tuple[Mapping[str, str], Mapping[str, str]] | Verdict:
    """The variables that are set here, or those of a file; and of those that lead nowhere where they lead."""
    from checks.dotenv_file import filled
    from checks.model import Verdict
    from checks.sec import env_contract as check

    if settings is None:
        return os.environ, {}
    found = check.read(str(settings))
    if isinstance(found, Verdict):
        return found
    if found.problems:
        return check.bad_line(found.problems[0], str(settings))
    return filled(found, os.environ)


def _key(*, needed: bool) -> str:
    """The key of the hashes; one that lives only now where all the values are here."""
    import secrets

    from checks.variable_hashes import LEAST_KEY, SALT

    key = os.environ.get(SALT, "")
    if len(key) >= LEAST_KEY:
        return key
    if needed:
        raise click.UsageError(
            f"Set {SALT} to a long random text, the same on all machines that are compared:"
            " `openssl rand -hex 32` makes one",
            click.get_current_context(),
        )
    return secrets.token_hex(32)


def _compared(
    code: Code, secret: Mapping[str, str], compare: Sequence[Path], contract: Sequence[Variable]
) -> list[Verdict]:
    """Secrets that another environment has too."""
    from checks import variable_hashes as hashes
    from checks.model import Verdict
    from checks.sec import env_contract as check
    from checks.variable_contract import Wrong, is_secret

    told: list[Verdict] = []
    for path in compare:
        try:
            other = hashes.load(path)
        except hashes.BadHashes as error:
            told.append(Verdict("could_not_look", {"contract": check.CONTRACT, "reason": str(error)}))
            continue
        key = _key(needed=other is not None)
        if other is None:
            found = _values(path)
            if isinstance(found, Verdict):
                told.append(found)
                continue
            theirs = {one.name: found[0][one.name] for one in contract if is_secret(one) and found[0].get(one.name)}
            other = hashes.make(key, path.name, theirs)
        own: Hashes = hashes.make(key, code.environment, secret)
        for name, there in hashes.same(own, other, names=list(secret)):
            also = f", there as {there}" if there != name else ""
            told.append(
                check.told(
                    Wrong("shared", name, why=f"the same value{also}", secret=True),
                    environment=code.environment,
                    other=other.environment,
                )
            )
    return told


def _save(path: Path, environment: str, secret: Mapping[str, str]) -> None:
    from checks import variable_hashes as hashes

    made = hashes.make(_key(needed=True), environment, secret)
    save(path, hashes.text(made))
    click.echo(f"Hashes of {len(made.values)} secret values are in {path}.", err=True)


def _finding(verdict: Verdict, product: str, at: datetime) -> Finding:
    from checks.finding import build
    from checks.inventory import Inventory
    from checks.model import Kind, Target
    from checks.registry import one

    target = Target(Kind.DOMAIN, str(verdict.seen.get("variable") or product), "", Inventory(product, ""))
    return build(one("sec.env_contract"), target, verdict, at=at)


def _bad(findings: Sequence[Finding], environment: str) -> str:
    from bot.views.prose import count
    from checks.model import Status

    if any(one.code == "bad_line" for one in findings):
        return "Not compared: a line has to be corrected first"
    wrong = sum(one.status is Status.FAIL for one in findings)
    return f"This release would break {environment}: {count(wrong, 'variable')} to correct"


def _notes(names: int, settings: Path | None) -> list[str]:
    from bot.views.prose import count

    where = f"in {settings}" if settings else "set here"
    return [f"{count(names, 'variable')} of the contract compared with what is {where}"] if names else []

"""Every environment variable that the product needs is set, and set to something real.

A build passes without the key for sign-up mails; only the customer who signs up finds out. And a test key on the live
site takes no money, while a live key on the test site takes real money. A contract of names, compared before each
deploy, finds all of that within a second. Values are compared in memory: none is shown, kept or sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checks import dotenv_file
from checks.code import Code, Variable
from checks.file_pieces import Plain, Unreadable
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import check, main_domain, reads_files
from checks.variable_contract import Wrong, look, variables

LARGEST = 1024 * 1024
"""Bytes of a file of variables."""
CONTRACT = ".env.example"
AFTER = "Publish again, then run `launch env` where the product runs."
OUTCOMES = {
    "ok": Outcome(Status.PASS, "All {count} variables of the contract are set and well-formed"),
    "missing_variable": Outcome(
        Status.FAIL,
        "{variable} is missing: this release would start without it{near_words}",
        impact="{breaks}",
        fix=("Add this line with its value where your host keeps environment variables: {line_to_add}", AFTER),
        severity=Severity.HIGH,
        runbook="missing_environment_variable",
    ),
    "malformed": Outcome(
        Status.FAIL,
        "{variable} cannot be right: {why}",
        impact="{breaks}",
        fix=("Correct it where your host keeps environment variables.", AFTER),
        severity=Severity.HIGH,
        runbook="missing_environment_variable",
    ),
    "placeholder": Outcome(
        Status.FAIL,
        "{variable} was never filled in: {why}",
        impact="{breaks}",
        fix=("Put the real value where your host keeps environment variables.", AFTER),
        severity=Severity.HIGH,
        runbook="missing_environment_variable",
    ),
    "test_value": Outcome(
        Status.FAIL,
        "{variable} belongs to a test: it is {why}, and this is {environment}",
        impact="{breaks}",
        fix=("Put the value of the live system in its place.", AFTER),
        severity=Severity.HIGH,
        runbook="missing_environment_variable",
    ),
    "shared": Outcome(
        Status.FAIL,
        "{variable} has the same value in {environment} and in {other}",
        impact="Whoever gets into the test system has the key to the live one, and a test can act on real customers.",
        fix=(
            "Make a second key for {other}, and keep the two apart.",
            "If they may be the same, write `shared: true` for it under `code:`, in `variables:`, in launch.yml.",
        ),
        severity=Severity.HIGH,
        runbook="rotate_a_key",
    ),
    "bad_line": Outcome(
        Status.FAIL,
        "Line {line} of {file} cannot be read as it was meant: {why}",
        impact="Programs read such a line each in their own way, so the product may start with a wrong value.",
        fix=("Correct the line. Values with blanks or # need quotes.", AFTER),
        severity=Severity.HIGH,
        runbook="missing_environment_variable",
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "The environment variables could not be looked at: {reason}",
        impact="Nothing is proven either way.",
        fix=("Run `launch env` where the product runs, in the folder of the code.",),
    ),
    "no_contract": Outcome(
        Status.UNKNOWN,
        "There is no {file}, so nobody knows which variables the product needs",
        impact="A missing one is found by the first customer.",
        fix=(
            "Write a file .env.example: one line NAME= for each variable, without values.",
            "Or list them in launch.yml under `code:`, in `variables:`.",
        ),
    ),
    "not_here": Outcome(
        Status.NA,
        "The variables of the running product are not on this machine, so they were not compared",
        fix=(
            "Run `launch env --tell` in your build, with the variables of the live product; audits know its answer.",
            "For a file, add to launch.yml a section `code:` with the line `settings: .env.production` in it.",
        ),
    ),
}
FEELS = "Whatever needs it fails for customers, while the build looks fine."


@check(
    "sec.env_contract",
    title="Environment variables in order",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("SEC-5", "SEC-6", "REL-9"),
    measured=(
        "We compare the variables that are set with those of .env.example and launch.yml: present, well-formed, no"
        " stand-ins, no test keys in production, and by keyed hashes not the same in two environments. Values are never"
        " shown, kept or sent."
    ),
    verify="cut -d= -f1 {contract}",
    links=("https://12factor.net/config",),
    applies=main_domain,
    again=False,
)
@reads_files
def env_contract(target: Target) -> Verdict:
    """The file that `code.settings` names, against the contract."""
    code = target.inventory.code
    if code is None or not code.settings:
        return Verdict("not_here", {"contract": CONTRACT})
    contract = contract_of(code)
    if isinstance(contract, Verdict):
        return contract
    settings = read(code.settings)
    if isinstance(settings, Verdict):
        return settings
    if settings.problems:
        return bad_line(settings.problems[0], code.settings)
    found = look(
        contract, {one.name: one.value for one in settings.values}, production=code.environment == "production"
    )
    return judge(found, contract, environment=code.environment)


def read(path: str) -> dotenv_file.Parsed | Verdict:
    """A file of variables, or why it cannot be read."""
    try:
        with Plain(path) as source:
            data = b""
            while len(data) <= LARGEST and (more := source.read(LARGEST)):
                data += more
    except Unreadable as error:
        return Verdict("could_not_look", {"contract": CONTRACT, "reason": f"{path}: {error}"})
    if len(data) > LARGEST:
        return Verdict(
            "could_not_look", {"contract": CONTRACT, "reason": f"{path} is larger than {LARGEST // 1024} kB"}
        )
    return dotenv_file.parse(data.decode("utf-8", "replace"))


def contract_of(code: Code) -> tuple[Variable, ...] | Verdict:
    """The contract, or why there is none."""
    path = code.contract or str(Path(code.path) / CONTRACT)
    example = dotenv_file.Parsed(())
    if code.contract or Path(path).exists():
        found = read(path)
        if isinstance(found, Verdict):
            return found
        if bad := next((one for one in found.problems if not one.why.endswith("any more")), None):
            return bad_line(bad, path)
        example = found
    contract = variables(example, code.variables)
    return contract or Verdict("no_contract", {"contract": path, "file": path})


def bad_line(problem: dotenv_file.Problem, path: str) -> Verdict:
    """A line that cannot be read."""
    return Verdict("bad_line", {"contract": CONTRACT, "file": path, "line": problem.line, "why": problem.why})


def judge(
    found: Sequence[Wrong], contract: Sequence[Variable], *, environment: str = "production", file: str = ""
) -> Verdict:
    """What is missing first, then what is wrong."""
    if not found:
        return Verdict("ok", {"contract": file or CONTRACT, "count": len(contract), "environment": environment})
    order = ("missing_variable", "placeholder", "test_value", "malformed", "shared")
    worst = min(found, key=lambda one: order.index(one.code))
    return told(worst, environment=environment, file=file, others=len(found) - 1)


def told(wrong: Wrong, *, environment: str = "production", file: str = "", other: str = "", others: int = 0) -> Verdict:
    """One thing that is wrong, without a word of any value."""
    near = f"; {wrong.near} is set, is that a slip?" if wrong.near else ""
    place: dict[str, Json] = {"file": file, "line": wrong.line} if file and wrong.line else {}
    return Verdict(
        wrong.code,
        place
        | {
            "contract": file or CONTRACT,
            "variable": wrong.name,
            "why": wrong.why or "it is not set",
            "near": wrong.near,
            "near_words": near,
            "line_to_add": f"{wrong.name}=",
            "breaks": f"Without it: {wrong.breaks}." if wrong.breaks else FEELS,
            "environment": environment,
            "other": other,
            "others": others,
        },
    )

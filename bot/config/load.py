"""Read `launch.yml`: the file as a whole, or every mistake in it at once."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config.names import shown
from bot.config.nodes import Read, read
from bot.config.problems import ConfigError, Problem

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile

MAX_BYTES = 1024 * 1024


def load(path: str | Path) -> LaunchFile:
    """The file as models, paths in it made absolute. Raises `ConfigError` with every problem."""
    # The models cost a tenth of a second to build; whoever has no file does not pay for them.
    from pydantic import ValidationError

    from bot.config.mistakes import mistakes
    from bot.config.references import references
    from bot.config.schema import LaunchFile

    file = Path(path)
    found = read(_text(file), str(path))
    if found.data is None and not found.problems:
        said = "the file is empty; `launch init DOMAIN --force` writes one in its place"
        raise ConfigError([Problem(said, str(path))])
    problems = list(found.problems)
    model: LaunchFile | None = None
    if found.data is not None:
        try:
            model = LaunchFile.model_validate(found.data)
        except ValidationError as error:
            problems += mistakes(error.errors(include_url=False), found)
        problems += references(found)
        problems += _trust(found, file)
    if problems or model is None:
        raise ConfigError(dict.fromkeys(problems))
    if model.network.ca_file:
        network = model.network.model_copy(update={"ca_file": _beside(file, model.network.ca_file)})
        model = model.model_copy(update={"network": network})
    model._path = str(file)  # noqa: SLF001  (the one place that knows where it came from)
    return model


def _text(path: Path) -> str:
    def refuse(sentence: str) -> ConfigError:
        return ConfigError([Problem(sentence, str(path))])

    try:
        if not stat.S_ISREG(path.stat().st_mode) and not stat.S_ISFIFO(path.stat().st_mode):
            raise refuse("this is not a file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file; `launch init DOMAIN` writes one") from None
    except PermissionError:
        raise refuse("the file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        raise refuse(f"the file cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > MAX_BYTES:
        raise refuse("the file is larger than 1 MiB, so it cannot be a launch.yml")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refuse(f"the file is not UTF-8 text (first in line {line}); save it as UTF-8") from None
    if "\0" in text:
        raise refuse("the file is binary, not text")
    return text


def _beside(file: Path, name: str) -> str:
    """A path in the file is meant relative to the file's own folder."""
    return str((file.parent / name).absolute())


def _trust(found: Read, file: Path) -> list[Problem]:
    """What is wrong with the file that `network.ca_file` names."""
    where = ("network", "ca_file")
    network = found.data.get("network") if isinstance(found.data, dict) else None
    name = network.get("ca_file") if isinstance(network, dict) else None
    if not isinstance(name, str) or not name:
        return []
    path = _beside(file, name)
    try:
        with Path(path).open("rb"):
            pass
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return [found.problem(where, "that file holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        return [found.problem(where, f"{shown(path, 200)} cannot be read: {reason}")]
    return []

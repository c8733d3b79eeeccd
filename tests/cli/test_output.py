"""Files that commands write: whole or not at all, and never in the place of something that is no file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Thread

import click
import pytest

from bot.cli.terminal import save


def test_a_pipe_stays_a_pipe_and_gets_the_text(tmp_path: Path) -> None:
    """`--output /dev/stdout` writes there; nothing is put in its place."""
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: got.append(pipe.read_text("utf-8")))
    reader.start()
    save(pipe, "the report ✓\n")
    reader.join(10)
    assert got == ["the report ✓\n"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_what_a_link_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    """The link is replaced by the file."""
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "report.txt").symlink_to(tmp_path / "precious")
    save(tmp_path / "report.txt", "new\n")
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "report.txt").read_text() == "new\n"


@pytest.mark.parametrize("name", ["folder", "nowhere/report.txt", "/dev/full"])
def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    """A folder, a folder that is not there, a full disk: one sentence, no half file."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(click.ClickException, match="cannot be written"):
        save(tmp_path / name, "x" * 100_000)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
    assert not list((tmp_path / "folder").iterdir())

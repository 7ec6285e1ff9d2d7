"""Run every reader of histories on a generated one."""

from __future__ import annotations

import contextlib
import io
import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.objects import written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fuzz.sandbox import Sandbox

TODAY = date(2024, 6, 15)


def history(data: bytes, sandbox: Sandbox) -> None:
    """Show a made-up history in every reader of one: it must not end the program, or reach a terminal unescaped."""
    from xuncha.chinese.characters import UNSAFE_CHARACTER
    from xuncha.trail import contents

    root = sandbox.scratch / "whole"
    tip = written(data, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "MAX_SECONDS", 1)
        texts = [_screens(root), _board(root, sandbox.root), *_archived(root, tip, sandbox.scratch / "place")]
    _at(root, tip)
    for text in texts:
        text.encode()
        assert not UNSAFE_CHARACTER.search(text), "something reaches a terminal or a page as it is"


def _screens(root: Path) -> str:
    """Return what the audit and the log print."""
    from xuncha.audit.examine import audit
    from xuncha.audit.page import render
    from xuncha.cli import screen
    from xuncha.cli.tables import events_table
    from xuncha.cli.trail import _show
    from xuncha.model.identity import Identity
    from xuncha.trail.history import history as events_of
    from xuncha.trail.history import history_of_measure, history_of_problem

    with contextlib.redirect_stdout(io.StringIO()) as shown:
        done = audit(root)
        _show(done, None)
        screen.data(done.as_json())
        audit(root, since="HEAD")
        path = Identity(1, 1).path
        for told in (
            events_of(root),
            history_of_measure(root, path, "1.1"),
            history_of_problem(root, Identity(1)),
        ):
            screen.show(events_table(told), wide=True)
            screen.data([event.as_json() for event in told])
        return shown.getvalue() + render(root, done)


def _board(root: Path, ledger: Path) -> str:
    """Return the timeline of the dashboard of a sound ledger with this history."""
    from xuncha.dashboard.content import content
    from xuncha.store.files import WorkingTree
    from xuncha.store.loading import load_ledger as load
    from xuncha.trail.history import history as events_of

    return str(content(load(WorkingTree(ledger)), events_of(root), TODAY, internal=True).timeline)


def _at(root: Path, tip: str) -> None:
    """How the ledger stands at the last commit, if it is one."""
    from xuncha.errors import XunchaError
    from xuncha.store import cache
    from xuncha.tally import tally
    from xuncha.trail.tree import Tree, commit_at, day_of

    day = day_of(root, commit_at(root, "HEAD"), "HEAD")
    with contextlib.suppress(XunchaError):
        tally(cache.register_at(Tree(root, tip)), day)


def _archived(root: Path, tip: str, place: Path) -> list[str]:
    """Return what an archive takes from the history; nothing if a folder in it is too large."""
    from xuncha.archive.gathering import trail_files
    from xuncha.errors import RefusedError
    from xuncha.trail.bundle import FOLDERS, clone_until, isolated, write_bundle, write_files
    from xuncha.trail.git import Git
    from xuncha.trail.limits import ls_tree
    from xuncha.trail.tree import commit_time

    shutil.rmtree(place, ignore_errors=True)
    try:
        inside = clone_until(root, tip, place, "refs/tags/none")
    except RefusedError:
        return []
    with isolated():
        leaves = ls_tree(Git(inside), "HEAD", *FOLDERS)
        commit_time(inside, tip)
    write_files(inside, [leaf.path for leaf in leaves if leaf.is_file], root, tip)
    with isolated():
        files, _events, _audit = trail_files(inside)
        write_bundle(place, io.BytesIO())
    return [content.decode() for content in files.values()]

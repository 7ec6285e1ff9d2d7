"""Commands for one ledger in several places: setup, sync, and the merge driver that git calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from xuncha.cli import screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import optional
from xuncha.errors import RefusedError, SurroundingsError, cause_of, combined
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import CommentNumber
from xuncha.model.names import key_name
from xuncha.requests import readers

if TYPE_CHECKING:
    from xuncha.model.moves import Numbered
    from xuncha.sync.session import Synced
    from xuncha.sync.values import Side


@command("sync")
def sync(
    call: Context,
    take: str | None = optional(
        "--take ours|theirs",
        _("Which side wins if both have changed the same thing in different ways"),
        ["ours", "theirs"],
    ),
) -> None:
    """Merge what was recorded here and elsewhere, through a git remote, and send it.

    If two clones assign the same number, the one that is not sent yet is renumbered.

    Examples:
        xuncha sync
        xuncha sync --take theirs
    """
    from xuncha.sync.session import sync as bring_together  # noqa: PLC0415

    side = cast("Side | None", take and readers.read_word(take, "--take", {"ours": (), "theirs": ()}))
    result = bring_together(call.root_for_writing(), take=side)
    if result.rewritten:
        message = _("someone has rewritten the history of {name}: commits that were there are missing")
        hint = _("find out who did it; those in this clone are kept, and were sent again")
        screen.warning(message.format(name=result.name), hint)
    for sentence in (*_renumbering(result), *_transfers(result), *_changes(call, result)):
        screen.line(sentence)
    if result.anchors.moved:
        message = _("at {name}, someone has moved tags of verifications of the history: {tags}")
        tags = _(", ").join(tag.removeprefix("refs/tags/") for tag in result.anchors.moved)
        hint = _("find out who did it; the tags here are unchanged")
        screen.warning(message.format(name=result.name, tags=tags), hint)
    if result.uncommitted:
        message = _("not sent, since it was changed by hand and is not committed: {paths}")
        hint = _("to commit a change: xuncha edit")
        screen.warning(message.format(paths=_(", ").join(result.uncommitted)), hint)
    if result.received:
        call.print_progress(result.register)


def _renumbering(result: Synced) -> Iterator[str]:
    """Yield what was renumbered or renamed, where old numbers or names were replaced or are still used, and what was kept."""
    message = _("Renumbered {old} → {new} {title}: the number {old} was assigned elsewhere meanwhile")
    for record in result.renumbered:
        first, second = map(_number_name, record.move)
        yield message.format(old=first, new=second, title=record.title)
    renamed = _("Evidence of {id} renamed {old} → {new}: elsewhere, another file of this name was attached")
    updated = _("{id} now says {new} instead of {old}, as data/ledger.yaml does")
    outdated = _("A text of {id} mentions {old}, which is now {new}; to correct it: xuncha edit {id}")
    cited = [(identity, *move) for identity, move in result.outdated_citations]
    for message, rows in ((renamed, result.renamed), (updated, result.new_keys), (outdated, cited)):
        for identity, old, new in rows:
            yield message.format(id=identity, old=old, new=new)
    for kept in (*map(_number_name, result.kept), *result.kept_names):
        yield _("{what} is kept: one side took it back, the other still uses it", what=kept)


def _transfers(result: Synced) -> Iterator[str]:
    if n := result.received:
        yield ngettext(
            "Received {n} commit from {name}", "Received {n} commits from {name}", n, name=result.name
        )
    if result.joined:
        yield _("Merged with what was recorded here")
    if n := result.sent:
        yield ngettext("Sent {n} commit to {name}", "Sent {n} commits to {name}", n, name=result.name)
    if not (result.received or result.sent or result.anchors.new):
        yield _("Nothing to do: this clone and {name} are the same", name=result.name)
    if n := result.anchors.new:
        yield ngettext("Sent {n} verification of the history", "Sent {n} verifications of the history", n)


def _changes(call: Context, result: Synced) -> Iterator[str]:
    """Yield what the received commits have changed here: reopened measures, time limits, and changes of closed measures."""
    from xuncha.audit.merging import merged_into_closed  # noqa: PLC0415

    for number in result.reopened:
        yield _("{id} was closed here, but was reopened by the changes received", id=number)
    message = _(
        "The time limit of {id} is now {now}, not {was} as it was here: if two are set, the earlier one applies; to move it: xuncha extend {id} --due {was} --reason …"
    )
    for number, was, now in result.earlier_deadlines:
        yield message.format(id=number, was=was, now=now)
    message = _(
        "{id} was closed by {by} meanwhile; merged after that: {keys}; if it is not done: xuncha reopen {id} --reason …"
    )
    changes = merged_into_closed(call.root, result.before) if result.received else {}
    overruled = _(
        "{id} was returned or reopened elsewhere ({who}), and closed by {by} who did not know of that; if it is not done: xuncha reopen {id} --reason …"
    )
    for number, (by, keys, who) in changes.items():
        if keys:
            yield message.format(id=number, by=by, keys=_(", ").join(map(key_name, keys)))
        if who:
            yield overruled.format(id=number, by=by, who=who)


def _number_name(number: Numbered) -> str:
    """Return the name of a numbered record: for a problem or a measure the number alone."""
    return _("comment {n}", n=number) if isinstance(number, CommentNumber) else str(number)


@command("setup")
def setup(call: Context) -> None:
    """Set git up in this clone to merge the ledger's files field by field.

    It is needed once in each clone.

    Examples:
        xuncha setup
    """
    from xuncha.sync import registration  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415

    Git.in_repository(call.root, writes=True)
    git = Git(call.root)  # reading and writing git's settings runs no program of the repository
    text = _("Nothing to do: git already merges the ledger's files field by field.")
    is_new = registration.register(git)
    screen.line(_("Git now merges the ledger's files field by field.") if is_new else text)
    if not registration.is_active(git):
        remedy = _("put this line into .gitattributes, and commit it: {line}", line=registration.LINE)
        screen.warning(_(".gitattributes does not assign the ledger's files to the merge driver"), remedy)


@command("merge-driver", hidden=True)
def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="%O", readable=False)],
    ours: Annotated[Path, typer.Argument(metavar="%A", readable=False)],
    theirs: Annotated[Path, typer.Argument(metavar="%B", readable=False)],
    width: Annotated[str, typer.Argument(metavar="%L")] = "7",
    path: Annotated[str, typer.Argument(metavar="%P")] = "",
) -> None:
    """Merge a file of the ledger (called by git).

    Examples:
        xuncha merge-driver %O %A %B %L %P
    """
    from xuncha.sync.merging import dispute_line, merge_files  # noqa: PLC0415

    size = int(width) if width.isdigit() and 0 < int(width) < 100 else 7  # noqa: PLR2004  git's own default
    try:
        merged = merge_files(base, ours, theirs, size)
    except OSError as error:
        message = _("{path} cannot be merged: {reason}", path=path, reason=cause_of(error))
        raise SurroundingsError("not-written", message) from error
    if merged.reason_by_lines:
        message = _("{path} is merged by lines, not by field: {reason}")
        screen.warning(message.format(path=path, reason=merged.reason_by_lines))
    if merged.in_conflict:
        raise RefusedError("merge-conflict", _("both sides have changed the same lines of it"), path=path)
    if merged.disputes:
        hint = _(
            "keep the correct line, remove the marks, and complete the merge with git; or abort it, and type: xuncha sync"
        )
        texts = [dispute_line(dispute._replace(path=path)) for dispute in merged.disputes]
        raise combined([RefusedError("merge-conflict", text, hint, path) for text in texts])

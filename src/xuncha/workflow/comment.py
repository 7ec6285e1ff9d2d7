"""Comment (意见建议登记): enter what people said about the rectification, and the reply. It is always internal."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from xuncha.chinese.characters import shortened
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.records import Comment
from xuncha.model.vocabulary import Channel
from xuncha.rules.names import no_such_record
from xuncha.store import editing
from xuncha.store.files import Overlay
from xuncha.store.loading import all_comments, load_comments
from xuncha.workflow.change import Message, Session
from xuncha.workflow.verbs import SUBJECTS

REPLY_SUBJECT: Final = "答复意见"  # the first word of the subject of a reply's commit


def add_comment(
    session: Session,
    text: str,
    *,
    channel: Channel,
    received: date,
    about: Identity | None = None,
    name: str | None = None,
) -> CommentNumber:
    """Enter a comment under the next free number.

    Raises InvalidLedgerError if the register of comments breaks rules already; RefusedError if the comment would
    break a rule, or git refuses; SurroundingsError if git or the disk fails.
    """
    if about and not (session.root / about.path).is_file():
        raise no_such_record(about)
    number = CommentNumber(max(all_comments(session.source), default=0) + 1)
    values: dict[str, Any] = {
        "received": received.isoformat(),
        "channel": channel,
        "text": text.strip(),
        "about": about and str(about),
        "name": name and name.strip(),
    }
    record = {key: value for key, value in values.items() if value}
    content = editing.new_file(record, "../schema/comment.json")
    _commit(session, number, content, SUBJECTS["comment"], text)
    return number


def reply(session: Session, number: CommentNumber, text: str, day: date) -> Comment:
    """Enter the reply to a comment; return the comment as it was before.

    Raises InvalidLedgerError if the register of comments breaks rules already; RefusedError if there is no such
    comment, it has a reply already, the reply would break a rule, or git refuses; SurroundingsError if git or the
    disk fails.
    """
    comment = all_comments(session.source).get(number.number)
    if comment is None:
        raise no_such_comment(number)
    if comment.reply is not None:
        message = _("comment {n} was already answered on {day}", n=number, day=comment.reply.date)
        hint = _("a reply is not changed; correct a typo with xuncha edit {path}")
        raise RefusedError("already-answered", message, hint.format(path=number.path), number.path)
    content = session.source.read(number.path)
    entry = {"date": day.isoformat(), "text": text.strip()}
    edited = editing.apply(content, {"reply": entry})
    _commit(session, number, edited, REPLY_SUBJECT, comment.text)
    return comment


def no_such_comment(number: CommentNumber) -> RefusedError:
    """Return the error for a number that no comment has."""
    message = _("there is no comment {n}", n=number)
    return RefusedError("no-such-comment", message, _("see `xuncha comment list`"))


def subject(action: str, number: CommentNumber | str, text: str) -> str:
    """Return the subject of a commit about a comment: the action, the number, and how the text begins."""
    return f"{action} {number} {shortened(text)}"


def _commit(session: Session, number: CommentNumber, content: bytes, action: str, text: str) -> None:
    """Check the comment in its new form, and commit it."""
    session.must_be_clean(number.path)
    for finding in load_comments(Overlay(session.source, {number.path: content}))[1]:
        raise RefusedError(finding.code, finding.message, finding.hint)
    message = Message(subject(action, number, text), "comment", comments=[str(number)])
    session.commit({number.path: content}, message)

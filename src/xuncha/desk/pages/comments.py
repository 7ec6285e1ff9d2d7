"""Enter and answer comments on the rectification, which are always internal."""

from __future__ import annotations

from typing import cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from xuncha.desk import forms
from xuncha.desk.forms import Typed
from xuncha.desk.view import desk_of, page
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import COMMENTS, CommentNumber, Identity
from xuncha.model.vocabulary import CHANNELS, Channel
from xuncha.requests import readers
from xuncha.requests.answers import file_version
from xuncha.requests.selection import comments_about
from xuncha.store.files import WorkingTree
from xuncha.store.loading import all_comments
from xuncha.workflow import comment as workflow


def show(request: Request, values: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show the comments, each with its reply or a form for one, and a form for a new comment."""
    desk = desk_of(request)
    source, shown_version = WorkingTree(desk.root), (values or {}).get("version", "")
    paths = [f"{COMMENTS}/{entry.name}" for entry in source.entries(COMMENTS)]
    versions = {
        each: file_version(desk.root, path) for path in paths if (each := CommentNumber.from_path(path))
    }
    entered = all_comments(source)  # read last, so that a change in between is noticed
    replied = request.path_params.get("number", "")
    if error and replied and replied not in {str(number) for number in entered}:
        raise error  # its form is gone by now
    query = {} if values else request.query_params
    about, unanswered = query.get("about", "").strip(), bool(query.get("unanswered"))
    found = comments_about(source, entered, about or None, unanswered=unanswered)
    return page(
        request,
        "comments",
        state=desk.valid_state(),
        comments=dict(reversed(found.items())),
        total=len(entered),
        unanswered_count=sum(each.reply is None for each in entered.values()),
        filters={"about": about, "unanswered": unanswered},
        channels=CHANNELS,
        replied_number=replied,
        versions={each.number: shown_version for each, shown_version in versions.items()},
        changes_meanwhile=desk.changes_since(CommentNumber.parse(replied), shown_version)
        if error and replied
        else [],
        typed=values or {},
        error=error,
    )


def add(request: Request, form: FormData) -> Response:
    """Enter a comment."""
    desk = desk_of(request)
    text = _text(form, _("enter the text of the comment"))
    about, day = forms.text(form, "about"), forms.past_day(form, "received", desk.today)
    channel = cast("Channel", readers.read_word(forms.text(form, "channel"), "channel", names.CHANNELS))
    which, name = Identity.parse(about) if about else None, forms.text(form, "name") or None
    with desk.session() as session:
        workflow.add_comment(session, text, channel=channel, received=day, about=which, name=name)
    return forms.redirect("/comments", session.commit_id)


def reply(request: Request, form: FormData) -> Response:
    """Enter the reply to a comment."""
    desk = desk_of(request)
    number = CommentNumber.parse(request.path_params["number"])
    text = _text(form, _("enter the text of the reply"))
    day = forms.past_day(form, "date", desk.today)
    with desk.session() as session:
        desk.check_versions({number: forms.text(form, "version")})
        workflow.reply(session, number, text, day)
    return forms.redirect("/comments", session.commit_id)


def _text(form: FormData, hint: str) -> str:
    return readers.require_text(forms.text(form, "text"), _("the text is empty"), hint)

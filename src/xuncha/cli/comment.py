"""The commands of the register of comments: what people said about the rectification, and the replies. It is always internal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, cast

from xuncha.chinese.characters import on_one_line
from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.options import option, optional
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.vocabulary import CHANNELS, Channel, word_name
from xuncha.requests import readers
from xuncha.store.files import WorkingTree

if TYPE_CHECKING:
    from xuncha.cli.columns import Columns
    from xuncha.model.records import Comment


@group("comment")
def comment() -> None:
    """Register comments by the public or members of staff on the rectification.

    It is always internal: no notice or public page contains any of it.

    Examples:
        xuncha comment add 泵站夜间噪声扰民 --channel phone --about 2.3 --name 王某
        xuncha comment reply 1 已调整运行时间。
        xuncha comment list --unanswered
    """


@command("comment", "add")
def add(
    call: Context,
    text: Annotated[str, options.argument("TEXT", _("The comment"))],
    channel: Annotated[
        str, option("--channel CHANNEL", _("How it was received: phone, post, email, visit or web"), CHANNELS)
    ],
    about: options.About = None,
    name: str | None = optional("--name NAME", _("Who said it; internal")),
    received: str | None = optional("--received DATE", _("The day it was received; default: today")),
) -> None:
    """Enter a comment under the next free number.

    Examples:
        xuncha comment add 泵站夜间噪声扰民 --channel phone --about 2.3 --name 王某
        xuncha comment add 建议公开补助标准 --channel 来信 --received 2024-04-08
    """
    from xuncha.workflow.comment import add_comment  # noqa: PLC0415  the help need not wait for it

    text = readers.require_text(text, _("the text is empty"), _("enter the text of the comment"))
    day = readers.read_past_day(received, "--received", call.today) if received else call.today
    identity = Identity.parse(about) if about else None
    how = cast("Channel", readers.read_word(channel, "--channel", names.CHANNELS))
    with call.session() as session:
        number = add_comment(session, text, channel=how, received=day, about=identity, name=name)
    screen.line(_("Comment {n} entered.", n=number))
    screen.line(_("Once it is answered: xuncha comment reply {n} …", n=number))


@command("comment", "reply")
def reply(
    call: Context,
    number: options.Comment,
    text: Annotated[str, options.argument("TEXT", _("The reply"))],
    date: str | None = optional("--date DATE", _("The day of the reply; default: today")),
) -> None:
    """Enter the reply to a comment; each comment has one reply.

    Examples:
        xuncha comment reply 1 已调整运行时间。
    """
    from xuncha.workflow import comment as register  # noqa: PLC0415

    comment_number = CommentNumber.parse(number)
    text = readers.require_text(text, _("the text is empty"), _("enter the text of the reply"))
    day = readers.read_past_day(date, "--date", call.today) if date else call.today
    with call.session() as session:
        register.reply(session, comment_number, text, day)
    screen.line(_("Comment {n} is answered.", n=comment_number))


@command("comment", "list")
def list_(
    call: Context,
    about: str | None = optional(
        "--about ID", _("Those about a problem and its measures (2), or one measure (2.3)"), options.ids
    ),
    unanswered: bool = optional("--unanswered", _("Those without a reply")),
    as_json: options.Json = False,
) -> None:
    """List the comments; internal.

    Examples:
        xuncha comment list --unanswered
        xuncha comment list --about 2.3 --json
    """
    from xuncha.requests.selection import comments_about  # noqa: PLC0415
    from xuncha.store.loading import all_comments  # noqa: PLC0415

    call.must_be_here()
    source = WorkingTree(call.root)
    comments_by_number = all_comments(source)
    matching = comments_about(source, comments_by_number, about, unanswered=unanswered)
    if as_json:
        screen.data([{"number": number, **each.model_dump(mode="json")} for number, each in matching.items()])
    elif matching:
        screen.show(_table(matching), wide=True, paged=True)
    elif comments_by_number:
        screen.line(_("No comment matches."))
    else:
        screen.line(_("There are no comments yet. Enter the first one: xuncha comment add TEXT --channel …"))


def _table(comments: Mapping[int, Comment]) -> Columns:
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import FIXED, RIGHT, SPARE, Column, Columns  # noqa: PLC0415

    headings = (_("No."), _("Received"), _("Channel"), _("About"), _("Comment"), _("Reply"))
    table = Columns(RIGHT, FIXED, SPARE, SPARE, Column(), Column(), headings=headings)
    for place, each in comments.items():
        text = on_one_line(each.text) + (_(" ({reason})", reason=each.name) if each.name else "")
        answered: str | Text = Text(_("not answered"), "yellow")
        if each.reply:
            answered = f"{each.reply.date} {on_one_line(each.reply.text)}"
        day, how = each.received.isoformat(), word_name(each.channel)
        table.add(str(place), day, how, each.about or "", text, answered)
    return table

"""The rules of a comment: what it is about is there, and it was received before it was answered."""

from __future__ import annotations

from collections.abc import Callable

from xuncha.catalogue import Broken
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Comment
from xuncha.rules.catalogue import RULES, Location, asked_of


@RULES.rule("unknown-about", scope="comment", asks="about",
    why="A comment that is about a problem or a measure is found with it; a number that nobody has leads nowhere.",
    wrong="about: '9.1'", right="about: '2.1'",
)  # fmt: skip
def unknown_about(comment: Comment, is_there: Callable[[Identity], bool]) -> Broken[Location]:
    if comment.about is not None and not is_there(Identity.parse(comment.about)):
        message = _("there is no problem and no measure {id}").format(id=comment.about)
        yield ("about",), message, _("see `xuncha list`; or take the key out")


@RULES.rule("reply-before-received", scope="comment", asks="received reply",
    why="Nobody answers before he is asked: one of the two days is a slip of the pen.",
    wrong="reply: {date: 2024-05-01, text: 已答复。}", right="reply: {date: 2024-05-10, text: 已答复。}",
)  # fmt: skip
def reply_before_received(comment: Comment, is_there: Callable[[Identity], bool]) -> Broken[Location]:
    del is_there
    if comment.reply and comment.reply.date < comment.received:
        message = _("the reply is dated {date}, before the comment was received on {received}")
        message = message.format(date=comment.reply.date, received=comment.received)
        yield ("reply", "date"), message, _("write the day on which it was answered")


COMMENT_RULES = asked_of("comment")

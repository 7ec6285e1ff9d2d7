"""The rules of `data/ledger.yaml`, of a problem's own file, and of a comment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from xuncha import __version__
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import PLACEHOLDER, PLACEHOLDERS
from xuncha.rules.catalogue import RULES, Location, record_rules
from xuncha.rules.fields import field_of_problem
from xuncha.rules.names import unlisted

if TYPE_CHECKING:
    from xuncha.catalogue import Violations
    from xuncha.model.records import Comment, Problem
    from xuncha.model.register import Frame
    from xuncha.model.settings import Requires, Settings


@RULES.rule("name-twice", scope="ledger",
    why="A key or a name occurs once in its list; otherwise its counts would be split.",
    wrong="offices: [办公室, 规划科, 财务科, 规划科]", right="offices: [办公室, 规划科, 财务科]",
)  # fmt: skip
def name_twice(settings: Settings) -> Violations[Location]:
    lists: dict[str, Sequence[str]] = {
        "categories": [category.key for category in settings.categories],
        "outcomes": [kind.key for kind in settings.outcomes],
        "leaders": settings.leaders,
        "offices": settings.offices,
        "fields": [f"{kind.of} {kind.key}" for kind in settings.fields],
    }
    for key, names in lists.items():
        for place, name in enumerate(names):
            if name in names[:place]:
                message = _("“{name}” occurs twice in this list", name=name)
                yield (key, place), message, _("take one of them out")


@RULES.rule("choices-missing", scope="ledger",
    why="A choice field lists its choices.",
    wrong="fields: [{key: risk, label: 风险等级, of: measure, type: choice}]",
    right="fields: [{key: risk, label: 风险等级, of: measure, type: choice, choices: [高, 中, 低]}]",
)  # fmt: skip
def choices_missing(settings: Settings) -> Violations[Location]:
    for place, kind in enumerate(settings.fields):
        if kind.type == "choice" and not kind.choices:
            message = _("the field `{key}` has no choices", key=kind.key)
            yield ("fields", place), message, _("write `choices: [高, 中, 低]`")


@RULES.rule("names-in-one", scope="ledger",
    why="A name is one person or one office; a full-width comma between two names makes them one.",
    wrong="leaders: [局长, 分管副局长, 书记，主任]", right="leaders: [局长, 分管副局长]",
)  # fmt: skip
def names_in_one(settings: Settings) -> Violations[Location]:
    for key, names in (("leaders", settings.leaders), ("offices", settings.offices)):
        for place, name in enumerate(names):
            if "，" in name:
                parts = ", ".join(part.strip() for part in name.split("，") if part.strip())
                message = _("“{name}” is several names in one", name=name)
                hint = _("write them with half-width commas: [{names}]", names=parts)
                yield (key, place), message, hint


@RULES.rule("dates-order", scope="ledger",
    why="An inspection starts, ends, and is then reported on; the notice reports what was done after that feedback.",
    wrong="inspection: {started: 2023-09-08, ended: 2023-06-05, feedback: 2023-11-10}",
    right="inspection: {started: 2023-06-05, ended: 2023-09-08, feedback: 2023-11-10}",
)  # fmt: skip
def dates_order(settings: Settings) -> Violations[Location]:
    inspection = settings.inspection
    days = [(("inspection", key), getattr(inspection, key)) for key in ("started", "ended", "feedback")]
    days.append((("notice", "date"), settings.notice.date))
    for (before, earlier), (after, later) in pairwise((key, day) for key, day in days if day):
        if later < earlier:
            message = _("`{after}` ({later}) is before `{before}` ({earlier})")
            message = message.format(after=after[-1], later=later, before=before[-1], earlier=earlier)
            hint = _("write the days in the order started, ended, feedback, and date of the notice")
            yield after, message, hint


@RULES.rule("unknown-placeholder", scope="ledger",
    why="A word in braces is replaced by a count of the ledger; an unknown word would be printed as it is.",
    wrong="notice: {work: ['共{总数}个问题，已完成整改{已完成问题数}个。']}", right="notice: {work: ['共{问题数}个问题，已完成整改{已完成问题数}个。']}",
)  # fmt: skip
def unknown_placeholder(settings: Settings) -> Violations[Location]:
    message = _("{words} is not one of the counts that a notice may use")
    hint = _("write one of {names}", names=" ".join(f"{{{name}}}" for name in PLACEHOLDERS))
    for key, value in settings.notice:
        for place, text in enumerate(value if isinstance(value, list) else [value]):
            for match in PLACEHOLDER.finditer(text) if isinstance(text, str) else ():
                if match["name"] not in PLACEHOLDERS:
                    location = ("notice", key, place) if isinstance(value, list) else ("notice", key)
                    yield location, message.format(words=match[0]), hint


@RULES.rule("unknown-category", scope="problem",
    why="A problem is shown under a category of data/ledger.yaml.",
    wrong="category: c", right="category: a",
)  # fmt: skip
def unknown_category(problem: Problem, frame: Frame) -> Violations[Location]:
    keys = [key for key, _title in frame.categories]
    return unlisted([(("category",), problem.category)] if problem.category else [], keys, "categories")


@RULES.rule("ledger-unsaid", "warning", scope="ledger",
    why="A notice names the organisation and the day of the feedback; time limits are checked against it.",
    wrong="organisation:", right="organisation: 中共某市水务局党组",
)  # fmt: skip
def ledger_unsaid(settings: Settings) -> Violations[Location]:
    if settings.organisation is None:
        yield ("organisation",), _("the organisation is not given yet"), _("write `organisation: …`")
    if settings.inspection.feedback is None:
        hint = _("write `feedback: 2024-07-08` under `inspection` once it is known")
        yield ("inspection", "feedback"), _("the day of the feedback is not given yet"), hint


@RULES.rule("category-unsaid", "warning", scope="problem",
    why="A notice shows a problem under a category.",
    wrong="category:", right="category: a",
)  # fmt: skip
def category_unsaid(problem: Problem, _frame: Frame) -> Violations[Location]:
    if problem.category is None:
        yield ("category",), _("the category is not given yet"), _("write `category: …`")


@RULES.rule("too-old", scope="ledger",
    why="A ledger that needs a newer version of the program says which, instead of being reported as wrong.",
    wrong="requires: '>=99'", right="requires: '>=0.1'",
)  # fmt: skip
def requires_newer(settings: Settings | Requires) -> Violations[Location]:
    required = (settings.requires or ">=0").removeprefix(">=")
    if [int(part) for part in required.split(".")] > [int(part) for part in __version__.split(".")]:
        message = _("this ledger requires xuncha {asked} or later, and this is {version}")
        yield ("requires",), message.format(asked=required, version=__version__), _("install a newer xuncha")


@RULES.rule("unknown-about", scope="comment",
    why="A comment about a problem or a measure is shown with it; a number that does not exist leads nowhere.",
    wrong="about: '9.1'", right="about: '2.1'",
)  # fmt: skip
def unknown_about(comment: Comment, exists: Callable[[Identity], bool]) -> Violations[Location]:
    if comment.about is not None and not exists(Identity.parse(comment.about)):
        message = _("there is no problem and no measure {id}", id=comment.about)
        yield ("about",), message, _("see `xuncha list`; or take the key out")


@RULES.rule("reply-before-received", scope="comment",
    why="A comment cannot be answered before it is received: one of the two dates is a typo.",
    wrong="reply: {date: 2024-05-01, text: 已答复。}", right="reply: {date: 2024-05-10, text: 已答复。}",
)  # fmt: skip
def reply_before_received(comment: Comment, _exists: Callable[[Identity], bool]) -> Violations[Location]:
    if comment.reply and comment.reply.date < comment.received:
        message = _("the reply is dated {date}, before the comment was received on {received}")
        message = message.format(date=comment.reply.date, received=comment.received)
        yield ("reply", "date"), message, _("write the day on which it was answered")


SETTINGS_RULES = record_rules("ledger")
PROBLEM_RULES = [*record_rules("problem"), field_of_problem]
COMMENT_RULES = record_rules("comment")

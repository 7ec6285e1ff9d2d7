"""Write a ledger as a workbook like an office's own: the ledger, the counts, the three lists, and sheets for `import`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import Final

from xuncha.chinese.days import in_words
from xuncha.exchange.sheet import layout, supplement
from xuncha.model.records import Ledger
from xuncha.model.vocabulary import STATUS_WORDS, UNKNOWN
from xuncha.paper.xlsx import CENTRED, HEAD, MARK, TEXT, Book, Sheet, Value
from xuncha.tally import Grouping, groups, percent, tally

SHEET: Final = "整改台账"
_FIRST: Final = 4  # the first row of the ledger's sheet that holds a measure
_LATE: Final = "逾期"
_PALE: Final = ("#EDEDED", "#DDEBF7", "#FFF2CC", "#E2EFDA", "#F8CBAD")
_COLOURS: Final = dict(zip((*STATUS_WORDS.values(), _LATE), _PALE, strict=True))
"""The colours of the states; pale, so that they can be read on paper without colour."""
_WIDEST_WORDS: Final = 14  # wider columns hold sentences, which are aligned left
_HEADING: Final = HEAD._replace(size=13, align="left", framed=False)
_GROUPS: Final[dict[Grouping, str]] = {
    "category": "方面",
    "office": "责任科室",
    "leader": "责任领导",
    "problem": "反馈问题",
}
_LIST_WIDTHS: Final = (9, 44, 44, 20, 22, 14)


def workbook(ledger: Ledger, today: date) -> bytes:
    """Write the workbook of a ledger. Raises SurroundingsError without the part `office`."""
    book = Book(f"{ledger.settings.name}整改台账")
    _write_ledger(book, ledger, today)
    _write_counts(book, ledger, today)
    _write_lists(book, ledger)
    names = zip_longest(ledger.settings.leaders, ledger.settings.offices, fillvalue=None)
    choices = book.sheet(supplement.CHOICES, (24, 24), landscape=False, head="1:1", frozen="A2")
    choices.add_table(("责任领导", "责任科室"), list(names), [TEXT] * 2)
    sheet = book.sheet(supplement.NAME, (9, 130), landscape=True, head="1:1", frozen="A2")
    sheet.add_table(supplement.HEADINGS, list(supplement.rows(ledger)), [TEXT] * 2)
    choices.raw.hide()
    sheet.raw.hide()
    return book.content()


def office_workbook(ledger: Ledger, office: str | None, today: date) -> bytes:
    """Write the ledger's sheet for an office to fill in: measures it does or helps with, or all. Raises SurroundingsError without the part `office`."""
    measures = ledger.measures.items()
    own = {n: each for n, each in measures if office is None or office in (each.office, *each.co_offices)}
    numbers = {identity.problem for identity in own}
    problems = {number: problem for number, problem in ledger.problems.items() if number in numbers}
    book = Book(f"{ledger.settings.name}整改台账{office or ''}")
    ledger = replace(ledger, problems=problems, measures=own)
    _write_ledger(book, ledger, today, remarks=False)
    return book.content()


def _write_ledger(book: Book, ledger: Ledger, today: date, *, remarks: bool = True) -> None:
    """Write the sheet of the ledger, each problem once for all its measures; `remarks` adds what only our own workbooks have."""
    columns, of_problem = layout.columns(ledger), layout.problem_columns(ledger)
    columns = columns if remarks else columns[:-1]
    widths = [column.width for column in columns]
    sheet = book.sheet(SHEET, widths, landscape=True, head="1:3", frozen=f"E{_FIRST}", large=True)
    sheet.add_title(f"{ledger.settings.name}巡察整改台账")
    before = next(place for place, column in enumerate(columns) if column.meaning == "leader") - 1
    inspection = ledger.settings.inspection
    feedback = ""
    if inspection.feedback and inspection.inspector:
        feedback = f"，{inspection.inspector}{in_words(inspection.feedback)}反馈"
    sheet.add_row(
        (f"截至{in_words(today)}{feedback}", MARK, before),
        ("图例：", MARK._replace(align="right"), 1),
        *((word, CENTRED._replace(fill=colour), 1) for word, colour in _COLOURS.items()),
    )
    rows: list[list[Value]] = []
    current = None
    for by_column in layout.rows(ledger):
        hidden = of_problem if by_column["number"] == current else ()
        current = by_column["number"]
        cells = [None if column.meaning in hidden else by_column.get(column.meaning) for column in columns]
        rows.append([cell and cell[:2] for cell in cells])
    centred = {each for each in columns if each.width <= _WIDEST_WORDS and each.meaning != "category"}
    styles = [CENTRED if column in centred else TEXT for column in columns]
    sheet.add_table([column.heading for column in columns], rows, styles)
    letters = {column.meaning: letter for column, letter in zip(columns, sheet.letters, strict=True)}
    sheet.raw.autofilter(f"A{_FIRST - 1}:{sheet.letters[-1]}{sheet.rows}")
    _colour_states(book, sheet, letters["due"], letters["state"], today)
    sheet.add_choices(letters["state"], _FIRST, list(STATUS_WORDS.values()))
    names = {"A": ("leader", ledger.settings.leaders), "B": ("office", ledger.settings.offices)}
    for place, (meaning, known) in names.items():
        if known and remarks:
            where = f"={supplement.CHOICES}!${place}$2:${place}${len(known) + 1}"
            sheet.add_choices(letters[meaning], _FIRST, where)
    sheet.keep_together([_FIRST + number for number, row in enumerate(rows) if row[0]], _FIRST - 1)


def _colour_states(book: Book, sheet: Sheet, due: str, status: str, today: date) -> None:
    """Colour states and overdue time limits by rules, so that the colours follow later changes."""
    last = max(sheet.rows, _FIRST)
    dues, states = (f"{column}{_FIRST}:{column}{last}" for column in (due, status))
    day = f"DATE({today.year},{today.month},{today.day})"
    overdue = (
        f'AND(ISNUMBER(${due}{_FIRST}),${due}{_FIRST}<{day},${status}{_FIRST}<>"{STATUS_WORDS["closed"]}")'
    )
    for word, colour in reversed(_COLOURS.items()):  # the first rule that matches is used
        late, fill = word == _LATE, book.raw.add_format({"pattern": 1, "bg_color": colour})
        formula = overdue if late else f'{status}{_FIRST}="{word}"'
        rule = {"type": "formula", "criteria": f"={formula}", "format": fill, "stop_if_true": late}
        sheet.raw.conditional_format(states, rule | {"multi_range": f"{dues} {states}" if late else states})


def _write_counts(book: Book, ledger: Ledger, today: date) -> None:
    """Write the counts: of the whole ledger, and by category, office, leader and problem."""
    register = ledger.register()
    counted = tally(register, today)
    sheet = book.sheet(supplement.COMPUTED[0], (56, *[12] * 6), landscape=True, head="1:1", frozen="A2")
    sheet.add_title("整改情况统计")
    styles = [TEXT, *[CENTRED] * 6]
    totals: list[tuple[str, Value]] = [
        ("问题总数", counted.problems),
        ("已完成整改的问题", counted.problems_closed),
        ("问题整改完成率", counted.problem_rate),
        ("措施总数", counted.measures),
        *((f"其中{STATUS_WORDS[status]}", number) for status, number in counted.by_status.items()),
        ("措施销号率", counted.measure_rate),
        ("已销号的长期任务", counted.long_term_closed),
        ("逾期的措施", counted.overdue),
    ]
    sheet.add_table(("统计日期", today.isoformat()), totals, styles)
    problems = Counter(problem.category for problem in register.problems)
    complete = Counter(problem.category for problem in register.problems if problem.is_complete)
    for by, heading in _GROUPS.items():
        sheet.add_row((f"按{heading}", _HEADING, 1))
        own = ("问题", "已完成") if by == "category" else ()
        rows: list[list[Value]] = []
        for group in groups(register, today, by):
            title = f"{group.key}. {group.title}" if by == "problem" else group.title
            counts = (problems[group.key], complete[group.key]) if own else ()
            share = percent(group.closed, group.total)
            rows.append([title, *counts, group.total, group.closed, group.overdue, share])
        sheet.add_table((heading, *own, "措施", "已销号", "逾期", "销号率"), rows, styles)


def _write_lists(book: Book, ledger: Ledger) -> None:
    """Write the three lists (三个清单) into which a plan is split: of problems, of tasks, of responsibilities."""
    titles: dict[str | None, str] = {category.key: category.title for category in ledger.settings.categories}
    problems = ledger.problems
    counts: list[Sequence[Value]] = []
    tasks: list[Sequence[Value]] = []
    duties: list[Sequence[Value]] = []
    for number, own in ledger.by_problem().items():
        title, category = problems[number].title, titles.get(problems[number].category, UNKNOWN)
        counts.append((number, title, category, len(own)))
        for n, each in own.items():
            tasks.append((str(n), each.title, each.goal, each.due or layout.WITHOUT_LIMIT[each.term]))
            answers = each.leader or UNKNOWN, each.office or UNKNOWN, "、".join(each.co_offices)
            duties.append((str(n), each.title, title, *answers))
    lists: tuple[tuple[str, str, Iterable[Sequence[Value]]], ...] = (
        ("问题清单", "序号 反馈问题 方面 措施（条）", counts),
        ("任务清单", "编号 整改措施 整改目标 整改时限", tasks),
        ("责任清单", "编号 整改措施 反馈问题 责任领导 责任科室 配合科室", duties),
    )
    sheet = book.sheet(
        supplement.COMPUTED[1], _LIST_WIDTHS, landscape=True, head="1:1", frozen="A2", large=True
    )
    sheet.add_title("问题清单、任务清单、责任清单")
    styles = [TEXT if width > _WIDEST_WORDS * 2 else CENTRED for width in _LIST_WIDTHS]
    for title, header, rows in lists:
        if title != lists[0][0]:
            sheet.breaks.append(sheet.rows)
        sheet.add_row((title, _HEADING, 2))
        sheet.add_table(header.split(), list(rows), styles)

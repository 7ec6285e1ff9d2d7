"""The notice as text, Markdown and HTML: the templates lay out what `content` gives, in the words of one of them.

Templates are programs from a folder that others may write to: they run in Jinja's sandbox, see only what may be
published, and what they do not know is an error. Texts of the ledger are never templates.
"""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from xuncha.errors import Finding, InvalidLedgerError
from xuncha.language import gettext as _
from xuncha.notice.chinese import (
    day,
    full_width,
    full_width_lines,
    full_width_markdown,
    full_width_page,
    numeral,
    sentence,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Environment

    from xuncha.notice.content import NoticeContent

FORMS: Final = ("txt", "md", "html")
_PACKAGE = Path(__file__).parents[1]
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&]")
_BLANKS = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)
_MARKDOWN_START = re.compile(r"^(\s*)((?:[0-9]+(?=[.)]))|(?=[-+=]))", re.MULTILINE)
_TEMPLATE_ERRORS = (
    TemplateError,
    ArithmeticError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
    AssertionError,
    OSError,
)
"""What a template can run into; whatever it is, it is the template's."""
_LINE = 38
"""Full-width characters in a line of the text form, to which the signature is set right."""


class _OwnTemplates(FileSystemLoader):
    """The ledger's own templates; what leads out of its folder is refused."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / "templates")
        self.root = root.resolve()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """See Jinja."""
        place = self.root / "templates" / template.lstrip("/")
        if place.exists() and not place.resolve().is_relative_to(self.root):
            raise TemplateSyntaxError(_("it is a link that leads out of the ledger"), 1, template)
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            raise TemplateSyntaxError(_("the file is not UTF-8 text"), 1, template) from None


def built_in() -> Path:
    """The folder of the built-in templates: inside the installed package, or beside its source."""
    installed = _PACKAGE / "templates"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "templates"


def render(content: NoticeContent, form: str, root: Path) -> str:
    """The notice in one form.

    Args:
        content: what it says.
        form: `txt`, `md` or `html`.
        root: the ledger's folder, whose own `templates/` go before the built-in ones.

    Raises:
        InvalidLedgerError: a template of the ledger is wrong; with its file and line.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([_OwnTemplates(root), FileSystemLoader(built_in())]),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "day": day,
        "numeral": numeral,
        "sentence": sentence,
        "paragraphs": lambda text: [line.strip() for line in text.splitlines() if line.strip()],
        "markdown": markdown,
        "right": lambda text: "\u3000" * max(0, int(_LINE - width(full_width(text)))) + text,
    }
    name = f"notice.{form}.j2"
    try:
        text = environment.get_template(name).render(notice=content)
    except TemplateSyntaxError as error:
        raise InvalidLedgerError(
            [_finding(error.name or name, error.lineno, error.message or "", root)]
        ) from None
    except _TEMPLATE_ERRORS as error:
        raise InvalidLedgerError([_finding(*_place(error, name), str(error), root)]) from None
    return {"txt": full_width_lines, "md": full_width_markdown, "html": full_width_page}[form](text)


def markdown(text: str) -> str:
    """The text so that Markdown shows it as it is; blanks before a line, which could make it code, become one."""
    text = _MARKDOWN.sub(r"\\\g<0>", _BLANKS.sub(" ", text))
    return _MARKDOWN_START.sub(r"\1\2\\", text)


def _place(error: BaseException, name: str) -> tuple[str, int]:
    """The template and the line in which an error arose."""
    frames: Iterator[Any] = reversed(traceback.extract_tb(error.__traceback__))
    frame = next((frame for frame in frames if frame.filename.endswith(".j2")), None)
    return (Path(frame.filename).name, frame.lineno or 1) if frame else (name, 1)


def _finding(name: str, line: int, message: str, root: Path) -> Finding:
    own = root / "templates" / name
    excerpt = ""
    if own.is_file() and own.resolve().is_relative_to(root.resolve()):
        lines = own.read_text(encoding="utf-8", errors="replace").splitlines()
        excerpt = lines[line - 1] if line <= len(lines) else ""
    return Finding(
        f"templates/{name}", line, 1, "template", _("the template is wrong: {message}").format(message=" ".join(message.split())),
        _("a template is given `notice`; docs/templates.md says what is in it"), excerpt,
    )  # fmt: skip

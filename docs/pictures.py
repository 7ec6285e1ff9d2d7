"""Make the pictures of the tutorial from the tutorial itself: `make pictures`.

Screens are SVG files by rich. The Word page needs LibreOffice and pdftoppm, the desk's page Chromium; a
picture whose program is missing stays as it is.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import escape, unescape
from itertools import groupby
from pathlib import Path

from openpyxl import Workbook, load_workbook
from played import PAGES, TABLE, Session, played
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

HEADS = ("序号", "方面", "反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "进展情况", "完成情况")
ROWS = (
    (1, "关于落实上级决策部署方面", "重点工程推进缓慢", "完成泵站前期手续", "分管副局长", "规划科", "2024年9月底前", None, "推进中"),
    (None, None, None, "建立项目推进周调度机制", "局长", "办公室", "立行立改", "2024年8月5日：印发周调度办法，每周一调度。", "已完成"),
    (2, "关于服务群众方面", "供水投诉处理不及时", "公开24小时服务电话", "分管副局长", "供水科", "2024年10月31日", None, None),
    (None, None, None, "每季度走访用水大户", "分管副局长", "供水科", "长期坚持", None, None),
    (3, "关于服务群众方面", "老旧管网改造底数不清", "完成管网普查", None, None, None, None, None),
)  # fmt: skip
FONTS = "Consolas, Menlo, 'DejaVu Sans Mono', 'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', monospace"
TEXT = re.compile(r'<text ([^>]*?\bx=")([0-9.]+)("[^>]*? textLength=")([0-9.]+)("[^>]*)>([^<]*)</text>')
"""A text element in rich's SVG: the parts around its position, length and characters."""
PRINTED = {
    "方正小标宋简体": "Noto Serif CJK SC", "仿宋_GB2312": "Noto Serif CJK SC", "仿宋": "Noto Serif CJK SC", "宋体": "Noto Serif CJK SC",
    "楷体_GB2312": "AR PL UKai CN", "楷体": "AR PL UKai CN", "黑体": "Noto Sans CJK SC", "Times New Roman": "Noto Serif CJK SC",
}  # fmt: skip
"""The fonts of the standard, which free systems rarely have, and similar free fonts."""
WIDTHS = (6, 28, 24, 26, 12, 10, 18, 30, 12)


def main() -> None:
    """Make the reader's table, type the tutorial, and take the pictures on the way."""
    table()
    played((PAGES / "tutorial.md").read_text(encoding="utf-8"), colour=True, then=picture)


def table() -> None:
    """Write the Excel file with which the tutorial begins; leave an equal one unchanged."""
    path = PAGES / TABLE[0]
    if path.exists() and [*load_workbook(path).worksheets[0].values] == [HEADS, *ROWS]:
        return
    book = Workbook()
    sheet = book.create_sheet("问题清单", 0)
    for row in (HEADS, *ROWS):
        sheet.append(row)
    for column, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    del book["Sheet"]
    book.save(path)


def picture(session: Session, name: str, printed: str) -> None:
    """Take a picture of a screen; of the desk too, if there are tasks; and of the Word page at the end."""
    if not name:
        word(session.folder.parent)
        return
    screen(name, printed)
    if name == "todo.svg":
        desk(session)


def screen(name: str, printed: str) -> None:
    """Draw the output without the font that rich would fetch from the network, and with Chinese at its real width."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed.rstrip("\n")))
    drawn = console.export_svg(title=f"xuncha {Path(name).stem}", unique_id=Path(name).stem)
    drawn = re.sub(r"@font-face \{.*?\}\n?", "", drawn, flags=re.DOTALL)
    drawn = drawn.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    drawn = re.sub(TEXT, _widened, drawn)
    lines = (line.rstrip() for line in drawn.splitlines())
    (PAGES / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _widened(found: re.Match[str]) -> str:
    """Give each run of wide or narrow characters its own position and length, since rich counts wide characters as narrow."""
    before, x, between, length, after, escaped = found.groups()
    text = unescape(escaped)
    cell, place, runs = float(length) / len(text), float(x), ""
    for _wide, run in groupby(text, lambda character: cell_len(character) > 1):
        said = "".join(run)
        wide = cell * cell_len(said)
        if said.strip("\xa0"):
            tag = f"{before}{place:.1f}{between}{wide:.1f}{after}"
            runs += f"<text {tag}>{escape(said).replace(chr(0xA0), '&#160;')}</text>"
        place += wide
    return runs


def word(folder: Path) -> None:
    """Draw the first page of the notice."""
    if shutil.which("soffice") and shutil.which("pdftoppm"):
        aliases = "".join(
            f"<alias binding='same'><family>{a}</family><prefer><family>{b}</family></prefer></alias>"
            for a, b in PRINTED.items()
        )
        (folder / "fonts.conf").write_text(
            f"<fontconfig><include>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>", encoding="utf-8"
        )
        around = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
        profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
        for words in (
            ["soffice", profile, "--headless", "--convert-to", "pdf", "通报.docx"],
            ["pdftoppm", "-r", "72", "-gray", "-png", "-singlefile", "通报.pdf", str(PAGES / "notice")],
        ):
            subprocess.run(words, cwd=folder, env=around, check=True, capture_output=True)


def desk(session: Session) -> None:
    """Draw the first page of the desk."""
    if chromium := shutil.which("chromium") or shutil.which("google-chrome"):
        apart = f"--user-data-dir={session.folder.parent / 'browser'}"
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=900,820", apart]
        with served(session) as link:
            drawn = f"--screenshot={PAGES / 'desk.png'}"
            subprocess.run([chromium, *options, drawn, link], check=True, capture_output=True)


@contextlib.contextmanager
def served(session: Session) -> Iterator[str]:
    """Run the desk of a session, and yield its link."""
    words = [sys.executable, "-X", "utf8", "-m", "xuncha", "serve", "--port", "0", "--no-open"]
    around = session.around | {"NO_COLOR": "1"}
    with subprocess.Popen(
        words, cwd=session.folder, env=around, stdout=subprocess.PIPE, encoding="utf-8"
    ) as opened:
        for link in opened.stdout or ():
            yield link.strip()
            break
        opened.terminate()


if __name__ == "__main__":
    main()

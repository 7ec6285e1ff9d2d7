"""A document as a web page that stands alone and prints well: no script, nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import escape

from xuncha.paper.outline import LandscapeBreak, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.paper.outline import Block, Document

_STYLE: Final = """\
:root { color-scheme: light dark; }
body { max-width: 48em; margin: 0 auto; padding: 2em 1.2em 3em; line-height: 1.9; font-size: 1.06rem;
  font-family: FangSong, "仿宋", "FangSong_GB2312", "Noto Serif CJK SC", "Songti SC", SimSun, serif; }
body.landscape { max-width: 72em; }
h1 { font-size: 1.55rem; line-height: 1.5; text-align: center; margin: .6em 0 1.2em; text-wrap: balance;
  font-family: "方正小标宋简体", "Noto Serif CJK SC", "Songti SC", SimSun, serif; }
h2, h3, h4, h5, p { margin: 0 0 .35em; text-indent: 2em; font-size: inherit; }
h2, .mark, th { font-family: SimHei, "黑体", "Noto Sans CJK SC", "PingFang SC", sans-serif; font-weight: 500; }
h2 { margin-top: 1em; }
h3 { font-family: KaiTi, "楷体", "LXGW WenKai", "Kaiti SC", serif; font-weight: 600; margin-top: .6em; }
h4, .table-title { font-weight: 700; }
h5 { font-weight: 400; }
p { text-align: justify; }
.mark, .to { text-indent: 0; }
.table-title { text-align: center; text-indent: 0; }
section { margin-top: 2em; }
.sign, .date { text-align: right; text-indent: 0; margin-right: 2em; }
.sign { margin-top: 2em; }
.table { overflow-x: auto; margin: .8em 0 1.4em; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; line-height: 1.6; }
caption { font-weight: 700; font-size: 1.06rem; padding: .4em 0; }
th, td { border: 1px solid; padding: .25em .35em; vertical-align: middle; text-align: left; overflow-wrap: anywhere; }
th, .short { text-align: center; }
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
@page lying { size: A4 landscape; margin: 28mm 35mm 26mm 37mm; }
@media print {
  :root { color-scheme: light; }
  body, body.landscape { max-width: none; padding: 0; font-size: 16pt; line-height: 28.95pt; }
  h1 { font-size: 22pt; }
  h2, h3, h4, h5, caption { break-after: avoid; }
  table { font-size: 12pt; line-height: 18pt; }
  tr { break-inside: avoid; }
  .table { overflow: visible; padding-right: 1px; }
  .landscape { page: lying; }
}
"""
_HEADINGS: Final = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5"}
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body{turned}>
<main>
<article>
{body}
</article>
</main>
</body>
</html>
"""


def html(document: Document) -> str:
    """Write the document as a page, with a line end at its end."""
    body = [f'<p class="mark">{escape(document.mark)}</p>'] if document.mark else []
    body += [f"<h1>{escape(document.title)}</h1>", *_blocks(document)]
    return _PAGE.format(
        title=escape(document.title),
        style=_STYLE,
        turned=' class="landscape"' if document.landscape else "",
        body="\n".join(body),
    )


def _blocks(document: Document) -> Iterator[str]:
    caption, end = "", ""
    for block, following in zip(document.blocks, (*document.blocks, None)[1:], strict=True):
        if isinstance(block, LandscapeBreak):
            yield f'{end}<section class="landscape">'
            end = "</section>"
        elif isinstance(block, Table):
            yield _table(block, caption)
            caption = ""
        elif block.kind == "table-title" and isinstance(following, Table):
            caption = f"<caption>{escape(block.text)}</caption>\n"
        else:
            yield _block(block)
    if end:
        yield end


def _block(block: Block) -> str:
    if (tag := _HEADINGS.get(block.kind)) is not None:
        return f"<{tag}>{escape(block.text)}</{tag}>"
    kind = f' class="{block.kind}"' if block.kind in {"to", "sign", "date", "table-title"} else ""
    return f"<p{kind}>{escape(block.text)}</p>"


def _table(table: Table, caption: str) -> str:
    columns = "".join(f'<col style="width: {width:.1%}">' for width in table.widths)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    short = table.centred()
    rows = "".join(_row(row, spans, short) for row, spans in zip(table.rows, table.spans(), strict=True))
    return (
        f'<div class="table">\n<table>\n{caption}<colgroup>{columns}</colgroup>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>"
    )


def _row(cells: tuple[str, ...], spans: tuple[int, ...], short: tuple[bool, ...]) -> str:
    shown = []
    for cell, span, centred in zip(cells, spans, short, strict=True):
        if span:
            kind = ' class="short"' if centred else ""
            over = f' rowspan="{span}"' if span > 1 else ""
            shown.append(f"<td{kind}{over}>{escape(cell)}</td>")
    return f"<tr>{''.join(shown)}</tr>\n"

"""Make docs/zh/keys.md from the model: every key of every file, with its form, default, meaning and an example."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

from xuncha.model.fields import Record
from xuncha.region.plan import Region
from xuncha.store.editing import flow
from xuncha.store.reading import parse
from xuncha.store.schema import KINDS

EXAMPLES = Path(__file__).parent / "zh/keys.yaml"
"""An example of each file, with every key."""
FILES = {
    "ledger": "data/ledger.yaml：单位、巡察、人员和规则",
    "problem": "data/problems/02/problem.yaml：一个问题",
    "measure": "data/problems/02/2.3.yaml：一条措施",
    "comment": "data/comments/001.yaml：一条意见建议",
    "form": "data/forms/月报.yaml：一种表格怎么读、怎么填",
    "region": "region.yaml：汇总哪些单位的台账",
}
MODELS: dict[str, type[Record]] = {**KINDS, "region": Region}  # type: ignore[dict-item]
LONG = 64
"""Characters; a longer example, such as a hash, is cut."""
LONGEST_LINE = 2000
"""The limit of a one-line text, in characters."""
FORMS = {
    "^[a-z][a-z0-9_]*$": "代号：小写字母开头，只含小写字母、数字和 _",
    "^[a-z][a-z0-9-]*$": "规则的代号",
    r"^\d{4}-\d{2}-\d{2}$": "日期，如 2024-12-31",
    "^>=": "`>=` 加版本号",
    "^[1-9]": "编号，加引号",
    "^[0-9a-f]{64}$": "64位十六进制数",
}
"""The description of a text's form, by the beginning of its pattern."""


def page() -> str:
    """Return the generated part of docs/zh/keys.md."""
    return "\n".join(line for name in FILES for line in _file(name))


def examples() -> dict[str, Any]:
    """Return an example of each file."""
    return parse(EXAMPLES.read_bytes())


def _file(name: str) -> Iterator[str]:
    yield f"## {FILES[name]}\n"
    yield from _record(MODELS[name], examples()[name], "###")


def _record(record: type[Record], example: dict[str, Any], level: str) -> Iterator[str]:
    """Yield a table of keys, and a table for each key that contains other keys."""
    yield "| 键 | 意思 | 写什么 | 不写则 | 例子 |\n| --- | --- | --- | --- | --- |"
    schema, below = record.model_json_schema(), []
    for key, field in record.model_fields.items():
        shape, value = schema["properties"][key], example[key]
        unsaid = "**必填**" if field.is_required() else _default(field.get_default(call_default_factory=True))
        if inner := _inner(field.annotation):
            while not isinstance(value, dict):
                value = value[0]
            below.append((key, field.description, inner, value))
        written = f"{key}: {flow(value)}"
        shown = "见下" if inner else f"`{written if len(written) < LONG else written[: LONG // 2] + '…'}`"
        yield f"| `{key}` | {field.description} | {_kind(shape)} | {unsaid} | {shown} |"
    yield ""
    for key, description, inner, value in below:
        yield f"{level} {key}：{(description or '').partition('：')[0].partition('；')[0]}\n"
        yield from _record(inner, value, f"{level}#")


def _inner(annotation: Any) -> type[Record] | None:  # noqa: ANN401  whatever stands behind a field's name
    """Return the record type of a value, or of its items."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next(filter(None, map(_inner, get_args(annotation))), None)


def _default(value: object) -> str:
    if value is None or isinstance(value, Record) or value in ([], {}):
        return "没有"
    return f"`{flow(value)}`"


def _kind(shape: dict[str, Any]) -> str:
    """Describe the form of a value in words, from its JSON Schema."""
    if each := [item for item in shape.get("anyOf", shape.get("oneOf", ())) if item.get("type") != "null"]:
        return "，或者".join(dict.fromkeys(map(_kind, each)))
    if "$ref" in shape:
        return "一组键，见下"
    if "enum" in shape:
        return "以下之一：" + "、".join(f"`{word}`" for word in shape["enum"])
    kind, pattern = shape["type"], shape.get("pattern", "")
    is_long = shape.get("maxLength", 0) > LONGEST_LINE
    kinds: dict[str, Callable[[], str]] = {
        "array": lambda: f"清单，每项为：{_kind(shape['items'])}",
        "integer": lambda: f"整数，{shape['minimum']}至{shape['maximum']}" if "maximum" in shape else "整数",
        "string": lambda: next(
            (words for begins, words in FORMS.items() if pattern.startswith(begins)),
            "文字，可以分几行" if is_long else "一行文字",
        ),
        "boolean": lambda: "`true`（是）或 `false`（否）",
        "object": lambda: "若干 `名称: 值`",
        "number": lambda: "数",
    }
    return kinds[kind]()

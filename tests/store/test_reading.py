"""Reading records: invalid ones are refused with their code, quickly; valid ones follow YAML 1.2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

import xuncha.rules.files  # noqa: F401  fills the catalogue
from tests.conftest import LEDGER, measure, problem
from tests.faults.table import chosen
from tests.store import oracle
from xuncha.model.source import MAX_SIZE
from xuncha.rules.catalogue import RULES
from xuncha.store import reading
from xuncha.store.faults import UnreadableError
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
from xuncha.store.positions import Node, parse_tree, position_of
from xuncha.store.reading import decode, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import LedgerOnDisk
    from xuncha.errors import Finding, Place

CORPUS = Path(__file__).parents[1] / "corpus"
# Beside the records stand tables of offices, which tests.tables reads.
BROKEN = sorted(path for path in CORPUS.glob("*/*") if path.parent.name not in {"good", "notices", "tables"})
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
PLACES = {"ledger": "data/ledger.yaml", "problem": "data/problems/01/problem.yaml"}
MEASURE = "data/problems/01/1.2.yaml"
# What parse itself refuses; the other codes need the keys, or the rest of the ledger.
UNREADABLE = {
    "duplicate-key", "empty-file", "merge-conflict", "not-a-mapping", "not-plain", "not-utf8", "yaml-syntax",
}  # fmt: skip


def name(path: Path) -> str:
    """Return the name under which the tests show a corpus file."""
    return f"{path.parent.name}/{path.stem}"


def place(path: Path) -> str:
    """Where in a ledger a corpus file belongs: `problem--x.yaml` is a problem's, most are a measure's."""
    kind, found, _rest = path.name.partition("--")
    return PLACES[kind] if found else MEASURE


def refused(content: bytes) -> str | None:
    """Return the code under which a content is refused; None if it is read."""
    try:
        parse(content)
    except UnreadableError as error:
        return error.finding.code
    return None


def placed(error: UnreadableError) -> tuple[str, int, int]:
    """Return the code of a refusal, with the line and the column."""
    return error.finding.code, error.finding.place.line, error.finding.place.column


# ---------------------------------------------------------------- the corpus


@pytest.mark.parametrize("path", BROKEN, ids=name)
def test_a_broken_file_is_told_by_the_code_that_its_folder_names_and_by_no_other(
    bare_ledger: LedgerOnDisk, path: Path
) -> None:
    bare_ledger.write(place(path), path.read_bytes())
    findings = check(WorkingTree(bare_ledger.root), warn=True)
    assert [(finding.place.path, finding.code) for finding in findings] == [(place(path), path.parent.name)]
    _well_placed(findings[0], path.read_bytes())


def _well_placed(finding: Finding[Place], content: bytes) -> None:
    """Assert that the finding's place exists in the file, with line ends as in YAML 1.2, and that its excerpt stands there."""
    lines = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert 1 <= finding.place.line <= len(lines)
    assert finding.place.column >= 1
    assert finding.place.excerpt.removeprefix("…").removesuffix("…") in lines[finding.place.line - 1]
    assert finding.message


@pytest.mark.parametrize("path", [path for path in BROKEN if path.parent.name in UNREADABLE], ids=name)
def test_what_is_no_record_is_refused_by_the_reader_itself(path: Path) -> None:
    assert refused(path.read_bytes()) == path.parent.name


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_an_odd_but_good_file_says_what_yaml_says_that_it_says(path: Path) -> None:
    data = parse(path.read_bytes())
    expected = json.loads(path.with_suffix(".json").read_bytes())
    assert data == expected
    assert repr(data) == repr(expected)  # 1, 1.0 and True are equal, and not the same


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_an_odd_but_good_file_is_a_measure_like_any_other(bare_ledger: LedgerOnDisk, path: Path) -> None:
    bare_ledger.write(MEASURE, path.read_bytes())
    assert check(WorkingTree(bare_ledger.root)) == []


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_the_careful_reader_sees_the_same_keys_in_an_odd_but_good_file(path: Path) -> None:
    root = parse_tree(decode(path.read_bytes()))
    assert [key.text for key in root.keys] == list(parse(path.read_bytes()))


def test_the_corpus_is_whole() -> None:
    folders = {path.parent.name for path in BROKEN}
    assert folders <= set(RULES)
    # The rest are not faults of one file, or too large to keep one.
    assert set(RULES) - folders == {
        "unreadable", "file-too-large", "file-missing", "misnamed", "number-twice", "number-gap", "symbolic-link",
        "evidence-changed", "evidence-not-fetched", "no-measures", "own-template",
        "unknown-about", "reply-before-received",  # of comments
    }  # fmt: skip
    assert {path.stem for path in GOOD} == {path.stem for path in (CORPUS / "good").glob("*.json")}


# ---------------------------------------------------------------- hostile files, in a process that may not eat the machine

MEBIBYTE = 1024 * 1024
FULL = MAX_SIZE
HEAD = measure("1.2")


def _bomb(levels: int) -> str:
    lines = ["l0: &l0 [甲,甲,甲,甲,甲,甲,甲,甲,甲]"]
    lines += [f"l{level}: &l{level} [{','.join([f'*l{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(lines) + "\n"


HOSTILE: dict[str, tuple[set[str | None], str]] = {
    "a value of 5 MB": ({"file-too-large"}, HEAD + "goal: " + "长" * (5 * MEBIBYTE // 3)),
    "one byte too many": ({"file-too-large"}, "#" * (FULL + 1)),
    "an alias bomb of nine levels": ({"not-plain"}, HEAD + _bomb(9)),
    "10,000 lists in a row": ({"not-plain"}, "x: " + "[" * 10_000),
    "10,000 lists, closed": ({"not-plain"}, "x: " + "[" * 10_000 + "]" * 10_000),
    "10,000 lists with spaces": ({"not-plain"}, "x: " + "[ " * 10_000),
    "10,000 lists after commas, closed": ({"not-plain"}, "x: " + "[甲," * 10_000 + "]" * 10_000),
    "10,000 lists on lines": ({"not-plain"}, "x: " + "[\n " * 10_000 + "]" * 10_000),
    "10,000 mappings in a row": ({"not-plain"}, "x: " + "{a: " * 10_000),
    "10,000 mappings, closed": ({"not-plain"}, "x: " + "{a: " * 10_000 + "}" * 10_000),
    "10,000 keys of mappings": ({"not-a-mapping", "not-plain"}, "{" * 10_000),
    "10,000 explicit keys": ({"not-a-mapping", "not-plain"}, "? " * 10_000 + "甲"),
    "10,000 empty keys": ({"yaml-syntax", "not-a-mapping", "not-plain"}, ": " * 10_000),
    "a file full of empty keys": ({"yaml-syntax", "not-a-mapping", "not-plain"}, ": " * (FULL // 2)),
    "a file full of dashes": ({"not-plain"}, "- " * (FULL // 2)),
    "a file full of dashes with two spaces": ({"not-plain"}, "-  " * (FULL // 3)),
    "a file full of dashes with two spaces below a key": ({"not-plain"}, "x:\n " + "-  " * (FULL // 3 - 9) + "甲"),
    "1,000 dashes with two spaces below a key": ({"not-plain"}, HEAD + "x:\n " + "-  " * 1000 + "甲\n"),
    "a file full of dashes on lines": ({"not-a-mapping"}, "-\n" * (FULL // 2)),
    "block nesting that grows by a space": ({"not-plain"}, "".join(" " * level + "a:\n" for level in range(int((2 * FULL) ** 0.5) - 20))),
    "30 levels of block nesting": ({"not-plain"}, HEAD + "x:\n" + "".join(" " * level + "a:\n" for level in range(1, 31))),
    "a file full of brackets that open and close": ({"wrong-type", "unknown-key"}, HEAD + "x: [" + "[]," * (FULL // 3 - 200) + "]\n"),
    "a list as large as a file, not closed": ({"yaml-syntax"}, HEAD + "x: [" + "甲," * (FULL // 4 - 200)),
    "a quote as large as a file, not closed": ({"yaml-syntax"}, "x: '" + "甲\n " * (FULL // 5 - 9)),
    "a list as large as a file, with a hole": ({"unknown-key"}, HEAD + "x:\n" + "- 甲\n" * (FULL // 6 - 200) + "-\n"),
    "a file full of keys": ({"unknown-key"}, HEAD + "".join(f"k{number}: v\n" for number in range(FULL // 10 - 100))),
    "a file full of keys with a comment that asks for care": (
        {"unknown-key"}, HEAD + "# &\n" + "".join(f"k{number}: v\n" for number in range(FULL // 10 - 100)),
    ),
    "a file full of one key": ({"duplicate-key"}, HEAD + "goal: v\n" * (FULL // 8 - 200)),
    "a list of 2,000 wrong values": ({"wrong-type"}, HEAD + "co_offices: [" + "1, " * 2000 + "]\n"),
    "a list of wrong values as large as a file": ({"wrong-type"}, HEAD + "co_offices: [" + "1, " * (FULL // 3 - 200) + "]\n"),
    "a list of unknown names as large as a file": (
        {"unknown-office"}, HEAD + "co_offices: [" + "".join(f"第{number}科, " for number in range(50_000)) + "]\n",
    ),
    "a file full of exclamation marks": ({"not-plain", "yaml-syntax"}, "!" * FULL),
    "a file full of ampersands": ({"not-plain", "yaml-syntax"}, "&a " * (FULL // 3)),
    "a file full of asterisks": ({"not-plain", "yaml-syntax"}, "x: " + "*" * (FULL - 3)),
    "an anchor as large as a file": ({"not-plain", "yaml-syntax"}, "x: &" + "a" * (FULL - 9)),
    "an alias as large as a file": ({"not-plain", "yaml-syntax"}, "x: *" + "a" * (FULL - 9)),
    "a file full of per cents": ({"yaml-syntax"}, "%" * FULL),
    "a file full of tabs": ({"yaml-syntax", "empty-file"}, "\t" * FULL),
    "a file full of spaces": ({"empty-file"}, " " * FULL),
    "a file full of line ends": ({"empty-file"}, "\n" * FULL),
    "a file full of carriage returns": ({"empty-file"}, "\r" * FULL),
    "a file full of comments": ({"empty-file"}, "# 甲\n" * (FULL // 6)),
    "a file full of conflict marks": ({"merge-conflict"}, "<<<<<<<\n" * (FULL // 8)),
    "a file full of document marks": ({"not-plain"}, "---\n" * (FULL // 4)),
    "a file full of colons": ({"yaml-syntax", "not-a-mapping"}, ":" * FULL),
    "a key as large as a file": ({"yaml-syntax"}, "k" * (FULL - 9) + ": v"),
    "a number as large as a file": ({"wrong-type"}, measure("1.2", title="9" * (FULL - 900))),
    "ledger.yaml: a list of offices as large as a file": (
        {None},
        LEDGER.replace("财务科]", "财务科, " + "".join(f"第{number}科, " for number in range(FULL // 16)) + "]"),
    ),
    "a text as large as a file": ({"bad-value"}, HEAD + "goal: |\n" + " 甲\n" * (FULL // 5 - 200)),
    "a date as large as a file": ({"bad-date"}, measure("1.2", due="2" * (FULL - 900))),
}  # fmt: skip

# Reads a ledger as `validate` does, each in a process of its own that may use ten seconds and two gigabytes, and says what was
# found, and how much memory was held at the most. The processes are forked, so that only the first imports.
_SERVER = """
import json, os, resource, sys
from pathlib import Path
from xuncha.model.source import MAX_SIZE
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
import xuncha.store.positions
for root in sys.stdin:
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        codes = sorted({finding.code for finding in check(WorkingTree(Path(root.rstrip())))})
        kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"codes": codes, "megabytes": kibibytes * 1024 / 1e6}), flush=True)
        os._exit(0)
    if status := os.waitpid(child, 0)[1]:
        print(json.dumps({"died": status}), flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """Start a process that reads ledgers in child processes."""
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        env=unmeasured,  # coverage would count as memory of the reader
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory are set as Linux has them")
@pytest.mark.parametrize("case", chosen(HOSTILE, 16))
def test_a_hostile_file_is_answered_at_once_and_cannot_take_the_machine_down(
    bare_ledger: LedgerOnDisk, server: subprocess.Popen[str], case: str
) -> None:
    expected, text = HOSTILE[case]
    bare_ledger.write("data/ledger.yaml" if case.startswith("ledger.yaml") else MEASURE, text)
    assert server.stdin
    assert server.stdout
    server.stdin.write(f"{bare_ledger.root}\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    assert "died" not in answer, f"the process ended with wait status {answer['died']}"
    assert set(answer["codes"]) <= expected | ({"file-too-large"} if len(text) > FULL // 8 else set())
    assert answer["codes"] or None in expected
    assert answer["megabytes"] < 300


def test_a_file_of_five_megabytes_is_not_said_to_have_one(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(MEASURE, b"#" * (5 * MEBIBYTE))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code == "file-too-large"
    assert "1.0" not in finding.message


def test_the_largest_file_that_is_allowed_is_read(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(MEASURE, HEAD + "#" * (FULL - len(HEAD.encode())))
    assert check(WorkingTree(bare_ledger.root)) == []


# ---------------------------------------------------------------- what the two readers must agree on

SEEDS = [path.read_bytes().decode() for path in GOOD]
SEEDS += [
    measure(number, status)
    for number, status in (("1.1", "not_started"), ("2.1", "submitted"), ("2.2", "closed"))
]
_PIECES = [
    ":", ": ", "-", "- ", "-  ", "\n- ", ",", ", ", "[", "]", "{", "}", "[[", "#", " #", "'", '"', "''", "|", ">", "|-\n  ", "?", "? ", "&", "*", "!", "%",
    "@", "`", "~", "=", "<<", ".", "...", "\n...\n", "---", "\n---\n", "\\", " ", "  ", "\n", "\n\n", "\n  ", "\n    ", "\t", "\r", "\r\n", "a", "k: ",
    "\nk: v\n", "{a: b}", "[a, b]", "a: b", "{a, b}", "甲", "：", "，", "0", "2024-01-01", "null", "true", "\u3000", "\xa0", "\ufeff", "\ufffe",
    "title: ", "status: ", "\nstatus: closed\n", "status:", ", status: closed",
]  # fmt: skip
_PLACE = st.integers(0, 10**6)
_EDITS = st.one_of(
    st.tuples(st.just("insert"), _PLACE, st.sampled_from(_PIECES)),
    st.tuples(st.just("delete"), _PLACE, st.integers(1, 4)),
    st.tuples(st.just("double"), _PLACE, st.integers(1, 12)),
    st.tuples(st.just("delete line"), _PLACE, st.just(1)),
    st.tuples(st.just("double line"), _PLACE, _PLACE),
    st.tuples(st.just("indent line"), _PLACE, st.integers(1, 4)),
    st.tuples(st.just("dedent line"), _PLACE, st.integers(1, 4)),
    st.tuples(st.just("only lines"), _PLACE, st.integers(1, 6)),
)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """Files that people or programs have spoiled: characters and lines put in, taken out, doubled and shifted."""
    text = draw(st.sampled_from(SEEDS))
    for kind, where, what in draw(st.lists(_EDITS, min_size=1, max_size=5)):
        text = _mutated(text, kind, where, what)
    return text


def _mutated(text: str, kind: str, where: int, what: Any) -> str:
    if not kind.endswith(("line", "lines")):
        at = where % (len(text) + 1)
        if kind == "insert":
            return f"{text[:at]}{what}{text[at:]}"
        return text[:at] + text[at + what :] if kind == "delete" else text[: at + what] + text[at:]
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    at = where % len(lines)
    if kind == "delete line":
        del lines[at]
    elif kind == "double line":
        lines.insert(what % (len(lines) + 1), lines[at])
    elif kind == "indent line":
        lines[at] = " " * what + lines[at]
    elif kind == "dedent line":
        lines[at] = lines[at][min(what, len(lines[at]) - len(lines[at].lstrip(" "))) :]
    else:
        lines = lines[at : at + what]
    return "".join(lines)


FOUND = [
    # Found by this test, kept so that they are tried each time.
    "  title: 甲\n还有\n", "{a: b} 等\n", "{a: b}\n- 甲\n", "a: [: 甲]\n", "a: {b: >甲}\n", "a: [>甲]\n", "[a]: b\n", "a: \ufffe\n", "a: {b: 1, b:}\n",
    "{a:, a: b}\n", "x:\n " + "-  " * 30 + "甲\n", "x:\n" + "".join(" " * level + "a:\n" for level in range(1, 25)),
    "a: |\n  \n    甲\n",
]  # fmt: skip


def _with_examples(test: Any) -> Any:
    for text in FOUND:
        test = example(text)(test)
    return test


@_with_examples
@given(mutants())
def test_a_file_that_is_read_on_the_fast_path_is_read_alike_on_the_careful_one(text: str) -> None:
    content = text.encode()
    assume(reading._is_plain(decode(content)))
    try:
        data = parse(content)
    except UnreadableError:
        event("refused")
        return
    event("read")
    root = parse_tree(decode(content))
    assert [key.text for key in root.keys] == [_as_text(key) for key in data]
    assert _shape_of(root) == _shape_of_data(data)


@_with_examples
@given(mutants())
def test_what_is_read_is_what_another_reader_of_yaml_reads(text: str) -> None:
    try:
        data = parse(text.encode())
    except UnreadableError as error:
        event(error.finding.code)
        return
    event("read")
    _assert_alike(text, data)


def _assert_alike(text: str, data: dict[str, Any]) -> None:
    # Where ruamel.yaml is known to read other than YAML 1.2 says: tabs before comments, and in braces and brackets a key
    # with nothing behind its colon, or a text that begins with a question mark.
    try:
        expected = oracle.load(text)
    except YAMLError:
        assert "\t" in text, f"only ours reads {text!r}, as {data!r}"
        return
    if not oracle.tight_flow(text):
        assert oracle.normalised(data) == oracle.normalised(expected)


@given(st.text(st.sampled_from("ab:- \n[]{},#'\"|>?&*!%~\t\r\\0甲\x00\ufeff"), max_size=40))
@example("")
@example("\x00")
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    code = refused(text.encode())
    assert code is None or code in RULES
    if code is None and "\ufeff" not in text:
        _assert_alike(text, parse(text.encode()))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(content: bytes) -> None:
    code = refused(content)
    assert code is None or code in RULES


@given(mutants())
def test_a_spoiled_file_is_a_finding_at_a_place_it_has_or_no_finding_and_never_a_crash(text: str) -> None:
    source = OneFile(text.encode())
    findings = check(source)
    for finding in findings:
        assert finding.code in RULES
        assert finding.place.path == MEASURE
        if not set(text) & set("\x85\u2028\u2029"):
            _well_placed(finding, text.encode())


class OneFile:
    """A ledger of which one measure's file is as it may be, without a disk."""

    def __init__(self, content: bytes) -> None:
        from xuncha.model.source import Entry

        self.files = {
            "data/ledger.yaml": LEDGER.encode(),
            "data/problems/01/problem.yaml": problem("甲", "a").encode(),
            "data/problems/01/1.1.yaml": measure("1.1").encode(),
            MEASURE: content,
        }
        self.folders = {
            "data": [Entry("ledger.yaml", "file"), Entry("problems", "folder")],
            "data/problems": [Entry("01", "folder")],
            "data/problems/01": [Entry(each, "file") for each in ("1.1.yaml", "1.2.yaml", "problem.yaml")],
        }

    def entries(self, folder: str) -> list[Any]:
        return self.folders.get(folder, [])

    def read(self, path: str) -> bytes:
        return self.files[path]

    def fingerprint(self, path: str) -> None:
        del path


def _as_text(key: object) -> str:
    return key if isinstance(key, str) else "" if key is None else str(key)


def _shape_of(node: Node) -> Any:
    """Return the structure of a node, without the values."""
    if node.kind == "mapping":
        return [_shape_of(item) for item in node.items]
    return [_shape_of(item) for item in node.items] if node.kind == "sequence" else None


def _shape_of_data(value: Any) -> Any:
    if isinstance(value, dict):
        return [_shape_of_data(item) for item in value.values()]
    return [_shape_of_data(item) for item in value] if isinstance(value, list) else None


# ---------------------------------------------------------------- single cases that say why


@pytest.mark.parametrize("version", ["1.22", "1.0", "2.0", "1.99999999999999999999"])
def test_a_version_of_yaml_that_nobody_reads_is_a_finding(version: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        parse(f"%YAML {version}\n---\ntitle: 甲\n".encode())
    assert refused.value.finding.code == "yaml-syntax"


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"title: a\ngoal: \x1b", 2, 7),
        (b"title: a\r\ngoal: \x1b", 2, 7),
        (b"title: a\rgoal: \x1b", 2, 7),
        ("title: 甲\ngoal: 甲\xa0\x1b".encode(), 2, 9),
    ],
)
def test_the_place_of_an_invisible_character_is_right_whatever_ends_the_lines(
    content: bytes, line: int, column: int
) -> None:
    with pytest.raises(UnreadableError) as error:
        parse(content)
    assert placed(error.value) == ("control-character", line, column)


@pytest.mark.parametrize(
    ("value", "number"),
    [('"甲\\u00a0乙\\e丙"', "U+001B"), ('"\\u200d甲\\u202e"', "U+202E"), ('"甲\\uE000\\t"', "U+0009")],
)
def test_of_several_invisible_characters_the_one_that_must_go_is_named(
    bare_ledger: LedgerOnDisk, value: str, number: str
) -> None:
    bare_ledger.write(MEASURE, measure("1.2", title=value))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code == "control-character"
    assert number in finding.message


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_separator_pasted_into_a_comment_is_let_be_or_named_and_not_called_bad_yaml(separator: str) -> None:
    assert refused(f"# 摘自网页{separator}第二段\ntitle: 甲\n".encode()) in {None, "control-character"}
    assert refused(f"title: 甲 # 摘自网页{separator}status: closed\n".encode()) in {None, "control-character"}


@pytest.mark.parametrize(
    "text", ["a: [: 甲]\n", "a: [甲: 乙, : 丙]\n", "{: 甲}\n", "? [甲]\n: 乙\n", "{? : 乙}\n"]
)
def test_odd_keys_are_a_finding_and_not_a_crash(text: str) -> None:
    findings = check(OneFile((HEAD + text).encode() if text[0] != "{" else text.encode()))
    assert findings
    assert {finding.code for finding in findings} <= set(RULES)


def test_the_place_of_a_wrong_byte_is_its_own() -> None:
    with pytest.raises(UnreadableError) as error:
        parse(b"title: a\ngoal: \xff\n")
    assert placed(error.value) == ("not-utf8", 2, 7)


def test_the_line_of_a_conflict_is_shown() -> None:
    with pytest.raises(UnreadableError) as error:
        parse(f"{HEAD}<<<<<<< HEAD\nstatus: closed\n=======\n>>>>>>> b\n".encode())
    assert placed(error.value) == ("merge-conflict", HEAD.count("\n") + 1, 1)


@pytest.mark.parametrize("levels", [20, 21])
@pytest.mark.parametrize("opening", ["[", "[ ", "[甲, ", "{a: "])
def test_nesting_is_bounded_at_the_same_level_however_it_is_written(opening: str, levels: int) -> None:
    closing = "]" if opening[0] == "[" else "}"
    # The record itself is the first level.
    text = "x: " + opening * (levels - 1) + closing * (levels - 1)
    assert refused(text.encode()) == (None if levels == 20 else "not-plain")


LOCATED = "# 甲\ntitle: 甲\nprogress:\n  - date: 2024-01-01\n    text: 乙\n  - {date: 2024-01-02, text: 丙}\nclosed: {by: 丁}\ndue:\n"


@pytest.mark.parametrize(
    ("location", "line", "column"),
    [
        ((), 2, 1),
        (("title",), 2, 8),
        (("progress",), 3, 1),
        (("progress", 0), 4, 5),
        (("progress", 0, "text"), 5, 11),
        (("progress", 1, "text"), 6, 30),
        (("closed", "by"), 7, 14),
        (("closed", "date"), 7, 1),
        (("due",), 8, 1),
        (("office",), 2, 1),
        (("progress", 7, "text"), 3, 1),
        (("title", "x"), 2, 8),
    ],
)
def test_a_place_in_the_data_is_found_in_the_file(
    location: tuple[str | int, ...], line: int, column: int
) -> None:
    assert position_of(parse_tree(LOCATED), location) == (line, column)

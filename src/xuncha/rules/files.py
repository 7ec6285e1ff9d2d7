"""The rules that a file must keep before it can be read as part of a ledger; `xuncha.store` enforces them."""

from functools import partial

from xuncha.rules.catalogue import RULES

_folder_rule = partial(RULES.declare, scope="folder")

# ---------------------------------------------------------------- the bytes and the YAML

_folder_rule(
    "unreadable",
    why="A file that the system does not let us read cannot be counted.",
    wrong="(a file without the permission to read it)",
    right="(the permission, given by its owner)",
)
_folder_rule(
    "file-too-large",
    why="A file over 256 KiB is not a record but a mistake; evidence belongs in data/evidence/.",
    wrong="(a text of 5 MB in one value)",
    right="(the text in a file of its own, attached with `xuncha attach`)",
)
_folder_rule(
    "not-utf8",
    why="All files are UTF-8, so that every machine shows the same characters.",
    wrong="(a file saved as GBK)",
    right="(the same file saved as UTF-8)",
)
RULES.declare(
    "control-character",
    why="Invisible characters can drive a terminal, or show a text other than the one that is stored.",
    wrong='title: "整改\\e[31m措施"',
    right="title: 整改措施",
)
RULES.declare(
    "merge-conflict",
    why="Two people changed the same lines, and git asks which of them holds.",
    wrong="<<<<<<< HEAD\nstatus: in_progress\n=======\nstatus: submitted\n>>>>>>> other",
    right="status: submitted",
)
RULES.declare(
    "keyboard-slip",
    why="YAML wants a half-width colon behind a key, and a blank behind the colon.",
    wrong="title：整改措施",
    right="title: 整改措施",
)
RULES.declare("yaml-syntax", why="The file is not YAML.", wrong="title: [整改措施", right="title: 整改措施")
RULES.declare(
    "duplicate-key",
    why="Of two values for one key, no one can tell which is meant.",
    wrong="office: 规划科\noffice: 财务科",
    right="office: 规划科",
)
RULES.declare(
    "anchor",
    why="A record says everything where it stands; anchors and aliases can also be made to fill the memory.",
    wrong="title: &a 整改措施",
    right="title: 整改措施",
)
RULES.declare(
    "tag",
    why="A tag asks for something to be made of a value; a ledger holds plain data.",
    wrong="title: !!python/name:os.system 整改措施",
    right="title: 整改措施",
)
RULES.declare(
    "several-documents", why="A file is one record.", wrong="title: 甲\n---\ntitle: 乙", right="title: 甲"
)
RULES.declare(
    "too-deep",
    why="No record is nested this deep.",
    wrong=f"title: {'[' * 21}甲{']' * 21}",
    right="title: 甲",
)
_folder_rule(
    "empty-file",
    why="An empty file has lost its content, or was never filled in.",
    wrong="(a file of no bytes, or of comments alone)",
    right="(the record, brought back with `git checkout -- FILE`)",
)
_folder_rule(
    "not-a-mapping",
    why="A record is a list of keys with their values.",
    wrong="- title: 整改措施",
    right="title: 整改措施",
)

# ---------------------------------------------------------------- the keys and their values

_folder_rule(
    "missing-key",
    why="Without it the record cannot be counted or asked after.",
    wrong="(a measure without `status`)",
    right="status: not_started",
)
RULES.declare(
    "unknown-key",
    why="A key that is not known would be passed over without a word; often it is a slip of the pen.",
    wrong="gaol: 年底前完成",
    right="goal: 年底前完成",
)
RULES.declare(
    "wrong-type",
    why="The value is of another kind than the key holds.",
    wrong="title: 2024",
    right='title: "2024"',
)
RULES.declare(
    "unknown-word",
    why="Only the words of a closed list can be counted.",
    wrong="status: done",
    right="status: submitted",
)
RULES.declare(
    "bad-date",
    why="Dates are ISO 8601 (2024-12-31), so that they can be compared.",
    wrong="due: 2024-02-30",
    right="due: 2024-02-29",
)
RULES.declare(
    "bad-value",
    why="The value is out of the range or the form of its key.",
    wrong="outcomes: {rules: -1}",
    right="outcomes: {rules: 1}",
)
RULES.declare(
    "empty-text",
    why="A text that is empty, or of which nothing is seen, says nothing; leave the key out.",
    wrong='title: " "',
    right="title: 整改措施",
)

# ---------------------------------------------------------------- the folder

_folder_rule(
    "file-missing",
    why="The folder needs this file to be part of a ledger.",
    wrong="data/problems/02/ without problem.yaml",
    right="data/problems/02/problem.yaml",
)
_folder_rule(
    "misnamed",
    why="The path is the number; a name that is not one would be left out of the counts.",
    wrong="data/problems/2/02.3.yml",
    right="data/problems/02/2.3.yaml",
)
_folder_rule(
    "wrong-folder",
    why="A measure stands in its problem's folder.",
    wrong="data/problems/01/2.3.yaml",
    right="data/problems/02/2.3.yaml",
)
_folder_rule(
    "number-twice",
    why="One number is one problem.",
    wrong="data/problems/02 and data/problems/002",
    right="data/problems/02",
)
_folder_rule(
    "number-gap",
    why="A gap in the numbers is a record that was lost.",
    wrong="2.1.yaml, 2.3.yaml",
    right="2.1.yaml, 2.2.yaml",
)
_folder_rule(
    "no-measures",
    "warning",
    why="A problem without measures is never complete.",
    wrong="(data/problems/02/ with problem.yaml alone)",
    right="(a measure, entered with `xuncha add measure 2 TITLE`)",
)
_folder_rule(
    "own-template",
    "note",
    why="A template of the ledger's own can make a document say what no record says. This note hinders nothing, and `--json` does not tell it.",
    wrong="templates/notice.txt.j2 with 完成率100% in it",
    right="(no templates/, or one whose every word was read)",
)
_folder_rule(
    "symbolic-link",
    why="A link can lead out of the ledger; what is read must be what is in it.",
    wrong="1.2.yaml → a file elsewhere",
    right="1.2.yaml",
)

"""The rules that a file must keep before it can be read as part of a ledger; `xuncha.store` enforces them."""

from functools import partial

from xuncha.rules.catalogue import RULES

# fmt: off
for code, scope, why, wrong, right in (
    # the bytes and the YAML
    ("unreadable", "folder", "A file that the system does not let us read cannot be counted.",
     "(a file without read permission)", "(the permission, given by its owner)"),
    ("file-too-large", "folder", "A file over 256 KiB is not a record but a mistake; evidence belongs in data/evidence/.",
     "(a text of 5 MB in one value)", "(the text in a separate file, attached with `xuncha attach`)"),
    ("not-utf8", "folder", "All files are UTF-8, so that every machine shows the same characters.",
     "(a file saved as GBK)", "(the same file saved as UTF-8)"),
    ("control-character", "", "Invisible characters can control a terminal, or show a text other than the one that is stored.",
     'title: "整改\\e[31m措施"', "title: 整改措施"),
    ("merge-conflict", "", "Two people changed the same lines, and git asks which change to keep.",
     "<<<<<<< HEAD\nstatus: in_progress\n=======\nstatus: submitted\n>>>>>>> other", "status: submitted"),
    ("keyboard-slip", "", "YAML needs a half-width colon after a key, and a space after the colon.",
     "title：整改措施", "title: 整改措施"),
    ("yaml-syntax", "", "The file is not YAML.",
     "title: [整改措施", "title: 整改措施"),
    ("duplicate-key", "", "If a key has two values, no one can tell which is meant.",
     "office: 规划科\noffice: 财务科", "office: 规划科"),
    ("not-plain", "", "A record gives each value in place. Anchors, aliases, tags, further documents and deep nesting can exhaust memory or hide values.",
     "title: &a 整改措施", "title: 整改措施"),
    ("empty-file", "folder", "An empty file has lost its content, or was never filled in.",
     "(an empty file, or one with only comments)", "(the record, brought back with `git checkout -- FILE`)"),
    ("not-a-mapping", "folder", "A record is a list of keys with their values.",
     "- title: 整改措施", "title: 整改措施"),
    # the keys and their values
    ("missing-key", "folder", "Without it the record cannot be counted or searched for.",
     "(a measure without `status`)", "status: not_started"),
    ("unknown-key", "", "An unknown key would be ignored silently; often it is a typo.",
     "gaol: 年底前完成", "goal: 年底前完成"),
    ("wrong-type", "", "The value is not of the type that the key requires.",
     "title: 2024", 'title: "2024"'),
    ("unknown-word", "", "Only the words of a closed list can be counted.",
     "status: done", "status: submitted"),
    ("bad-date", "", "Dates are ISO 8601 (2024-12-31), so that they can be compared.",
     "due: 2024-02-30", "due: 2024-02-29"),
    ("bad-value", "", "The value is outside the range of its key, or not in its form.",
     "outcomes: {rules: -1}", "outcomes: {rules: 1}"),
    ("empty-text", "", "A text that is empty or invisible says nothing; leave the key out.",
     'title: " "', "title: 整改措施"),
    # the folder
    ("file-missing", "folder", "The folder needs this file to be part of a ledger.",
     "(data/problems/02/ without problem.yaml)", "data/problems/02/problem.yaml"),
    ("misnamed", "folder", "The path is the number; a file in another place, or whose name is not a number, would not be counted.",
     "data/problems/2/02.3.yml", "data/problems/02/2.3.yaml"),
    ("number-twice", "folder", "One number is one problem.",
     "(data/problems/02 and data/problems/002)", "data/problems/02"),
    ("number-gap", "folder", "A gap in the numbers means that a record was lost.",
     "2.1.yaml, 2.3.yaml", "2.1.yaml, 2.2.yaml"),
):
    RULES.declare(code, scope=scope, why=why, wrong=wrong, right=right)
# fmt: on
_folder_rule = partial(RULES.declare, scope="folder")
_folder_rule("no-measures", "warning",
    why="A problem without measures is never complete.",
    wrong="(data/problems/02/ with only problem.yaml)", right="(a measure, entered with `xuncha add measure 2 TITLE`)",
)  # fmt: skip
_folder_rule("own-template", "note",
    why="A template of the ledger's own can make a document say things that are in no record. This note blocks nothing, and `--json` "
"does not list it.",
    wrong="(templates/notice.txt.j2 that says 完成率100%)", right="(no templates/, or one that was checked word by word)",
)  # fmt: skip
_folder_rule("symbolic-link",
    why="A link can lead out of the ledger; only what is in the ledger may be read.",
    wrong="(1.2.yaml → a file elsewhere)", right="1.2.yaml",
)  # fmt: skip

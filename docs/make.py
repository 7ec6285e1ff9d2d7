"""Makes what the program itself knows best: the rules, the commands, the schemas, and the screens in the READMEs.

`make docs` writes them; a test fails when one of them is not what this would write.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LANGUAGES = {"en": ("README.md", "docs/commands.md"), "zh": ("README.zh-CN.md", "docs/commands.zh-CN.md")}
HEADS = {
    "en": "# Commands\n\nMade from the program by `make docs`; `xuncha COMMAND --help` says the same.\n",
    "zh": "# 命令\n\n本页由 `make docs` 从程序生成，与 `xuncha 命令 --help` 一致。\n",
}

PROOF_HEAD = """\
# The rules of the proofreader

Made from the code by `make docs`. `xuncha proof FILE` reads a notice (.txt, .md, .html, .docx) as a desk editor does.

- *error*: wrong however one looks at it, or not to be published; the exit code is 1 where there is one.
- *warning*: almost surely a slip.
- *note*: a matter of form.

Where a ledger is here (or is named by `--ledger`), and the notice names its organisation, the counts and the day of the feedback
are compared with it. In a web page or Markdown a line and column are those of the file; in a Word document the line is the paragraph.

What is not to be said again is silenced:

- on the command line: `--ignore heading-form`, or in one line of the file `--ignore heading-form:20`;
- in Markdown and web pages, by a comment in the line that is meant: `<!-- proof: heading-form -->`;
- in `data/ledger.yaml`, for all notices of the ledger, everywhere or in lines that hold some words:

```yaml
proof:
  - {code: pause-between-quotes}
  - {code: heading-form, words: 招标投标领域存在}
```

What needs the sense of a sentence is not found: a word that is missing, a clause without a subject, two names of one campaign.
`tests/proof/seed.yaml` marks a published notice item by item, also what no rule finds.
"""

DOCTOR_HEAD = """\
# What the doctor looks at

Made from the code by `make docs`. `xuncha doctor` looks at what is around a ledger, says what is wrong, and what to type. It changes
nothing, and works when everything else fails: without git, in a ledger that breaks rules, in a folder that git does not trust.
What is *in* a ledger is checked by `xuncha validate`.

- *error*: commands fail, or work can be lost; the exit code is 1 where there is one.
- *warning*: it will bring trouble.
- *note*: good to know.

`--json` gives every check with `code`, `state` (`well`, `note`, `warning`, `error`, or `unknown` where something above is to be mended
first), `message` and `mend`.
"""


AUDIT_HEAD = """\
# What an audit finds

Made from the code by `make docs`. `xuncha audit` replays the history of a ledger out of git's objects: every commit on every side of a merge,
from the first one that brings `data/ledger.yaml` on, whose content is taken as given (of several, the one that the first anchor contains, else the oldest; the others are errors). The files in the folder are not looked at; that is
what `xuncha validate` does. What is believed, and why, is in [adr/0016](adr/0016-what-an-audit-believes.md).

- *error*: a rule was broken; the exit code is 1 where there is one.
- *warning*: worth a look.
- *note*: good to know; not in `--json`.

A change is judged by what it does, beside the commit before it, and not by what its trailers call it. An `undo` that truly restores what the same person did less
than two weeks before is no break; one that takes back what others did, what is older, or an `undo`, is judged like any change, and so is one that loosens the policy, or by which a deadline
goes that has passed. Whoever takes back the return of another has applied for the closing himself. After a
rebase it is known by what it changed. In a commit of `import`, which asks nothing of the workflow, a finding marked (*a warning in an import*) is a warning; but what
stood open is closed by an import as by `close`.

A merge is held against what `sync` would make of its sides and of what they have in common; where branches have crossed, or there are more than two, that is joined first, file by file. A side out of which another one has
grown is none. What the merge does beyond that, and what it chose where two had entered the same thing without knowing of each other, it has done itself: that is judged like a change of each side. Of two new deadlines the
earlier one stands.

## What an audit can know, and what it cannot

- *Who did something* is what a commit claims: name and address of author and committer, and on the desk the account. An audit compares them with each other and with `people`, and takes
  the same name under two addresses for a doubt. Whoever commits under another's name and address on both is found only by a signature: ask for `signed_commit`, and keep the list of keys where the office cannot change it (an OpenPGP key counts where your key ring trusts it, a certificate never); whose an address in it is, `people` tells, so read who has entered it there. A key is
  the author's where one of its addresses is his, and none is somebody else's in `people`; a name in the list counts where `people` gives it that address. An application need not be
  signed: who applied is a claim in any case, and the page says so; it is a doubt where the author is not who has committed it (so does a rebase of another's work), or where he signs else, by any address or under his name,
  and has not signed that. Whoever applies under a name that appears nowhere else is not found.
- *When* is what the clock of a computer said. A day is believed as far as the commits around it bear it out: a commit older than the one before it, a later one that is earlier than it, an author's
  date weeks before the commit, a branch that comes weeks after others had passed its days, or past an anchor. Two weeks are let pass, since work may lie in a clone that long. On a branch that has gone on until it came, the days are asked of what the one who merges has done himself, or somebody who was on the other side, too: whoever was away merges what others published meanwhile. They are not asked of what somebody else had gone on from weeks before, who had worked on what the branches have in common, and signed if he ever does.
  So a branch dated back is not found where one name that stands nowhere else has worked on it, and another merges it; or where somebody commits on it in the name of another who does not sign. That a merge is of whom it names is believed. Whoever sets the clock of a
  whole branch back by less, or that of all of history, is not found. What is written of days before the ledger's history begins is taken as found.
- *Whether it was done*, and whether a paper is genuine, stands in no commit. Goals and titles are compared by length, by parts and by numbers, not by what they mean. A problem
  that is open may get a milder title, and of two that were given a merge may take the milder. What `notice_text`, `notice.work` and `notice.not_started_text` say in the office's words, such as that all is 销号, is not held against
  the records: read the notice.
- *What was there before* the first commit, in another repository, or behind a link is not looked at. A ledger that was moved within a repository is named, be it by another beginning; it is known by
  its organisation and inspection, or by most of its titles, but for marks, blanks and width, as they stood first, last, and before its settings were last changed.
- *A history written anew* is consistent in itself. Anchors show it: by other clones, which hold them too, and by their printed line. Whoever removes the newest anchor everywhere is found by the line alone.
- *What lies in the folder* and is not committed is not looked at; a notice is made of that. `xuncha validate` and `git status` tell of it.
- *What one sees* of a notice is made by a template; one of the ledger's own is named, and has to be read.

`xuncha audit --json` gives a list of `{"commit", "author", "date", "path", "id", "severity", "code", "message"}`; the date is the author's.
`--since` tells only of what came on a day and later, or after a revision; of a commit that was dated back to the day before it does not tell, so take a hash where it matters. A hash that history does not contain is named `history-rewritten`.
`--anchor` keeps what was verified in a tag `xuncha/audit/N-HASH`, which `xuncha sync` sends, and prints a line for the file; `xuncha notice --anchor` prints it below the date.
Whoever has such a line can hold a ledger to it later, even where the tag is gone: `xuncha audit --since` and the hash. Twelve digits are taken for a hash alone, never for a tag of that name; all forty, from `git rev-parse`, are beyond what any machine can seek out.
"""


def made() -> dict[str, str]:
    """Every file that is made, by its path, with the text that it should have."""
    from xuncha.skeleton.create import schema_file  # noqa: PLC0415
    from xuncha.store.schema import KINDS  # noqa: PLC0415

    files = {f"data/schema/{kind}.json": schema_file(kind).decode() for kind in KINDS}
    files["docs/rules.md"] = rules()
    files["docs/proof.md"] = proof()
    files["docs/doctor.md"] = doctor()
    files["docs/audit.md"] = audit()
    for language, (readme, commands) in LANGUAGES.items():
        files[commands] = _run(language, __file__, "--commands")
        files[readme] = with_screens((ROOT / readme).read_text(encoding="utf-8"), language)
    return files


def rules() -> str:
    """docs/rules.md: every rule, with its reason and an example."""
    import xuncha.rules.comment  # noqa: PLC0415
    import xuncha.rules.files  # noqa: PLC0415
    import xuncha.rules.ledger  # noqa: PLC0415
    import xuncha.rules.measure  # noqa: F401, PLC0415
    from xuncha.rules.catalogue import RULES  # noqa: PLC0415

    places = {
        "folder": "The folder and its files",
        "ledger": "data/ledger.yaml",
        "problem": "problem.yaml",
        "comment": "A comment",
        "": "A measure, or any record",
    }
    parts = [
        "# Rules\n",
        "Made from the code by `make docs`. `xuncha validate` finds every broken rule in one run; all commands that read a",
        "ledger keep the same ones. What is in parentheses is described rather than shown.\n",
    ]
    for where, title in places.items():
        parts.append(f"## {title}\n")
        for rule in sorted(RULES.values(), key=lambda rule: rule.code):
            if rule.scope == where:
                parts += [
                    f"### {rule.code}\n",
                    f"{rule.why}\n",
                    f"Wrong:\n\n```yaml\n{rule.wrong}\n```\n",
                    f"Right:\n\n```yaml\n{rule.right}\n```\n",
                ]
    return "\n".join(parts)


def proof() -> str:
    """docs/proof.md: every rule of the proofreader, with its reason and an example."""
    from xuncha.proof.desk import CHAPTERS  # noqa: PLC0415

    parts = [PROOF_HEAD]
    for chapter in CHAPTERS:
        title = (chapter.__doc__ or "").partition("\n")[0].rstrip(".")
        parts.append(f"## {title}\n")
        for rule in chapter.RULES.values():
            parts += [
                f"### {rule.code} ({rule.severity})\n",
                f"{rule.why}\n",
                f"Wrong:\n\n```text\n{rule.wrong}\n```\n",
                f"Right:\n\n```text\n{rule.right}\n```\n",
            ]
    return "\n".join(parts)


def doctor() -> str:
    """docs/doctor.md: everything that the doctor looks at, with its reason and what mends it."""
    from xuncha.doctor.examination import CHAPTERS, in_order  # noqa: PLC0415

    parts = [DOCTOR_HEAD]
    for chapter in CHAPTERS:
        title = (chapter.__doc__ or "").partition("\n")[0].rstrip(".")
        parts.append(f"## {title}\n")
        for check in in_order():
            if check.chapter == chapter.__name__.rpartition(".")[2]:
                parts += [
                    f"### {check.code} ({check.severity})\n",
                    f"{check.wrong} {check.why}\n",
                    f"To mend it: {check.right}\n",
                ]
    return "\n".join(parts)


def audit() -> str:
    """docs/audit.md: all that an audit can find, with its reason and what it looks like."""
    import xuncha.audit.examine  # noqa: F401, PLC0415
    from xuncha.audit.catalogue import RULES  # noqa: PLC0415

    parts = [AUDIT_HEAD]
    for rule in sorted(RULES.values(), key=lambda rule: rule.code):
        scope = f"; *{rule.scope}*" if rule.scope else ""
        parts += [
            f"## {rule.code} ({rule.severity}{scope})\n",
            f"{rule.why}\n",
            f"Seen as: {rule.wrong}\n",
        ]
    return "\n".join(parts)


def commands(language: str) -> str:
    """Return the reference of the commands: the help of each, as it stands on a screen of 80 columns."""
    parts = [HEADS[language]]
    for words in _all_commands():
        parts += [f"## xuncha {' '.join(words)}".rstrip() + "\n", f"```text\n{_help(words)}\n```\n"]
    return "\n".join(parts)


def with_screens(readme: str, language: str) -> str:
    """Return a README with its screens as the program shows them."""

    def screen(match: re.Match[str]) -> str:
        return f"{match[1]}\n```text\n{_run(language, '-m', 'xuncha', *match[2].split()).rstrip()}\n```\n{match[3]}"

    return re.sub(r"(<!-- xuncha (.+?) -->)\n.*?(<!-- /xuncha -->)", screen, readme, flags=re.DOTALL)


def _all_commands() -> Iterator[list[str]]:
    from typer.main import get_command  # noqa: PLC0415

    from xuncha.cli.command import program  # noqa: PLC0415

    yield []
    for name, command in get_command(program()).commands.items():  # type: ignore[attr-defined]
        if command.hidden:
            continue
        yield [name]
        for inner, below in getattr(command, "commands", {}).items():
            if not below.hidden:
                yield [name, inner]


def _help(words: list[str]) -> str:
    from xuncha.cli.command import program  # noqa: PLC0415

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        program(words[0] if words else None)([*words, "--help"], standalone_mode=False, prog_name="xuncha")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines()).strip("\n")


def _run(language: str, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XUNCHA_")}
    environment |= {"XUNCHA_LANG": language, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    ).stdout


def main() -> None:
    """Write the files; or, asked by itself, print the commands in the language of the surroundings."""
    if "--commands" in sys.argv:
        from xuncha import language  # noqa: PLC0415

        language.choose()
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(commands(os.environ["XUNCHA_LANG"]))
        return
    for path, text in made().items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

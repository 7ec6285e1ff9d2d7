"""Generate ledgers of any size, equal for equal seeds."""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

LEADERS = ["局长", "分管副局长", "纪检组长", "总工程师"]
OFFICES = ["办公室", "规划科", "财务科", "建设科", "人事科", "监督科"]
FEEDBACK = date(2023, 11, 10)


def generate(root: Path, measures: int, seed: int = 20240418) -> None:
    """Write a ledger with about five measures in a problem, and commit it.

    Args:
        root: an empty or new folder.
        measures: the number of measures.
        seed: the seed of random choices.
    """
    dice = random.Random(seed)
    _write(
        root / "data/ledger.yaml",
        "organisation: 中共某市水务局党组\n"
        f"inspection: {{inspector: 市委第二巡察组, feedback: {FEEDBACK}}}\n"
        "categories:\n"
        "  - {key: decisions, title: 关于落实上级决策部署方面}\n"
        "  - {key: discipline, title: 关于作风建设方面}\n"
        f"leaders: [{', '.join(LEADERS)}]\n"
        f"offices: [{', '.join(OFFICES)}]\n"
        "notice: {title: 通报, issuer: 中共某市水务局党组, date: 2024-06-15}\n",
    )
    problem = written = 0
    while written < measures:
        problem += 1
        folder = root / f"data/problems/{problem:02d}"
        category = dice.choice(["decisions", "discipline"])
        _write(folder / "problem.yaml", f"title: 第{problem}号问题推进不够有力\ncategory: {category}\n")
        for number in range(1, min(dice.randint(2, 8), measures - written) + 1):
            _write(folder / f"{problem}.{number}.yaml", _measure(dice, f"{problem}.{number}"))
            written += 1
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
        subprocess.run(["git", *identity, *command], cwd=root, check=True)


def remember(root: Path, commits: int, days: int = 730) -> None:
    """Give a generated ledger a history of commits like those of commands.

    Each changes one measure's file; closed measures are closed in their last commit, and some are reopened before it.

    Args:
        root: a ledger from `generate`.
        commits: the number of commits.
        days: the days after the feedback over which they are spread.
    """
    paths = sorted((root / "data/problems").glob("*/*.*.yaml"))
    branch = _git(root, "symbolic-ref", "HEAD").strip()
    stream = []
    for number in range(commits):
        path = paths[number * 7 % len(paths)]
        when = datetime.combine(FEEDBACK + timedelta(days=days * number // commits), time(9), UTC)
        text = path.read_text(encoding="utf-8") + f"# 第{number}次登记\n"
        closed = "status: closed" in text
        action, source, target = ("close", "in_progress", "closed") if closed else ("progress", "in_progress", "in_progress")  # fmt: skip
        if closed and number % 11 == 0:
            action, source, target = "reopen", "closed", "in_progress"
        message = f"登记 {path.stem}\n\nXuncha-Action: {action}\nXuncha-Id: {path.stem}\nXuncha-From: {source}\nXuncha-To: {target}\n"
        stream += [
            f"commit {branch}",
            f"committer bench <bench@example.invalid> {int(when.timestamp())} +0800",
            f"data {len(message.encode())}",
            message,
            f"from {branch}^0" if number == 0 else "",
            f"M 100644 inline {path.relative_to(root).as_posix()}",
            f"data {len(text.encode())}",
            text,
        ]
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=root,
        input="\n".join(filter(None, stream)).encode(),
        check=True,
    )
    _git(root, "reset", "--quiet", "--hard")


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def _measure(dice: random.Random, identity: str) -> str:
    status = dice.choices(["closed", "in_progress", "submitted", "not_started"], [70, 20, 5, 5])[0]
    due = FEEDBACK + timedelta(days=dice.randint(30, 400))
    lines = [
        "# yaml-language-server: $schema=../../schema/measure.json",
        f"title: 完成第{identity}号工作并建立长效机制",
        f"leader: {dice.choice(LEADERS)}",
        f"office: {dice.choice(OFFICES)}",
        f"co_offices: [{dice.choice(OFFICES)}]",
        f"due: {due}",
        f"status: {status}",
    ]
    if status != "not_started":
        lines.append("progress:")
        for entry in range(dice.randint(1, 4)):
            day = FEEDBACK + timedelta(days=10 + 20 * entry)
            lines += [
                f"  - date: {day}",
                f"    text: 召开专题会议{dice.randint(1, 9)}次，形成方案并印发实施，涉及资金{dice.randint(10, 999)}万元。",
                f"    evidence: [某水〔2024〕{dice.randint(1, 400)}号]",
            ]
    if status == "closed":
        lines.append(f"closed: {{date: {FEEDBACK + timedelta(days=100)}, by: 办公室}}")
    return "\n".join(lines) + "\n"


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")

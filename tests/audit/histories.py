"""Histories of any length as commands would make them, written straight into git."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BEGIN = date(2023, 11, 10)
LEDGER = """\
organisation: 中共某市水务局党组
inspection: {inspector: 市委第二巡察组, feedback: 2023-11-10}
categories:
  - {key: a, title: 关于落实上级决策部署方面}
leaders: [局长, 分管副局长]
offices: [办公室, 规划科]
policy:
  close_requires: [progress, submission, second_person]
"""
PROBLEM = "title: 推进不够有力\ncategory: a\n"


def path_of(identity: str) -> str:
    """Where the file of a problem or a measure is."""
    problem = identity.partition(".")[0]
    return f"data/problems/{int(problem):02d}/{identity if '.' in identity else 'problem'}.yaml"


@dataclass
class Written:
    """A measure as its file says it."""

    title: str
    due: date
    status: str = "not_started"
    progress: list[tuple[date, str]] = field(default_factory=list)
    closed: date | None = None

    def text(self) -> str:
        """Return the content of the measure's file."""
        lines = [
            f"title: {self.title}",
            "goal: 形成长效机制",
            "leader: 分管副局长",
            "office: 规划科",
            f"due: {self.due}",
            f"status: {self.status}",
        ]
        if self.progress:
            lines.append("progress:")
            for day, words in self.progress:
                lines += [f"  - date: {day}", f"    text: {words}"]
        if self.closed:
            lines.append(f"closed: {{date: {self.closed}, by: 办公室}}")
        return "\n".join(lines) + "\n"


class Stream:
    """Commits for `git fast-import`."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.count = 0

    def commit(
        self,
        when: datetime,
        message: str,
        files: Mapping[str, str | bytes | None],
        author: str = "zhang",
        parents: str = "",
    ) -> int:
        """Add a commit.

        Args:
            when: both of its dates.
            message: all of it.
            files: what stands in them afterwards; None: gone.
            author: name, and e-mail before the @.
            parents: lines `from :1` and `merge :2`; empty: the commit before.

        Returns:
            Its mark.
        """
        self.count += 1
        stamp = f"{author} <{author}@example.invalid> {int(when.timestamp())} +0800"
        said = message.encode()
        self.parts.append(
            f"commit refs/heads/main\nmark :{self.count}\nauthor {stamp}\ncommitter {stamp}\ndata {len(said)}\n".encode()
            + said
            + b"\n"
            + parents.encode()
        )
        for path, content in files.items():
            if content is None:
                self.parts.append(f"D {path}\n".encode())
                continue
            data = content.encode() if isinstance(content, str) else content
            self.parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        return self.count

    def write(self, root: Path) -> None:
        """Write them into a repository, new or old; the working tree is left alone."""
        if not (root / ".git").exists():
            root.mkdir(parents=True, exist_ok=True)
            subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
        subprocess.run(
            ["git", "fast-import", "--quiet", "--force"], cwd=root, input=b"".join(self.parts), check=True
        )


def trailers(subject: str, action: str, *steps: tuple[str, str | None, str | None], **more: str) -> str:
    """Return a message as commands write it."""
    lines = [f"Xuncha-Action: {action}"]
    for identity, source, target in steps:
        lines += [f"Xuncha-Id: {identity}", f"Xuncha-From: {source or ''}", f"Xuncha-To: {target or ''}"]
    lines += [f"Xuncha-{name.capitalize()}: {value}" for name, value in more.items()]
    return f"{subject}\n\n" + "\n".join(line for line in lines if not line.endswith(": ")) + "\n"


class Office:
    """An office at work: each call is one commit as one command would make it."""

    def __init__(self, seed: int, *, per_problem: int = 5, days_apart: float = 0.2) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.stream = Stream()
        self.measures: dict[str, Written] = {}
        self.problems = 0
        self.per_problem = per_problem
        self.now = datetime.combine(BEGIN, time(9), UTC)
        self.apart = days_apart
        self.stream.commit(self.now, trailers("建立台账", "init"), {"data/ledger.yaml": LEDGER})

    def day(self) -> date:
        """Today, on the author's clock."""
        return (self.now + timedelta(hours=8)).date()

    def work(self, commits: int, *, size: int) -> None:
        """Do so many things to a ledger that grows to so many measures."""
        for _commit in range(commits):
            self.now += timedelta(days=self.apart)
            if len(self.measures) < size and (not self.measures or self.dice.random() < 0.4):
                self._add()
            else:
                self._go_on(self.dice.choice(list(self.measures)))

    def _add(self) -> None:
        if self.problems * self.per_problem <= len(self.measures):
            self.problems += 1
            identity = str(self.problems)
            self.stream.commit(
                self.now,
                trailers(f"新增 {identity}", "add", (identity, None, None)),
                {path_of(identity): PROBLEM},
            )
            return
        identity = f"{self.problems}.{len(self.measures) % self.per_problem + 1}"
        self.measures[identity] = Written(
            f"做好{identity}号工作", self.day() + timedelta(days=self.dice.randint(60, 400))
        )
        self._write("add", identity, None)

    def _go_on(self, identity: str) -> None:
        measure = self.measures[identity]
        before = measure.status
        actions = {
            "not_started": ["start", "progress"],
            "in_progress": ["progress", "progress", "submit", "extend"],
            "submitted": ["close", "return"],
            "closed": ["reopen"],
        }[before]
        action = self.dice.choice(actions)
        if action == "submit" and not measure.progress:
            action = "progress"
        if action == "extend" and measure.due < self.day():
            action = "progress"
        self.do(action, identity)

    def do(self, action: str, identity: str) -> None:
        """Do something to a measure."""
        measure = self.measures[identity]
        before = measure.status
        if action == "progress":
            measure.progress.append(
                (self.day(), f"第{self.stream.count}次会商，落实资金{self.dice.randint(1, 99)}万元。")
            )
        if action == "extend":
            measure.due += timedelta(days=30)
        leads = {
            "start": "in_progress",
            "submit": "submitted",
            "return": "in_progress",
            "close": "closed",
            "reopen": "in_progress",
        }
        measure.status = leads.get(action, "in_progress" if before == "not_started" else before)
        measure.closed = self.day() if measure.status == "closed" else None
        self._write(action, identity, before, "li" if action == "close" else "zhang")

    def _write(self, action: str, identity: str, before: str | None, author: str = "zhang") -> None:
        measure = self.measures[identity]
        reason = {"reason": "情况有变"} if action in {"return", "reopen", "extend"} else {}
        self.stream.commit(
            self.now,
            trailers(f"{action} {identity}", action, (identity, before, measure.status), **reason),
            {path_of(identity): measure.text()},
            author,
        )


def grow(root: Path, commits: int, *, size: int = 200, seed: int = 20240418) -> Office:
    """Make a repository with a ledger whose history has a given number of commits."""
    office = Office(seed, days_apart=700 / commits)
    office.work(commits - 1, size=size)
    office.stream.write(root)
    return office

"""Write a ledger's history into git commit by commit, with chosen dates, names and branches."""

from __future__ import annotations

import subprocess
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.store.editing import block

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Data = dict[str, Any]
SETTINGS: Data = {
    "organisation": "中共某市水务局党组",
    "inspection": {"inspector": "市委第二巡察组", "round": "第一轮", "feedback": "2023-11-10"},
    "categories": [{"key": "a", "title": "关于落实上级决策部署方面"}],
    "leaders": ["局长", "分管副局长"],
    "offices": ["办公室", "规划科"],
    "policy": {"close_requires": ["progress", "submission", "second_person"]},
}
LEADS = {
    "start": "in_progress",
    "submit": "submitted",
    "return": "in_progress",
    "close": "closed",
    "reopen": "in_progress",
}


class Person(NamedTuple):
    """Who commits."""

    name: str
    email: str


ZHANG = Person("张三", "zhang@example.invalid")
LI = Person("李四", "li@example.invalid")
WANG = Person("王五", "wang@example.invalid")


class Fork(NamedTuple):
    """Where a history stands: its last commit, and what the files hold there."""

    mark: int
    files: dict[str, Any]


def path_of(identity: str) -> str:
    """Where a problem's or a measure's file is."""
    if not identity[0].isdigit():
        return identity
    problem = int(identity.partition(".")[0])
    return f"data/problems/{problem:02d}/{identity if '.' in identity else 'problem'}.yaml"


def file_of(record: Data) -> bytes:
    """Return a record's file, in block style: the fast reader takes a tenth of the time of the careful one, which reads JSON."""
    return "".join(
        f"{key}:\n" + block(value, 2, "\n")
        if isinstance(value, dict) and value
        else block({key: value}, 0, "\n")
        for key, value in record.items()
    ).encode()


def message(subject: str, action: str, *pairs: tuple[str, str | None]) -> str:
    """Return a commit's message with these trailers, in their order."""
    lines = [f"Xuncha-Action: {action}"] if action else []
    lines += [f"Xuncha-{name}: {value}" for name, value in pairs if value]
    return f"{subject}\n\n" + "\n".join(lines) + "\n"


class Book:
    """A ledger: three measures under way, one closed as it should be, and nothing that an audit would name."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.root = root
        self.now = datetime(2023, 11, 20, 1, tzinfo=UTC)
        self.files: dict[str, Any] = {}
        self.mark = 0
        self._last = 0
        self._parts: list[bytes] = []
        root.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
        self.commit(message("建立台账", "init"), {"data/ledger.yaml": {**deepcopy(SETTINGS), **settings}}, LI)
        records: dict[str, Data] = {
            "1": {"title": "推进不够有力", "category": "a", "finding": "项目进度滞后。"},
            "2": {"title": "学习不够深入", "category": "a", "finding": "学习流于形式。"},
            **{identity: self.fresh(identity) for identity in ("1.1", "1.2", "1.3", "2.1")},
        }
        steps = [
            (name, value)
            for identity, record in records.items()
            for name, value in (("Id", identity), ("To", record.get("status")))
        ]
        self.now += timedelta(minutes=50)
        self.commit(
            message("导入台账", "import", *steps),
            {path_of(identity): record for identity, record in records.items()},
        )
        self.days(5)
        for identity in ("1.1", "1.2", "2.1"):
            self.entry(identity, f"{identity}号工作已经开展。")
        self.days(5)
        self.act("submit", "2.1")
        self.close("2.1")
        self.days(5)

    def fresh(self, identity: str) -> Data:
        """Return a measure that was just entered."""
        return {
            "title": f"做好{identity}号工作",
            "goal": "形成长效机制并投入运行",
            "term": "once",
            "leader": "分管副局长",
            "office": "规划科",
            "due": "2024-06-30",
            "status": "not_started",
        }

    @property
    def today(self) -> str:
        """The day on the clock of whoever commits."""
        return (self.now + timedelta(hours=8)).date().isoformat()

    def days(self, number: float) -> Book:
        """Let days pass."""
        self.now += timedelta(days=number)
        return self

    def data(self, identity: str) -> Data:
        """Return a copy of what a file says."""
        found: Data = deepcopy(self.files[path_of(identity)])
        return found

    def commit(
        self,
        text: str,
        files: Mapping[str, Any] | None = None,
        who: Person = ZHANG,
        *,
        committer: Person | None = None,
        authored: datetime | None = None,
        parents: tuple[int, ...] | None = None,
        mode: str = "100644",
        zone: str = "+0800",
    ) -> int:
        """Commit contents: records as plain data, other files as bytes; None where a file goes. Return the commit's mark."""
        self.now += timedelta(minutes=10)
        self._last += 1
        stamps = [
            f"{kind} {each.name} <{each.email}> {int(moment.timestamp())} {zone}"
            for kind, each, moment in (
                ("author", who, authored or self.now),
                ("committer", committer or who, self.now),
            )
        ]
        raw = text.encode()
        above = (self.mark,) if parents is None and self.mark else parents or ()
        from_ = "".join(
            f"{word} :{each}\n" for word, each in zip(("from", *["merge"] * 9), above, strict=False)
        )
        head = f"commit refs/heads/main\nmark :{self._last}\n{stamps[0]}\n{stamps[1]}\ndata {len(raw)}\n"
        self._parts.append(head.encode() + raw + b"\n" + from_.encode())
        for path, content in (files or {}).items():
            self.files[path] = deepcopy(content)
            if content is None:
                del self.files[path]
                self._parts.append(f"D {path}\n".encode())
            elif mode == "160000":
                self._parts.append(f"M 160000 {content} {path}\n".encode())
            else:
                data = content if isinstance(content, bytes) else file_of(content)
                self._parts.append(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        self.mark = self._last
        return self.mark

    def act(
        self,
        action: str,
        *identities: str,
        who: Person = ZHANG,
        reason: str | None = None,
        account: str | None = None,
        beside: Mapping[str, Any] | None = None,
        committer: Person | None = None,
        authored: datetime | None = None,
        zone: str = "+0800",
        **keys: Any,
    ) -> int:
        """Do something to measures as a command does it; the keys are what changes, None takes one away."""
        files: dict[str, Any] = {}
        pairs: list[tuple[str, str | None]] = []
        for identity in identities:
            path = path_of(identity)
            old = self.files.get(path) or {}
            new = {**old, **deepcopy(keys)}
            new = {key: value for key, value in new.items() if value is not None}
            if "." in identity and action in LEADS:
                new["status"] = LEADS[action]
                if action == "close":
                    new.setdefault("closed", {"date": self.today, "by": who.name})
                if action == "reopen":
                    del new["closed"]
            elif action in {"progress", "attach"} and new["status"] == "not_started":
                new["status"] = "in_progress"
            files[path] = new
            pairs += [("Id", identity), ("From", old.get("status")), ("To", new.get("status"))]
        pairs += [("Reason", reason), ("Account", account)]
        subject = f"{action} {'、'.join(identities)}"
        return self.commit(
            message(subject, action, *pairs),
            {**files, **(beside or {})},
            who,
            committer=committer,
            authored=authored,
            zone=zone,
        )

    def entry(
        self,
        identity: str,
        text: str,
        day: str = "",
        who: Person = ZHANG,
        evidence: list[Any] | None = None,
        **more: Any,
    ) -> int:
        """Record progress."""
        entry: Data = {"date": day or self.today, "text": text}
        if evidence:
            entry["evidence"] = evidence
        progress = [*self.data(identity).get("progress", []), entry]
        progress.sort(key=lambda each: str(each["date"]))
        return self.act("progress", identity, who=who, progress=progress, **more)

    def close(self, identity: str, who: Person = LI, day: str = "", **more: Any) -> int:
        """Close a measure."""
        if day:
            more["closed"] = {"date": day, "by": who.name}
        return self.act("close", identity, who=who, **more)

    def edit(self, *identities: str, action: str = "edit", who: Person = ZHANG, **keys: Any) -> int:
        """Change records with an editor."""
        return self.act(action, *identities, who=who, **keys)

    def settings(self, who: Person = LI, **keys: Any) -> int:
        """Change data/ledger.yaml with an editor."""
        path = "data/ledger.yaml"
        return self.commit(message("修改", "edit"), {path: {**self.files[path], **deepcopy(keys)}}, who)

    def policy(self, *asked: str, who: Person = LI) -> int:
        """Change what the policy asks."""
        return self.settings(who, policy={"close_requires": list(asked)})

    def undo(
        self,
        mark: int,
        before: Mapping[str, Any],
        who: Person = ZHANG,
        undoes: str = "",
        account: str | None = None,
        **more: Any,
    ) -> int:
        """Take a commit back: its files hold what they held before it."""
        steps = []
        for path, content in before.items():
            stem = path.rpartition("/")[2].removesuffix(".yaml")
            number = str(int(path.split("/")[2])) if stem == "problem" else stem
            if number[0].isdigit() and "problems" in path:
                now, then = (
                    each if isinstance(each, dict) else {} for each in (self.files.get(path), content)
                )
                steps += [("Id", number), ("From", now.get("status")), ("To", then.get("status"))]
        return self.commit(
            message("撤回", "undo", *steps, ("Undoes", undoes or self.hash(mark)), ("Account", account)),
            before,
            who,
            **more,
        )

    def held(self, *identities: str) -> dict[str, Any]:
        """Return what files hold, to be given back by an undo."""
        return {path_of(each): deepcopy(self.files.get(path_of(each))) for each in identities}

    def here(self) -> Fork:
        """Return where the history stands."""
        return Fork(self.mark, deepcopy(self.files))

    def back_to(self, fork: Fork) -> None:
        """Go on from there."""
        self.mark, self.files = fork.mark, deepcopy(fork.files)

    def reset(self) -> None:
        """Go on from nothing."""
        self.mark, self.files = 0, {}
        self._parts.append(b"reset refs/heads/main\n\n")

    def merge(
        self,
        other: Fork,
        base: Fork,
        files: Mapping[str, Any] | None = None,
        text: str = "Merge",
        who: Person = LI,
    ) -> int:
        """Merge another side; the files that it alone has changed since the base come along by themselves."""
        changed = {path for path in {*other.files, *base.files} if other.files.get(path) != base.files.get(path)}  # fmt: skip
        taken = {path: other.files.get(path) for path in sorted(changed)} | dict(files or {})
        return self.commit(text, taken, who, parents=(self.mark, other.mark))

    def write(self) -> None:
        """Write what was committed so far into the repository."""
        marks = self.root / ".git/marks"
        subprocess.run(
            ["git", "fast-import", "--quiet", "--force", "--date-format=raw-permissive", f"--import-marks-if-exists={marks}", f"--export-marks={marks}"],
            cwd=self.root,
            input=b"".join(self._parts) + f"reset refs/heads/main\nfrom :{self.mark}\n\n".encode(),
            check=True,
        )  # fmt: skip
        self._parts = []

    def hash(self, mark: int) -> str:
        """Return the hash of a commit."""
        self.write()
        lines = (self.root / ".git/marks").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.split()[0] == f":{mark}")

    def git(self, *words: str, **environment: str) -> str:
        """Run git in the repository."""
        import os

        done = subprocess.run(["git", *words], cwd=self.root, env={**os.environ, **environment}, check=True, capture_output=True, text=True)  # fmt: skip
        return done.stdout

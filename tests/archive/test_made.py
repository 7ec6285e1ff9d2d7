"""A new archive has complete, committed content and reproducible bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.archive.bags import EVIDENCE, PAPER, forged, members, top, verdict, with_evidence
from tests.cli.inside import run_inside
from tests.conftest import LedgerOnDisk
from tests.punctuation import half_width
from xuncha.archive import bag

if TYPE_CHECKING:
    from pathlib import Path

README = "README.txt"


def made(ledger: LedgerOnDisk, file: Path, *options: str, **environment: str) -> bytes:
    """Return what `archive` writes."""
    result = run_inside(ledger, "archive", "-o", str(file), *options, **environment)
    assert result.code == 0, result.err
    return file.read_bytes()


def made_by_a_process(ledger: LedgerOnDisk, file: Path, **environment: str) -> bytes:
    """Return what `archive` writes in a process of its own, which alone has another time zone and locale."""
    ledger.ok("archive", "-o", file, **environment)
    return file.read_bytes()


def inner(archive: bytes) -> dict[str, bytes]:
    """Return the contents of the bag, by the names in it."""
    start = top(archive)
    return {name.removeprefix(start): content for name, content in members(archive).items()}


def clone_of(ledger: LedgerOnDisk, folder: Path) -> LedgerOnDisk:
    subprocess.run(["git", "clone", "-q", "--no-local", ledger.root, folder], check=True)
    return LedgerOnDisk(folder, ledger.environment)


# ---------------------------------------------------------------- the same bytes


@pytest.mark.apart
def test_the_same_commit_gives_the_same_bytes_whoever_makes_it(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    with_evidence(ledger)
    first = made_by_a_process(ledger, tmp_path / "1.zip", TZ="Asia/Shanghai", XUNCHA_LANG="zh")
    other = clone_of(ledger, tmp_path / "另一处")
    other.git("repack", "-adfq", "--depth=1", "--window=1")
    other.git("config", "core.compression", "0")
    other.git("config", "pack.threads", "4")
    other.git("config", "log.date", "relative")
    other.git("tag", "-a", "-m", "x", "unrelated")
    os.utime(other.root / "data/ledger.yaml", (0, 0))
    other.write("data/problems/01/1.1.yaml", "changed, and not committed")
    other.write("templates/notice.txt.j2", "another notice")
    mask = os.umask(0o077)
    try:
        again = made_by_a_process(
            other, tmp_path / "2.zip", TZ="America/New_York", XUNCHA_LANG="en", LC_ALL="C"
        )
    finally:
        os.umask(mask)
    assert first == again


@pytest.mark.apart
def test_the_day_is_that_of_the_commit_unless_another_is_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.environment.pop("XUNCHA_TODAY")
    ledger.git("commit", "-q", "--amend", "--no-edit", "--date=2024-05-05T10:00:00+08:00")
    environment = ledger.environment | {"GIT_COMMITTER_DATE": "2024-05-05T10:00:00+08:00"}
    subprocess.run(
        ["git", "commit", "-q", "--amend", "--no-edit"], cwd=ledger.root, env=environment, check=True
    )
    archive = made(ledger, tmp_path / "1.zip")
    assert top(archive).startswith("xuncha-2024-05-05-")
    assert b"Bagging-Date: 2024-05-05\n" in inner(archive)["bag-info.txt"]
    run_inside(ledger, "--today", "2024-07-01", "archive", "-o", str(tmp_path / "2.zip"))
    assert top((tmp_path / "2.zip").read_bytes()).startswith("xuncha-2024-07-01-")


def test_the_entries_tell_nothing_of_the_machine(archive: bytes) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        entries = opened.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(2024, 6, 15, 0, 0, 0)}
    assert {
        (entry.compress_type, entry.external_attr, entry.create_system, entry.extra) for entry in entries
    } == {(zipfile.ZIP_STORED, 0o100644 << 16, 3, b"")}


# ---------------------------------------------------------------- what it holds


def test_everything_is_in_it(ledger: LedgerOnDisk, archive: bytes) -> None:
    held = inner(archive)
    assert set(bag.TAG_FILES) | set(bag.TAG_MANIFESTS) <= set(held)
    assert {f"data/notice/notice.{form}" for form in ("txt", "md", "html", "docx", "pdf")} <= set(held)
    assert held[EVIDENCE] == PAPER
    assert {"data/archive.json", "data/log/log.json", "data/log/log.txt", "data/audit/audit.json"} <= set(
        held
    )
    for path in ledger.git("ls-files", "data").splitlines():
        if "1.2" not in path:
            assert held[f"data/ledger/{path}"] == (ledger.root / path).read_bytes()
    log = json.loads(held["data/log/log.json"])
    assert [entry["action"] for entry in log] == ["close", "attach", None]
    assert "销号 1.2".encode() in held["data/log/log.txt"]
    assert "推进中 → 已销号".encode() in held["data/log/log.txt"]


def test_whoever_has_neither_this_program_nor_git_checks_it(archive: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        opened.extractall(tmp_path)
    place = tmp_path / top(archive)
    for algorithm in bag.ALGORITHMS:
        for kind in ("manifest", "tagmanifest"):
            if tool := shutil.which(f"{algorithm}sum"):
                subprocess.run(
                    [tool, "--strict", "--quiet", "-c", f"{kind}-{algorithm}.txt"], cwd=place, check=True
                )
    subprocess.run([sys.executable, "-m", "bagit", "--validate", "--quiet", place], check=True)


def test_the_history_in_it_is_cloned_with_git_alone(
    archive: bytes, tmp_path: Path, environment: dict[str, str]
) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        opened.extractall(tmp_path)
    place = tmp_path / top(archive)
    subprocess.run(
        ["git", "clone", "-q", "data/git/ledger.bundle", "../history"], cwd=place, env=environment, check=True
    )
    clone = LedgerOnDisk(tmp_path / "history", environment)
    facts = json.loads((place / "data/archive.json").read_bytes())
    assert clone.git("rev-parse", "HEAD").strip() == facts["commit"]
    clone.git("fsck", "--full", "--strict")
    for path in clone.git("ls-files", "-z", "data").split("\0")[:-1]:
        assert (clone.root / path).read_bytes() == (place / "data/ledger" / path).read_bytes()


def moved_into(ledger: LedgerOnDisk, name: str) -> LedgerOnDisk:
    """Move the ledger into a folder of its repository."""
    with_evidence(ledger)
    (ledger.root / name).mkdir()
    ledger.git("mv", "data", f"{name}/data")
    ledger.git("commit", "-qm", "搬入")
    return LedgerOnDisk(ledger.root / name, ledger.environment)


@pytest.mark.apart
@pytest.mark.parametrize("blank", [" ", "\u3000"])
def test_a_folder_whose_name_begins_with_a_blank_is_found_in_the_history(
    ledger: LedgerOnDisk, tmp_path: Path, blank: str
) -> None:
    archive = made(moved_into(ledger, f"{blank}台账"), tmp_path / "1.zip")
    assert verdict(archive, tmp_path / "x").findings == []


@pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-16 there")
def test_a_folder_whose_name_is_not_utf_8_is_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    inside = moved_into(ledger, os.fsdecode("台账".encode("gbk")))
    result = run_inside(inside, "archive", "-o", str(tmp_path / "1.zip"))
    assert result.code == 1
    assert "error[name-not-for-archive]" in result.err


def test_it_is_what_was_committed_and_never_the_folder(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    with_evidence(ledger)
    clean = made(ledger, tmp_path / "1.zip")
    ledger.write("data/problems/02/2.1.yaml", "not: yaml: at all")
    ledger.write("data/problems/02/2.9.yaml", "x")
    ledger.write(EVIDENCE.removeprefix("data/ledger/"), "x")
    ledger.write("templates/notice.txt.j2", "{{ 1 / 0 }}")
    ledger.git("add", "data/problems/02/2.9.yaml")
    result = run_inside(ledger, "archive", "-o", str(tmp_path / "2.zip"))
    assert result.code == 0
    assert "警告" in result.err
    assert (tmp_path / "2.zip").read_bytes() == clean
    assert "2.9.yaml" in ledger.git("diff", "--cached", "--name-only")


def test_a_ledgers_own_templates_are_those_of_the_commit(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("templates/notice.txt.j2", "自家的通报\n")
    ledger.commit("template")
    assert inner(made(ledger, tmp_path / "1.zip"))["data/notice/notice.txt"].decode() == "自家的通报\n"


def test_a_ledger_in_a_folder_of_a_repository_is_archived_from_there(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    top_folder = bare_ledger.root.parent
    bare_ledger.git("init", "-q", str(top_folder))
    (top_folder / "别的文件.txt").write_text("x", encoding="utf-8")
    bare_ledger.git("add", "-A", str(top_folder))
    bare_ledger.commit("start")
    outside = tmp_path.parent / f"{tmp_path.name}-out"
    outside.mkdir()
    archive = made(bare_ledger, outside / "1.zip")
    assert (
        inner(archive)["data/ledger/data/ledger.yaml"] == (bare_ledger.root / "data/ledger.yaml").read_bytes()
    )
    assert "../history/台账/data" in inner(archive)[README].decode()
    assert verdict(archive, outside / "x").findings == []


def test_a_repository_of_sha256_is_archived(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    bare_ledger.git("init", "-q", "--object-format=sha256")
    bare_ledger.commit("start")
    archive = made(bare_ledger, tmp_path / "1.zip")
    assert inner(archive)["data/git/ledger.bundle"].startswith(b"# v3 git bundle\n")
    assert verdict(archive, tmp_path / "x").findings == []


@pytest.mark.apart
def test_a_linked_working_tree_and_a_repository_named_by_git_dir_are_archived(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    with_evidence(ledger)
    plain = made(ledger, tmp_path / "1.zip")
    ledger.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = LedgerOnDisk(tmp_path / "linked", ledger.environment)
    assert made(linked, tmp_path / "2.zip") == plain
    there = {"GIT_DIR": str(ledger.root / ".git"), "GIT_WORK_TREE": str(ledger.root)}
    assert made(ledger, tmp_path / "3.zip", **there) == plain


@pytest.mark.apart
def test_the_anchors_of_an_audit_come_along_and_those_most_of_all_that_history_has_lost(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.git("tag", "-a", "-m", "first", "xuncha/audit/1")
    with_evidence(ledger)
    ledger.git("tag", "-a", "-m", "lost", "xuncha/audit/2")
    ledger.git("reset", "-q", "--hard", "HEAD~1")
    ledger.write("data/problems/01/1.1.yaml", ledger.read("1.1") + "# x\n")
    ledger.commit("history is rewritten")
    ledger.git("tag", "unrelated")
    archive = made(ledger, tmp_path / "1.zip")
    bundle = inner(archive)["data/git/ledger.bundle"]
    refs = [line.split(b" ")[1] for line in bundle.partition(b"\n\n")[0].splitlines()[1:]]
    assert refs == [b"refs/heads/main", b"refs/tags/xuncha/audit/1", b"refs/tags/xuncha/audit/2", b"HEAD"]
    assert verdict(archive, tmp_path / "x").findings == []


# ---------------------------------------------------------------- what is said of it


def test_an_archivist_is_told_what_is_in_it_and_how_to_check_it(archive: bytes) -> None:
    readme = inner(archive)[README]
    text = readme.decode()
    commit = json.loads(inner(archive)["data/archive.json"])["commit"]
    for told in (
        "中共某市水务局党组",
        "归档日期：2024-06-15",
        commit,
        "内部资料",
        "sha256sum -c manifest-sha256.txt",
        "git clone data/git/ledger.bundle",
        "xuncha archive --verify",
        "notice.pdf",
        "1 个文件，共 5,130 字节",
        "已销号 3",
    ):
        assert told in text, told
    assert "{" not in text
    assert readme.count(b"\n") == readme.count(b"\r\n")
    assert half_width(text) == []
    for line in text.splitlines():
        if line.strip().startswith(("data/", "notice.")):
            name = line.split()[0].rstrip("/")
            assert (
                any(held.startswith(name) for held in inner(archive))
                or "2.3" in name
                or "/02" in name
                or name.endswith("/comments")
            ), name


@pytest.mark.apart
def test_it_is_called_internal_and_the_commit_is_told(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    told = run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip")).out
    assert "内部" in told
    assert ledger.git("rev-parse", "HEAD")[:10] in told
    english = run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip"), XUNCHA_LANG="en").out
    assert "internal" in english
    facts = json.loads(run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip"), "--json").out)
    assert facts["commit"] == ledger.git("rev-parse", "HEAD").strip()


def test_the_notice_in_it_withholds_what_any_notice_withholds(archive: bytes) -> None:
    for form in ("txt", "md", "html"):
        text = inner(archive)[f"data/notice/notice.{form}"].decode()
        assert "保留标记甲乙丙" not in text
        assert "内部标记丁戊己" not in text
        assert "做好1.2号工作" in text or "1.2号工作已经开展" in text


@pytest.mark.apart
@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_a_form_that_cannot_be_made_here_is_named_in_the_bag_and_on_screen(
    ledger: LedgerOnDisk, tmp_path: Path, form: str
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        f"import sys\nsys.modules[{'docx' if form == 'docx' else 'typst'!r}] = None\n", encoding="utf-8"
    )
    result = ledger.run("archive", "-o", tmp_path / "1.zip", PYTHONPATH=str(hidden), XUNCHA_LANG="en")
    assert result.code == 0, result.err
    assert f"the notice as {form} is not in the archive" in result.err
    assert "[office]" in result.err
    held = inner((tmp_path / "1.zip").read_bytes())
    assert f"data/notice/notice.{form}" not in held
    assert f"notice.{form}  这需要" in held[README].decode()
    assert list(json.loads(held["data/archive.json"])["notice"]["lacking"]) == [form]
    assert verdict((tmp_path / "1.zip").read_bytes(), tmp_path / "x").findings == []


def test_a_ledger_without_the_head_of_a_notice_is_archived_without_one(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    ledger.write(
        "data/ledger.yaml",
        "".join(line for line in text.splitlines(keepends=True) if not line.startswith("notice:")),
    )
    ledger.commit("no notice")
    told = ledger.run("archive", "-o", tmp_path / "1.zip").err
    assert (told.count("notice.title"), "txt、md、html、docx、pdf" in told) == (1, True)
    held = inner((tmp_path / "1.zip").read_bytes())
    assert not [name for name in held if name.startswith("data/notice/")]
    assert "没有生成，原因见下" in held[README].decode()
    assert "notice.txt  " in held[README].decode()


# ---------------------------------------------------------------- what is refused


def test_a_ledger_that_breaks_rules_is_not_archived(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("data/problems/02/2.1.yaml", ledger.read("2.1").replace("规划科", "规化科"))
    ledger.commit("wrong")
    result = run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip"))
    assert (result.code, "error[unknown-office]" in result.err) == (1, True)
    assert not (tmp_path / "1.zip").exists()


@pytest.mark.parametrize("place", ["data/归档.zip", ".git/归档.zip"])
def test_the_archive_never_comes_into_the_ledger(ledger: LedgerOnDisk, place: str) -> None:
    result = run_inside(ledger, "archive", "-o", place)
    assert (result.code, "error[output-place]" in result.err) == (1, True)
    assert not (ledger.root / place).exists()


def test_a_link_into_the_ledger_is_seen_through(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ledger.root / "data")
    assert run_inside(ledger, "archive", "-o", str(tmp_path / "link/归档.zip")).code == 1


def test_a_shallow_clone_has_not_the_whole_history(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    with_evidence(ledger)
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{ledger.root}", tmp_path / "shallow"], check=True
    )
    result = LedgerOnDisk(tmp_path / "shallow", ledger.environment).run("archive", "-o", tmp_path / "1.zip")
    assert (result.code, "error[shallow]" in result.err) == (3, True)
    assert "git fetch --unshallow" in result.err


@pytest.mark.parametrize("name", ["100%25.pdf", "a%0Ab.pdf", "末尾空格 ", "a\\b.pdf"])
def test_a_name_that_the_tools_read_in_different_ways_is_refused(
    ledger: LedgerOnDisk, tmp_path: Path, name: str
) -> None:
    ledger.write(f"data/evidence/1.2/{name}", "x")
    ledger.commit("by hand")
    result = run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip"))
    assert (result.code, "error[name-not-for-archive]" in result.err) == (1, True)


def test_a_name_that_linux_holds_and_windows_does_not_is_archived_where_it_was_made(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.write('data/evidence/1.2/"甲": 乙?.', "x")
    ledger.commit("by hand")
    assert verdict(made(ledger, tmp_path / "1.zip"), tmp_path / "x").findings == []


def test_a_link_in_the_ledger_is_left_out_and_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (ledger.root / "data/evidence").mkdir()
    (ledger.root / "data/evidence/说明.txt").symlink_to("/etc/passwd")
    ledger.commit("link")
    result = run_inside(ledger, "archive", "-o", str(tmp_path / "1.zip"))
    assert result.code == 0
    assert "data/evidence/说明.txt" in result.err
    held = inner((tmp_path / "1.zip").read_bytes())
    assert "data/evidence/说明.txt  是链接" in held[README].decode()
    assert verdict((tmp_path / "1.zip").read_bytes(), tmp_path / "x").findings == []


@pytest.mark.parametrize(
    "options",
    [(), ("--verify", "x.zip", "-o", "y.zip")],
)
def test_it_either_makes_or_checks(ledger: LedgerOnDisk, options: tuple[str, ...]) -> None:
    assert run_inside(ledger, "archive", *options).code == 2


def test_the_library_that_is_missing_is_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['bagit'] = None\n", encoding="utf-8")
    for options in (("-o", str(tmp_path / "1.zip")), ("--verify", str(tmp_path / "1.zip"))):
        result = ledger.run("archive", *options, PYTHONPATH=str(tmp_path))
        assert (result.code, "error[missing-part]" in result.err) == (3, True)
        assert "[office]" in result.err


def test_evidence_that_git_lfs_keeps_is_in_it_itself(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    if not shutil.which("git-lfs"):
        pytest.skip("git-lfs is not installed")
    ledger.git("lfs", "install", "--local")
    ledger.write(".gitattributes", "data/** -text\ndata/evidence/** filter=lfs -text\n")
    ledger.commit("git-lfs")
    with_evidence(ledger)
    archive = made(ledger, tmp_path / "1.zip")
    assert inner(archive)[EVIDENCE] == PAPER
    assert "git-lfs" in inner(archive)[README].decode()
    assert verdict(archive, tmp_path / "x").findings == []

    def change(bag: Path) -> None:
        known = hashlib.sha256(PAPER).hexdigest()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{known}\nsize {len(PAPER)}\n"
        (bag / EVIDENCE).write_text(pointer, encoding="utf-8")

    forgery = forged(archive, tmp_path / "y", change)
    assert {(each.place.path, each.code) for each in verdict(forgery, tmp_path / "z").findings} == {
        (EVIDENCE, "not-as-committed")
    }
    shutil.rmtree(ledger.root / ".git/lfs/objects")
    (ledger.root / EVIDENCE.removeprefix("data/ledger/")).unlink()
    result = run_inside(ledger, "archive", "-o", str(tmp_path / "2.zip"))
    assert (result.code, "error[evidence-not-fetched]" in result.err) == (1, True)


def test_comments_are_counted_in_the_readme(ledger: LedgerOnDisk, archive: bytes, tmp_path: Path) -> None:
    """How many, how many of them were answered, and where they are; not what they say."""
    assert "没有登记意见建议" in inner(archive)[README].decode()
    for number, reply in ((1, "reply: {date: 2024-06-14, text: 已答复。}\n"), (2, "")):
        text = f"received: 2024-06-10\nchannel: phone\ntext: 来信原文\n{reply}"
        ledger.write(f"data/comments/{number:03d}.yaml", text)
    ledger.commit("comments")
    content = inner(made(ledger, tmp_path / "1.zip"))
    told = content[README].decode()
    assert "收到意见建议 2 件，已答复 1 件，在 data/ledger/data/comments/" in told
    assert "来信原文" not in told
    assert len([name for name in content if name.startswith("data/ledger/data/comments/")]) == 2

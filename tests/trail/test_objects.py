"""Reading and writing git objects with any name, size or repository format."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.trail.test_git import ODD_NAMES
from xuncha.trail.contents import fingerprints, read_objects
from xuncha.trail.git import Git, GitError, TruncatedError, read_batch
from xuncha.trail.objects import changed_tree, listing, store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def test_what_is_not_read_of_an_object_is_passed_over() -> None:
    a, b, c = (letter * 40 for letter in "abc")
    printed = f"{a} blob 3\nx\ny\nHEAD:./no such file missing\n{b} tree 0\n\n{c} blob 2\nz\n\n".encode()
    found = [(name, kind, size) for name, kind, size, _blocks in read_batch(BytesIO(printed), 4)]
    assert found == [(a, "blob", 3), ("HEAD:./no such file", "", 0), (b, "tree", 0), (c, "blob", 2)]
    contents = [b"".join(blocks) for *_facts, blocks in read_batch(BytesIO(printed), 4)]
    assert contents == [b"x\ny", b"", b"", b"z\n"]
    for end in range(len(printed)):
        with pytest.raises(TruncatedError):
            list(read_batch(BytesIO(printed[:end]), 4))


def test_a_large_object_is_hashed_whole_and_kept_in_part(ledger: LedgerOnDisk) -> None:
    git, content = Git(ledger.root), bytes(range(256)) * 10_000
    (name,) = store(git, [content])
    (found,) = read_objects(git, [name], 10)
    assert (found.name, found.kind, found.size) == (name, "blob", len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert content.startswith(found.content)
    assert fingerprints(git, [name])[name].size == len(content)


def test_an_object_that_git_does_not_have_is_an_error(ledger: LedgerOnDisk) -> None:
    with pytest.raises(GitError, match="0000"):
        list(read_objects(Git(ledger.root), ["0" * 40], 10))


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_has_the_hash_that_git_gives_it(
    ledger: LedgerOnDisk, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"1\r\n")
    (ledger.root / name).write_bytes(b"1\r\n")
    git = Git(ledger.root)
    expected = store(git, [b"1\r\n"])
    assert git.hash_files([tmp_path / name], "--no-filters") == expected
    assert git.hash_files([name], "--no-filters") == expected


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_a_file_that_goes_is_gone_from_the_tree_in_either_format(
    bare_ledger: LedgerOnDisk, form: str
) -> None:
    bare_ledger.git("init", "-q", f"--object-format={form}")
    bare_ledger.commit("start")
    git, path = Git(bare_ledger.root), bare_ledger.path("1.1")
    tree = changed_tree(git, bare_ledger.git("rev-parse", "HEAD").strip(), {path: None})
    assert listing(git, "HEAD").keys() - listing(git, tree).keys() == {path}

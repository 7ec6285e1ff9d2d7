"""Joins (合并) two histories of a ledger in git's objects; nothing here touches a file, an index or a branch."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xuncha.chinese.characters import shortened
from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS, CommentNumber, Identity
from xuncha.model.moves import Move, Numbered, citations, identity_of, number_after, path_now
from xuncha.model.vocabulary import StatusChange
from xuncha.store import editing
from xuncha.store.faults import UnreadableError
from xuncha.store.loading import check
from xuncha.store.reading import Data
from xuncha.sync import names, numbers, registration
from xuncha.sync.merging import missing_files, read_records, refusal, settlement_reason, unite
from xuncha.sync.status_events import with_authors
from xuncha.sync.values import Side, Versions
from xuncha.trail import objects
from xuncha.trail.git import Git, GitError, TruncatedError, is_hash
from xuncha.trail.objects import Changes, Listing, StoredFile
from xuncha.trail.tree import Tree
from xuncha.workflow.change import Message
from xuncha.workflow.comment import subject
from xuncha.workflow.verbs import SUBJECTS

_MAX_LISTED = 8  # at most so many are listed in a message
_USAGE = 129  # the exit code of a git that does not know an option


class Renumbered(NamedTuple):
    """A problem, a measure or a comment that got another number."""

    move: Move
    title: str  # for a comment, the beginning of its text


class Renamed(NamedTuple):
    """A new name of an evidence file of a measure, or a new key of the category of a problem."""

    identity: Identity
    old: str
    new: str


@dataclass
class Adjustments:
    """What had to change so that two histories can be joined."""

    renumbered: list[Renumbered] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)  # evidence files
    kept: list[Numbered] = field(default_factory=list)
    """What one side had taken back, and stays because the other side has worked on it or entered something after it."""
    kept_names: list[str] = field(default_factory=list)
    """Names of the settings that one side took out, and that stay because the other side uses them."""
    new_keys: list[Renamed] = field(default_factory=list)
    """The problems whose category got another key."""
    outdated_citations: list[tuple[Identity, Move]] = field(default_factory=list)
    """The records whose text names a number that has changed, each with the change."""

    def add_renumbered(self, move: Move, title: str) -> None:
        """Record that something was renumbered; what is renumbered by two attempts is recorded once."""
        earlier = next((each for each in self.renumbered if each.move.new == move.old), None)
        if earlier:
            self.renumbered.remove(earlier)
            move = Move(earlier.move.old, move.new)
        self.renumbered = sorted([*self.renumbered, Renumbered(move, title)])


@dataclass
class Joining:
    """Two histories, given by their last commits, to be joined in git's objects."""

    git: Git
    ours: str
    theirs: str
    name: str  # the remote branch, such as origin/main
    take: Side | None  # the side that wins if both have changed the same thing in different ways
    adjustments: Adjustments  # what had to change is added to it
    _tip: str = field(default="", init=False)  # the last commit that was made here
    _listing: Listing = field(default_factory=dict, init=False)  # the files of the ledger at that commit

    def join(self) -> str:
        """Join the two histories, and return the last commit of the result.

        Raises RefusedError if a person must decide before they can be joined; SurroundingsError if they have no common
        history here, or this git is too old.
        """
        git = self.git
        base = self._common_listing(self.ours, self.theirs)
        sides = Versions(base, *(objects.listing(git, tip) for tip in (self.ours, self.theirs)))
        their_files = sides.theirs
        self._tip, self._listing = self.ours, sides.ours
        numbers.must_not_change_removed(git, sides, self.ours, self.theirs)
        plan = numbers.moves(sides)
        for move in plan:
            self._renumber(move)
        for old, new in numbers.evidence_renamings(base, self._listing, their_files).items():
            self._rename(old, new)
        self._separate_categories(sides)
        united = unite(git, Versions(base, self._listing, their_files), take=self.take)
        disputes = [with_authors(git, self._tip, self.theirs, each) for each in united.disputes]
        if disputes and self.take is None:
            raise refusal(disputes)
        missing = missing_files(united.listing, their_files, self._listing)
        self._listing = united.listing | missing
        numbers.must_not_shadow_folder(self._listing)
        self._merge(settlement_reason(united.disputes))
        self._keep_names(sides)
        self._must_be_valid()
        self._record_citations(sides, plan)
        restored = {each for path in missing if (each := identity_of(path))}
        self.adjustments.kept += sorted(united.kept | restored)
        return self._tip

    def _common_listing(self, first: str, second: str) -> Listing:
        """Return the files that two histories began with; if they have several common ancestors, these are united."""
        forks = self.git.merge_bases(first, second)
        if not forks:
            self.git.check_complete()
            message = _("this ledger and {name} have no history in common; nothing was changed")
            hint = _("check with git remote -v whether the address is right; to clone it: git clone ADDRESS")
            raise RefusedError("unrelated", message.format(name=self.name), hint)
        united = objects.listing(self.git, forks[0])
        for fork in forks[1:]:
            sides = Versions(self._common_listing(forks[0], fork), united, objects.listing(self.git, fork))
            united = unite(self.git, sides, take="ours").listing
        return united

    def _commit(self, changes: Changes, message: Message) -> None:
        """Make a commit that changes only these files of the ledger."""
        tree = objects.changed_tree(self.git, self._tip, changes)
        self._tip = objects.commit(self.git, tree, [self._tip], message.text())
        self._listing = {path: held for path, held in {**self._listing, **changes}.items() if held}

    def _renumber(self, move: Move) -> None:
        """Give one problem, measure or comment another number, in a commit that does nothing else. Comments about it are updated."""
        path = move.old.path
        record = read_records(self.git, self._listing, [path]).get(path, {})
        action = SUBJECTS["renumber"]
        if isinstance(move.old, CommentNumber):
            text = str(record.get("text", ""))
            summary = subject(action, f"意见 {move.old} → {move.new}", text)
            message = Message(summary, "renumber", comments=[f"{move.old} {move.new}"])
            title = shortened(text)
        else:
            title = str(record.get("title", ""))
            step = StatusChange(str(move.old), None, str(move.new))
            message = Message(f"{action} {move.old} → {move.new} {title}", "renumber", [step])
        self.adjustments.add_renumbered(move, title)
        self._commit(numbers.file_changes(self._listing, move) | self._updated_comments(move), message)

    def _updated_comments(self, move: Move) -> Changes:
        """Return the comments about a problem or a measure that moves, updated to its new number."""
        if isinstance(move.old, CommentNumber):
            return {}
        changes: Changes = {}
        paths = filter(CommentNumber.from_path, self._listing)
        for path, record in read_records(self.git, self._listing, paths).items():
            about, held = numbers.about_of(record), self._listing[path]
            if about and (after := number_after(about, move)) != about:
                content = editing.apply(self.git.blobs([held.blob])[0] or b"", {"about": str(after)})
                changes[path] = StoredFile(held.mode, objects.store(self.git, [content])[0])
        return changes

    def _rename(self, old: str, new: str) -> None:
        """Give one evidence file another name, because the other side has a different file of its name."""
        identity, names = Identity.from_evidence(old), (old.rpartition("/")[2], new.rpartition("/")[2])
        if identity is None or identity.path not in self._listing:
            return
        record = self._read({identity.path: self._listing[identity.path]}).get(identity.path, {})
        proofs = [proof for entry in record.get("progress", []) for proof in entry.get("evidence", [])]
        files = [proof for proof in proofs if isinstance(proof, dict) and proof.get("file") == names[0]]
        for file in files:
            file["file"] = names[1]
        held = self._rewritten(identity.path, {"progress": record["progress"]}) if files else None
        if held is None:
            return  # this becomes a dispute
        status = str(record.get("status", ""))
        self.adjustments.renamed.append(Renamed(identity, *names))
        subject = f"{SUBJECTS['attach']} {identity} 改名：{' → '.join(names)}"
        message = Message(subject, "attach", [StatusChange(str(identity), status, status)])
        self._commit({old: None, new: self._listing[old], identity.path: held}, message)

    def _rewritten(self, path: str, edits: editing.Edits) -> StoredFile | None:
        """Return a record after edits; None if its layout does not allow them."""
        held = self._listing[path]
        try:
            content = editing.apply(self.git.blobs([held.blob])[0] or b"", edits)
        except (RefusedError, UnreadableError):
            return None
        return StoredFile(held.mode, objects.store(self.git, [content])[0])

    def _edit(self, path: str, edits: editing.Edits, what: str, reason: str, *steps: StatusChange) -> bool:
        """Edit one record in a commit that does nothing else; return False if its layout does not allow that."""
        held = self._rewritten(path, edits)
        if held:
            self._commit({path: held}, Message(f"{SUBJECTS['edit']} {what}", "edit", steps, reason))
        return held is not None

    def _merge(self, reason: str) -> None:
        """Make the merge commit: the ledger's files as they were united, all others as git merges them."""
        git = self.git
        prefix = git.prefix
        prefixes = tuple(f"{prefix}{part if part == LEDGER_FILE else f'{part}/'}" for part in PARTS)
        tree, conflicts = _tree_of_git(git, self._tip, self.theirs, prefixes)
        if outside := [path for path in conflicts if not path.startswith(prefixes)]:
            text = _(
                "both sides have changed {paths}, which is not a record of this ledger; nothing was changed"
            )
            hint = _("merge that with git, and commit it: git merge {name}; then: xuncha sync")
            text = text.format(paths=_(", ").join(outside[:_MAX_LISTED]))
            raise RefusedError("conflict-elsewhere", text, hint.format(name=self.name))
        raw, united = objects.listing(git, tree), self._listing
        changes = {path: united.get(path) for path in {*raw, *united} if raw.get(path) != united.get(path)}
        message = Message(f"{SUBJECTS['sync']} {self.name}", "sync", reason=reason)
        tree = objects.changed_tree(git, tree, changes) if changes else tree
        self._tip = objects.commit(git, tree, [self._tip, self.theirs], message.text())

    def _keep_names(self, sides: Versions) -> None:
        """Enter names again that one side took out of the settings while records use them, in a commit of its own.

        Where it only gave a category another key, the records get that instead.
        """
        listings = (*sides, self._listing)
        if LEDGER_FILE not in self._listing or len({each.get(LEDGER_FILE) for each in listings}) == 1:
            return
        *former, settings = map(self._settings, listings)
        taken_out = names.taken_out(settings, former)
        records = self._read(self._listing) if taken_out else {}
        used = names.used(records.values())
        kept = {name: item for name, item in taken_out.items() if name in used}
        for old, new in names.new_keys(kept, settings).items():
            del kept["categories", old]
            self._recategorise(records, old, new)
        lists = {key: settings.get(key) for key, _name in kept}
        edits = {key: [*value] if isinstance(value, list) else [] for key, value in lists.items()}
        for (key, _name), item in kept.items():
            edits[key].append(item)
        words = [name for _key, name in kept]
        if edits and self._edit(LEDGER_FILE, edits, LEDGER_FILE, f"保留 {'、'.join(words)}"):
            self.adjustments.kept_names += words

    def _separate_categories(self, sides: Versions) -> None:
        """Give categories that were entered here the other keys that `names.keys_given_twice` returns, and their problems with them."""
        settings = [self._settings(each) for each in sides]
        if not (keys := names.keys_given_twice(*settings)):
            return
        items = [
            {**each, "key": keys[each["key"]]}
            if isinstance(each, dict) and str(each.get("key")) in keys
            else each
            for each in settings[1]["categories"]
        ]
        reason = "、".join(f"{old} 已改为 {new}" for old, new in keys.items())
        if self._edit(LEDGER_FILE, {"categories": items}, LEDGER_FILE, reason):
            records = self._read(self._listing)
            for old, new in keys.items():
                self._recategorise(records, old, new)

    def _recategorise(self, records: Mapping[str, Data], old: str, new: str) -> None:
        """Give the problems of a category its new key, each in a commit that does nothing else."""
        for path, record in records.items():
            identity = Identity.from_path(path)
            if identity is None or record.get("category") != old:
                continue
            what, reason = f"{identity} {record.get('title', '')}", f"{old} 已改为 {new}"
            # If it cannot be edited, `_must_be_valid` reports the rule that it breaks.
            if self._edit(path, {"category": new}, what, reason, StatusChange(str(identity))):
                self.adjustments.new_keys.append(Renamed(identity, old, new))

    def _settings(self, listing: Listing) -> Data:
        """Read the settings of a listing; return no keys if they cannot be read."""
        return read_records(self.git, listing, [LEDGER_FILE]).get(LEDGER_FILE, {})

    def _read(self, listing: Listing) -> dict[str, Data]:
        """Read the settings, the problems and the measures of a listing; leave out what cannot be read."""
        paths = [path for path in listing if path == LEDGER_FILE or Identity.from_path(path)]
        return read_records(self.git, listing, paths)

    def _record_citations(self, sides: Versions, moves: Sequence[Move]) -> None:
        """Record which records written here contain the old numbers in their text."""
        written = {path: held for path, held in sides.ours.items() if held != sides.before.get(path)}
        for path, record in self._read(written).items() if moves else ():
            if identity := Identity.from_path(path_now(path, moves)):
                cited = {each for _words, each in citations(record)}
                self.adjustments.outdated_citations += [
                    (identity, move) for move in moves if move.old in cited
                ]

    def _must_be_valid(self) -> None:
        """Refuse a result that breaks a rule that neither side broke."""
        findings = check(Tree(self.git.root, self._tip))
        sides = (self.ours, self.theirs) if findings else ()
        old_findings = [finding for tip in sides for finding in check(Tree(self.git.root, tip))]
        old_faults = {(finding.place.path, finding.code) for finding in old_findings}
        if new := [finding for finding in findings if (finding.place.path, finding.code) not in old_faults]:
            message = _("each side keeps the rules, but merged they would break them; nothing was changed")
            lines = [message, *(f"{finding.place.path}: {finding.message}" for finding in new[:_MAX_LISTED])]
            hint = _(
                "change what is here so that both sides are valid together (xuncha edit); then: xuncha sync"
            )
            raise RefusedError("sync-breaks-rules", "\n".join(lines), hint)


def _tree_of_git(git: Git, ours: str, theirs: str, prefixes: Sequence[str]) -> tuple[str, list[str]]:
    """Return the tree that git merges from two commits, and the files in conflict, as paths from the top of the repository.

    What git makes of the paths that begin like one of `prefixes` does not matter.
    """
    # Records of another ledger of the repository are merged by its driver; ours are not, which is quicker.
    default_driver = git.setting(registration.KEY) or registration.command()
    cases = "|".join(f"{shlex.quote(prefix.replace('%', '%%'))}*" for prefix in prefixes)
    driver = f"case %P in {cases}) exit 0;; esac; {default_driver}"
    options = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z")
    arguments = ("-c", f"{registration.KEY}={driver}", *options, ours, theirs)
    try:
        output = objects.git_at_top(git).run(*arguments, ok_codes=(0, 1))
    except GitError as error:
        if error.returncode != _USAGE:
            raise
        message = _("this git is too old to merge two histories safely: git 2.38 or later is needed")
        hint = _("install a newer one (https://git-scm.com); nothing was changed")
        raise SurroundingsError("git-too-old", message, hint) from error
    tree, *paths = output.decode("utf-8", "surrogateescape").split("\0")
    if not paths or paths.pop() or not is_hash(tree):
        raise TruncatedError
    return tree, [path for path in dict.fromkeys(paths) if path]

"""One run through history: each commit asked by every check, each merge by its sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, reduce
from operator import and_
from pathlib import Path

from xuncha.audit import branches, places, removing, status, undoing
from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.days import YEARS, ahead
from xuncha.audit.facts import requires
from xuncha.audit.hand import claimed
from xuncha.audit.joining import Joining
from xuncha.audit.lines import Lines, Reached, Step, union
from xuncha.audit.merging import differences
from xuncha.audit.people import Signers
from xuncha.audit.replayed import BELIEVED, Change, Files, State, Who, changes_of
from xuncha.catalogue import Check, Rule
from xuncha.errors import Finding, Severity
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Requirement
from xuncha.trail import replay
from xuncha.trail.replay import Commit
from xuncha.trail.tags import Anchor


def checked(step: Step) -> list[Finding[HistoryPlace]]:
    """Return what all the checks find in a commit."""
    return [_weighed(rule.at(*found), step) for rule, check in _checks() for found in check(step)]


@cache
def _checks() -> list[tuple[Rule[HistoryPlace], Check[HistoryPlace]]]:
    """List the rules that have a check; each commit is asked by all of them."""
    return [(rule, rule.check) for rule in RULES.values() if rule.check]


def _weighed(finding: Finding[HistoryPlace], step: Step) -> Finding[HistoryPlace]:
    """Return a finding as grave as it is in a commit of this action; what stood open is closed by an import like by a command."""
    lenient = RULES[finding.code].scope == LENIENT and step.commit.trailers.action == "import"
    if lenient and finding.code.startswith("close-requires-"):
        lenient = step.before.get(finding.place.path) is None
    return finding._replace(severity="warning") if lenient and finding.severity == "error" else finding


class Examination:
    """One run through history."""

    def __init__(self, commits: list[Commit], files: Files, marks: list[Anchor], signed: set[str]) -> None:
        self.commits = commits
        self._beginnings = places.beginnings(commits, marks)
        self.given = self._beginnings[0].hash if self._beginnings else ""
        self.on_claims = False
        """Whether two persons were asked for anywhere, and nothing but what commits say of themselves tells who they are."""
        self._marks = marks
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self._signers = Signers(signed)
        self._lines = Lines(commits, files)
        self._lines.ahead = ahead(commits)
        self._lines.began = self._beginnings[0].day if self._beginnings else ""
        self._lines.signs = self._signers.signs
        self._asked: dict[str, tuple[Requirement, ...]] = {}
        """What the policy asked at each commit that closes something."""
        self._loosened: list[tuple[Commit, set[Requirement]]] = []
        """The commits that loosened the policy, with what it no longer asked."""
        self._closed_since: list[Step] = []
        """The commits that closed something after the first of them."""
        self._added: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """Where each file was entered: the place of the commit, and the commits that led to it as bits."""
        self._renumbered: list[tuple[HistoryPlace, set[str], set[str], bool, int]] = []
        """Records that were moved, each with the places that were filled and those that were left by it; whether up; and its line."""
        self._verified: list[int] = []
        """The commits that led to each verified one, as bits."""

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return everything that was found."""
        found = []
        for place, commit in enumerate(self.commits):
            found += list(self._ask(place, commit))
            for parent in commit.parents:
                if self._children[parent] == 1:  # where history branches, a merge may ask for it again
                    del self._lines.reached[parent]
        found += [*self._second_beginnings(), *self._unjustified_renumberings()]
        found += self._signers.findings(root)
        self.on_claims |= self._signers.on_claims
        return list(dict.fromkeys(found))

    def _ask(self, place: int, commit: Commit) -> Findings:
        lines = self._lines
        parents = [lines.reached[parent] for parent in commit.parents]
        made, last = commit.moment_committed, max((each.moment for each in parents), default=0)
        claims = max((each.claimed for each in parents), default=0)
        told = commit.touched and len(parents) < 2 and commit.hash not in lines.ahead  # noqa: PLR2004
        near = commit.touched and (not last or made - last < YEARS)
        here = lines.reached[commit.hash] = Reached(
            State(),
            union(parents) | 1 << place,
            last,
            moment=max(last, made) if told else last,
            claimed=max(claims, made) if near else claims,
            adopted=any(each.adopted for each in parents),
            loosened=max((each.loosened for each in parents), default=(0, ())),
        )
        lines.made_by[commit.committer] |= 1 << place
        if any(mark.commit == commit.hash for mark in self._marks):
            self._verified.append(here.line)
        if len(parents) > 1:
            yield from self._merge(commit, here, parents)
        else:
            before = parents[0].state if parents else here.state
            yield from self._plain(commit, here, before, changes_of(commit, before, self._lines.files))

    def _plain(self, commit: Commit, here: Reached, before: State, changes: list[Change]) -> Findings:
        """Ask every check of what a commit did to the ledger as it stood before."""
        here.state = before
        if not changes:
            if here.adopted and (said := claimed(commit.trailers)):
                number = next(iter(commit.trailers.ids), None)
                yield RULES["trailers-mismatch"].at(HistoryPlace.of(commit, "", number), said)
            return
        step = Step(commit, before, changes, self._lines, here)
        here.state = step.after
        if not self._adopts(commit, here, changes):
            return
        self._signers.note(commit, step.settings, closes=bool(step.closings))
        yield from self._note_policy(step)
        undone = undoing.restored(step)
        removes = commit.trailers.action == "remove"
        as_said = undone.files if undone else removing.removed(step) if removes else undoing.renumbered(step)
        if as_said is None or isinstance(as_said, str):
            yield from checked(step)
            yield from status.dodged(step, status.asked_until_shortly_before(step) - {*step.requires})
            self._note_closings(step)
            return
        if undone:
            taken_back = {each.hash for each in undone.commits}
            self._lines.taken_back |= taken_back
            yield from undoing.judged(step, undone)
            if "signed_commit" in step.requires and taken_back & self._signers.signed:
                self._signers.claim(Who.of(commit), step.settings, [*undoing.of_others(step, undone.commits)])
            self._note_closings(step)
        else:
            for code in undoing.ALWAYS:
                yield from RULES[code](step)
        here.state = before.changed(as_said.items())
        if commit.trailers.action == "renumber":
            self._note_renumbering(step)

    def _adopts(self, commit: Commit, here: Reached, changes: list[Change]) -> bool:
        """Note what a commit did, and return whether it is to be asked: the one that brings the ledger is taken as it is."""
        place = self._lines.places[commit.hash]
        for change in changes:
            if change.before is None:
                self._added[change.path].append((place, here.line))
        self._lines.note(place, changes, decides=any(map(branches.decides, changes)))
        if here.adopted:
            return True
        here.adopted = here.state.get(LEDGER_FILE) is not None
        # What another beginning of history brings claims to be a ledger of its own.
        return here.adopted and commit.hash != self.given

    def _second_beginnings(self) -> Findings:
        """Yield the commits that bring the ledger once more."""
        said = _("the ledger begins a second time: {commit} has brought it already")
        for each in self._beginnings[1:]:
            yield places.SECOND.at(HistoryPlace.of(each, LEDGER_FILE), said.format(commit=self.given[:10]))

    def _note_closings(self, step: Step) -> None:
        """Note which closings have to be signed, and whether who closed is a claim alone."""
        if not step.closings:
            return
        self._asked[step.commit.hash] = step.requires
        if self._loosened:
            self._closed_since.append(step)
        asked = "signed_commit" in step.requires
        for change in step.closings if "second_person" in step.requires else ():
            signed = all(each.commit in self._signers.signed for each in change.applicants)
            self.on_claims |= not (asked and change.applicants and signed)
            for applicant in change.applicants if asked else ():
                message = _(
                    "{id} was applied for in the name of {name}, who has not signed that, and signs else"
                )
                said = message.format(id=change.id, name=applicant.name)
                doubt = RULES["second-person-doubtful"].at(step.at(change), said)
                self._signers.claim(applicant, step.settings, [doubt])
        if asked or "signed_commit" in status.asked_until_shortly_before(step):
            self._must_sign(step, lenient=not asked)

    def _note_policy(self, step: Step) -> Findings:
        """Note what the policy no longer asks; yield the closings between a loosening and a commit that takes it back soon after."""
        settings, made = step.files.record(step.after.get(LEDGER_FILE)), step.commit.moment_committed
        if settings is step.settings:
            return
        before, after = set(step.requires), set(requires(settings))
        if gone := before - after:
            step.here.loosened = (made, step.requires)
            self._loosened.append((step.commit, gone))
        soon = [
            (commit.hash, gone & (after - before))
            for commit, gone in (self._loosened if after - before else ())
            if step.stands_on(commit.hash) and made - commit.moment_committed <= status.SOON
        ]
        for each in self._closed_since if soon else ():
            if step.stands_on(each.commit.hash) and each.commit.hash not in self._lines.taken_back:
                names = {name for commit, gone in soon if each.stands_on(commit) for name in gone}
                names -= status.asked_until_shortly_before(each)
                yield from status.dodged(each, names, step)
                if "signed_commit" in names:
                    self._must_sign(each, lenient=True)

    def _must_sign(self, step: Step, *, lenient: bool) -> None:
        """Note that the closings of a commit have to be signed."""
        who = Who.of(step.commit)
        for change in step.closings:
            mild = lenient or (step.commit.trailers.action == "import" and change.before is None)
            self._signers.must(who, step.settings, step.at(change), lenient=mild)

    def _note_renumbering(self, step: Step) -> None:
        """Note what has to have been renumbered for the sake of another clone."""
        gone = [change for change in step.changes if change.after is None]
        come = {change.path for change in step.changes if change.before is None}
        head = {each.path for each in gone if step.commit.trailers.ids == (each.id,)}
        pairs = zip(step.commit.trailers.ids, step.commit.trailers.targets, strict=False)
        up = any((Identity.perhaps(new) or ()) > (Identity.perhaps(old) or ()) for old, new in pairs)
        moved = [each for each in gone if each.is_record or each.comment]
        self._renumbered += [(step.at(each), come, head | {each.path}, up, step.here.line) for each in moved]

    def _merge(self, commit: Commit, here: Reached, parents: list[Reached]) -> Findings:
        lines = self._lines
        whole = Joining(commit, parents, lines, self._signers)
        result = here.state = parents[0].state.changed(whole.versions())
        if not here.adopted:
            self._adopts(commit, here, [])
            return
        # What has not grown out of this ledger is no side of it, nor is what another side has grown out of: what the merge took
        # from there, the merge did.
        adopted = [side for side in parents if side.adopted]
        newest = [id(each) for each in lines.newest(union(adopted))]
        adopted = [side for side in adopted if id(side) in newest]
        bases = [each.state for each in lines.newest(reduce(and_, (side.line for side in adopted)))]
        if len(adopted) > 1 and bases:
            joining = Joining(commit, adopted, lines, self._signers, result)
            paths = [each.path for each in commit.touched] if adopted[0] is parents[0] else None
            yield from differences(joining, paths)
            yield from places.entered(joining)
            yield from branches.outrun(joining, bases, self._asked)
            marks = [each for each in self._marks if each.commit in lines.places]
            yield from branches.late(joining, [(lines.places[each.commit], each.moment) for each in marks])
            return
        for side in reversed(adopted):
            paths = sorted(side.state.differing(result))
            versions = ((path, result.get(path)) for path in paths)
            touched = (replay.Touched(path, *(held[:2] if held else ("", ""))) for path, held in versions)
            done = changes_of(commit._replace(touched=tuple(touched)), side.state, self._lines.files)
            yield from self._plain(commit, here, side.state, done)

    def _doubt(self, path: str, line: int) -> Severity | None:
        """Return how grave it is that a record was moved for the sake of another: nothing where it was, or might have been, unsent."""
        own = max((place for place, _line in self._added[path] if line >> place & 1), default=None)
        if own is None:
            return None
        others = [place for place, known in self._added[path] if not (line >> place & 1 or known >> own & 1)]
        limit = self.commits[own].moment_committed + BELIEVED
        late = bool(others) and all(self.commits[place].moment_committed >= limit for place in others)
        verified = any(each >> own & 1 and each | line != each for each in self._verified)
        return "error" if late and verified else "warning" if late or verified else None

    def _is_everybodys(self, path: str) -> bool:
        """Return whether a file was entered on two sides that did not know of each other."""
        added = self._added[path]
        return any(
            not line >> place & 1
            for number, (_at, line) in enumerate(added)
            for place, _line in added[:number]
        )

    def _unjustified_renumberings(self) -> Findings:
        """Yield the renumberings of numbers that nobody else has published, or only when they had long been known."""
        filled: set[str] = set()
        for place, come, left, up, line in reversed(self._renumbered):
            # The number was another's, who has published it; or one's own that had to go on for such a one; or the new one was
            # free again, since another took his back.
            free_again = not up and any(len(self._added[path]) > 1 for path in come | left)
            said = {"id": place.id or place.path}
            if free_again or filled & left or any(map(self._is_everybodys, come | left)):
                filled |= come
                if doubt := self._doubt(place.path, line):
                    message = _(
                        "{id} was renumbered for the sake of another, when its number had been known for long"
                    )
                    yield RULES["renumbered"].at(place, message.format(**said), "", doubt)
                continue
            message = _("{id} was renumbered, and no other clone has given that number")
            yield RULES["renumbered"].at(place, message.format(**said))

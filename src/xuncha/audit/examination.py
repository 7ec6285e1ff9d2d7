"""One run of the audit through history: every check on each commit, and each merge compared with its sides."""

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
    """Run all checks on a commit and return their findings."""
    return [_weighed(rule.at(*broken), step) for rule, check in _checks() for broken in check(step)]


@cache
def _checks() -> list[tuple[Rule[HistoryPlace], Check[HistoryPlace]]]:
    """List the rules that have a check; all of them run on each commit."""
    return [(rule, rule.check) for rule in RULES.values() if rule.check]


def _weighed(finding: Finding[HistoryPlace], step: Step) -> Finding[HistoryPlace]:
    """Return a finding with its severity in this commit: in an import, lenient rules only warn; but closing what existed before must meet the policy."""
    lenient = RULES[finding.code].scope == LENIENT and step.commit.trailers.action == "import"
    if lenient and finding.code.startswith("close-requires-"):
        lenient = step.before.get(finding.place.path) is None
    return finding._replace(severity="warning") if lenient and finding.severity == "error" else finding


class Examination:
    """One run of the audit through history."""

    def __init__(self, commits: list[Commit], files: Files, marks: list[Anchor], signed: set[str]) -> None:
        self.commits = commits
        self._beginnings = places.beginnings(commits, marks)
        self.given = self._beginnings[0].hash if self._beginnings else ""
        self.on_claims = False
        """Whether two persons were required anywhere, and who they were is known only from the commits' own claims."""
        self._marks = marks
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self._signers = Signers(signed)
        self._lines = Lines(commits, files)
        self._lines.ahead = ahead(commits)
        self._lines.began = self._beginnings[0].day if self._beginnings else ""
        self._lines.signs = self._signers.signs
        self._asked: dict[str, tuple[Requirement, ...]] = {}
        """The requirements of the policy at each commit that closes a measure."""
        self._loosened: list[tuple[Commit, set[Requirement]]] = []
        """The commits that loosened the policy, each with the requirements that it dropped."""
        self._closed_since: list[Step] = []
        """The commits that closed a measure after the policy was first loosened."""
        self._added: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """The commits that entered each file: the place of the commit, and its line."""
        self._renumbered: list[tuple[HistoryPlace, set[str], set[str], bool, int]] = []
        """Renumbered records: the old place, the paths that came and those that went, whether the new number is higher, and the line of the commit."""
        self._verified: list[int] = []
        """The line of each verified commit: its ancestors and itself, as bits."""

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return all findings."""
        findings = []
        for place, commit in enumerate(self.commits):
            findings += list(self._ask(place, commit))
            for parent in commit.parents:
                if self._children[parent] == 1:  # where history branches, a merge may need it again
                    del self._lines.reached[parent]
        findings += [*self._second_beginnings(), *self._unjustified_renumberings()]
        findings += self._signers.findings(root)
        self.on_claims |= self._signers.on_claims
        return list(dict.fromkeys(findings))

    def _ask(self, place: int, commit: Commit) -> Findings:
        lines = self._lines
        parents = [lines.reached[parent] for parent in commit.parents]
        made, newest = commit.moment_committed, max((side.moment for side in parents), default=0)
        claims = max((side.claimed for side in parents), default=0)
        is_trusted = commit.touched and len(parents) < 2 and commit.hash not in lines.ahead  # noqa: PLR2004
        is_plausible = commit.touched and (not newest or made - newest < YEARS)
        here = lines.reached[commit.hash] = Reached(
            State(),
            union(parents) | 1 << place,
            newest,
            moment=max(newest, made) if is_trusted else newest,
            claimed=max(claims, made) if is_plausible else claims,
            adopted=any(side.adopted for side in parents),
            loosened=max((side.loosened for side in parents), default=(0, ())),
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
        """Run every check on what a commit did to the ledger as it was before."""
        here.state = before
        if not changes:
            if here.adopted and (message := claimed(commit.trailers)):
                number = next(iter(commit.trailers.ids), None)
                yield RULES["trailers-mismatch"].at(HistoryPlace.of(commit, "", number), message)
            return
        step = Step(commit, before, changes, self._lines, here)
        here.state = step.after
        if not self._adopts(commit, here, changes):
            return
        self._signers.note(commit, step.settings, closes=bool(step.closings))
        yield from self._note_policy(step)
        undone = undoing.restored(step)
        removes = commit.trailers.action == "remove"
        restored = undone.files if undone else removing.removed(step) if removes else undoing.renumbered(step)
        if restored is None or isinstance(restored, str):
            yield from checked(step)
            yield from status.dodged(step, status.asked_until_shortly_before(step) - {*step.requires})
            self._note_closings(step)
            return
        if undone:
            taken_back = {undone_commit.hash for undone_commit in undone.commits}
            self._lines.taken_back |= taken_back
            yield from undoing.judged(step, undone)
            if "signed_commit" in step.requires and taken_back & self._signers.signed:
                self._signers.claim(Who.of(commit), step.settings, [*undoing.of_others(step, undone.commits)])
            self._note_closings(step)
        else:
            for code in undoing.ALWAYS:
                yield from RULES[code](step)
        here.state = before.changed(restored.items())
        if commit.trailers.action == "renumber":
            self._note_renumbering(step)

    def _adopts(self, commit: Commit, here: Reached, changes: list[Change]) -> bool:
        """Record what a commit did, and return whether to check it: the commit that brings the ledger is accepted unchecked."""
        place = self._lines.places[commit.hash]
        for change in changes:
            if change.before is None:
                self._added[change.path].append((place, here.line))
        self._lines.note(place, changes, decides=any(map(branches.decides, changes)))
        if here.adopted:
            return True
        here.adopted = here.state.get(LEDGER_FILE) is not None
        # Only one beginning is accepted; any other commit that brings the ledger is checked.
        return here.adopted and commit.hash != self.given

    def _second_beginnings(self) -> Findings:
        """Yield the commits that bring the ledger a second time."""
        message = _("the ledger begins a second time: {commit} already added it")
        for each in self._beginnings[1:]:
            yield places.SECOND.at(HistoryPlace.of(each, LEDGER_FILE), message.format(commit=self.given[:10]))

    def _note_closings(self, step: Step) -> None:
        """Record the closings that must be signed, and whether the persons are known only from the commits' own claims."""
        if not step.closings:
            return
        self._asked[step.commit.hash] = step.requires
        if self._loosened:
            self._closed_since.append(step)
        needs_signature = "signed_commit" in step.requires
        for change in step.closings if "second_person" in step.requires else ():
            signed = all(who.commit in self._signers.signed for who in change.applicants)
            self.on_claims |= not (needs_signature and change.applicants and signed)
            for applicant in change.applicants if needs_signature else ():
                message = _(
                    "closing {id} was applied for in the name of {name}, who did not sign this, but usually signs"
                )
                text = message.format(id=change.id, name=applicant.name)
                doubt = RULES["second-person-doubtful"].at(step.at(change), text)
                self._signers.claim(applicant, step.settings, [doubt])
        if needs_signature or "signed_commit" in status.asked_until_shortly_before(step):
            self._must_sign(step, lenient=not needs_signature)

    def _note_policy(self, step: Step) -> Findings:
        """Record the requirements that the policy drops; yield the closings between a loosening and a commit that soon revokes it."""
        settings, made = step.files.record(step.after.get(LEDGER_FILE)), step.commit.moment_committed
        if settings is step.settings:
            return
        before, after = set(step.requires), set(requires(settings))
        if dropped := before - after:
            step.here.loosened = (made, step.requires)
            self._loosened.append((step.commit, dropped))
        soon = [
            (commit.hash, dropped & (after - before))
            for commit, dropped in (self._loosened if after - before else ())
            if step.stands_on(commit.hash) and made - commit.moment_committed <= status.SOON
        ]
        for closing in self._closed_since if soon else ():
            if step.stands_on(closing.commit.hash) and closing.commit.hash not in self._lines.taken_back:
                names = {name for commit, dropped in soon if closing.stands_on(commit) for name in dropped}
                names -= status.asked_until_shortly_before(closing)
                yield from status.dodged(closing, names, step)
                if "signed_commit" in names:
                    self._must_sign(closing, lenient=True)

    def _must_sign(self, step: Step, *, lenient: bool) -> None:
        """Record that the closings of a commit must be signed."""
        who = Who.of(step.commit)
        for change in step.closings:
            mild = lenient or (step.commit.trailers.action == "import" and change.before is None)
            self._signers.must(who, step.settings, step.at(change), lenient=mild)

    def _note_renumbering(self, step: Step) -> None:
        """Record a renumbering, which must be justified by a number of another clone."""
        left = [change for change in step.changes if change.after is None]
        added = {change.path for change in step.changes if change.before is None}
        head = {each.path for each in left if step.commit.trailers.ids == (each.id,)}
        pairs = zip(step.commit.trailers.ids, step.commit.trailers.targets, strict=False)
        up = any((Identity.perhaps(new) or ()) > (Identity.perhaps(old) or ()) for old, new in pairs)
        moved = [each for each in left if each.is_record or each.comment]
        self._renumbered += [(step.at(each), added, head | {each.path}, up, step.here.line) for each in moved]

    def _merge(self, commit: Commit, here: Reached, parents: list[Reached]) -> Findings:
        lines = self._lines
        whole = Joining(commit, parents, lines, self._signers)
        result = here.state = parents[0].state.changed(whole.versions())
        if not here.adopted:
            self._adopts(commit, here, [])
            return
        # A parent that does not descend from this ledger is no side, nor is a parent that is an ancestor of another one:
        # what the merge took from such a parent counts as done by the merge.
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
            changes = changes_of(commit._replace(touched=tuple(touched)), side.state, self._lines.files)
            yield from self._plain(commit, here, side.state, changes)

    def _doubt(self, path: str, line: int) -> Severity | None:
        """Return how severe it is that a record was renumbered in favour of another clone's; None if it was unsent then, or may have been."""
        own = max((place for place, _line in self._added[path] if line >> place & 1), default=None)
        if own is None:
            return None
        others = [place for place, known in self._added[path] if not (line >> place & 1 or known >> own & 1)]
        limit = self.commits[own].moment_committed + BELIEVED
        late = bool(others) and all(self.commits[place].moment_committed >= limit for place in others)
        verified = any(each >> own & 1 and each | line != each for each in self._verified)
        return "error" if late and verified else "warning" if late or verified else None

    def _is_everybodys(self, path: str) -> bool:
        """Return whether two sides that did not know of each other have entered the same file."""
        added = self._added[path]
        return any(
            not line >> place & 1
            for number, (_at, line) in enumerate(added)
            for place, _line in added[:number]
        )

    def _unjustified_renumberings(self) -> Findings:
        """Yield renumberings of numbers that no other clone has published, or only long after they were known."""
        filled: set[str] = set()
        for place, added, left, up, line in reversed(self._renumbered):
            # Justified: another clone has published the number; or the number had to make room for one so renumbered; or a
            # lower number was free again, because another clone took its own back.
            free_again = not up and any(len(self._added[path]) > 1 for path in added | left)
            values = {"id": place.id or place.path}
            if free_again or filled & left or any(map(self._is_everybodys, added | left)):
                filled |= added
                if doubt := self._doubt(place.path, line):
                    message = _(
                        "{id} was renumbered to make room for another, although its number had long been known"
                    )
                    yield RULES["renumbered"].at(place, message.format(**values), "", doubt)
                continue
            message = _("{id} was renumbered, but no other clone has assigned that number")
            yield RULES["renumbered"].at(place, message.format(**values))

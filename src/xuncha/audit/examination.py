"""One run of the audit through history: every check on each commit, and each merge compared with its sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, reduce
from operator import and_
from pathlib import Path

from xuncha.audit import branches, places, removing, status, undoing
from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.commands import claim_message
from xuncha.audit.days import MAX_PAUSE, commits_with_clock_ahead
from xuncha.audit.facts import required_by
from xuncha.audit.graph import Graph, Node, Step, union
from xuncha.audit.joining import Joining
from xuncha.audit.merging import check_merge
from xuncha.audit.people import Signers
from xuncha.audit.replayed import MAX_DELAY, Actor, Change, Files, State, changes_of
from xuncha.catalogue import Check, Rule
from xuncha.errors import Finding, Severity
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Requirement
from xuncha.trail import replay
from xuncha.trail.replay import Commit
from xuncha.trail.tags import Anchor


def check_commit(step: Step) -> list[Finding[HistoryPlace]]:
    """Run all checks on a commit and return their findings."""
    return [_with_severity(rule.finding(*fault), step) for rule, check in _checks() for fault in check(step)]


@cache
def _checks() -> list[tuple[Rule[HistoryPlace], Check[HistoryPlace]]]:
    """List the rules that have a check, by their codes; all of them run on each commit."""
    return [(rule, rule.check) for _code, rule in sorted(RULES.items()) if rule.check]


def _with_severity(finding: Finding[HistoryPlace], step: Step) -> Finding[HistoryPlace]:
    """Return a finding with its severity in this commit: in an import, lenient rules only warn; but closing what existed before must meet the policy."""
    lenient = RULES[finding.code].scope == LENIENT and step.commit.trailers.action == "import"
    if lenient and finding.code.startswith("close-requires-"):
        lenient = step.before.get(finding.place.path) is None
    return finding._replace(severity="warning") if lenient and finding.severity == "error" else finding


class Examination:
    """One run of the audit through history."""

    def __init__(self, commits: list[Commit], files: Files, anchors: list[Anchor], signed: set[str]) -> None:
        self.commits = commits
        self._beginnings = places.beginnings(commits, anchors)
        self.start = self._beginnings[0].hash if self._beginnings else ""
        self._anchors = anchors
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self.signers = Signers(signed)
        self._graph = Graph(commits, files)
        self._graph.ahead = commits_with_clock_ahead(commits)
        self._graph.first_day = self._beginnings[0].day if self._beginnings else ""
        self._graph.has_signed = self.signers.has_signed
        self._requirements_at: dict[str, tuple[Requirement, ...]] = {}
        """The requirements of the policy at each commit that closes a measure."""
        self._loosenings: list[tuple[Commit, set[Requirement]]] = []
        """The commits that loosened the policy, each with the requirements that it dropped."""
        self._later_closings: list[Step] = []
        """The commits that closed a measure after the policy was first loosened."""
        self._additions: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """The commits that entered each file: the place of the commit, and its line."""
        self._moves: list[tuple[HistoryPlace, set[str], set[str], bool, int]] = []
        """Renumbered records: the old place, the paths that came and those that went, whether the new number is higher, and the line of the commit."""
        self._verified: list[int] = []
        """The line of each verified commit: its ancestors and itself, as bits."""

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return all findings."""
        findings = []
        for place, commit in enumerate(self.commits):
            findings += list(self._check(place, commit))
            for parent in commit.parents:
                if self._children[parent] == 1:  # where history branches, a merge may need it again
                    del self._graph.nodes[parent]
        again = _("the ledger begins a second time: {commit} already added it").format(commit=self.start[:10])
        later_beginnings = [HistoryPlace.at(each, LEDGER_FILE) for each in self._beginnings[1:]]
        findings += [places.SECOND.finding(each, again) for each in later_beginnings]
        findings += self._check_renumberings()
        findings += self.signers.findings(root)
        return list(dict.fromkeys(findings))

    def _check(self, place: int, commit: Commit) -> Findings:
        graph = self._graph
        parents = [graph.nodes[parent] for parent in commit.parents]
        moment, newest = commit.moment_committed, max((side.moment for side in parents), default=0)
        claimed_moment = max((side.claimed_moment for side in parents), default=0)
        is_trusted = commit.touched and len(parents) < 2 and commit.hash not in graph.ahead  # noqa: PLR2004
        is_plausible = commit.touched and (not newest or moment - newest < MAX_PAUSE)
        node = graph.nodes[commit.hash] = Node(
            State(),
            union(parents) | 1 << place,
            newest,
            moment=max(newest, moment) if is_trusted else newest,
            claimed_moment=max(claimed_moment, moment) if is_plausible else claimed_moment,
            has_ledger=any(side.has_ledger for side in parents),
            last_loosening=max((side.last_loosening for side in parents), default=(0, ())),
        )
        graph.by_committer[commit.committer] |= 1 << place
        if any(anchor.commit == commit.hash for anchor in self._anchors):
            self._verified.append(node.ancestry)
        if len(parents) > 1:
            yield from self._check_merge(commit, node, parents)
        else:
            before = parents[0].state if parents else node.state
            yield from self._check_step(commit, node, before, changes_of(commit, before, self._graph.files))

    def _check_step(self, commit: Commit, node: Node, before: State, changes: list[Change]) -> Findings:
        """Run every check on what a commit did to the ledger as it was before."""
        node.state = before
        if not changes:
            if node.has_ledger and (message := claim_message(commit.trailers)):
                number = next(iter(commit.trailers.ids), None)
                yield RULES["trailers-mismatch"].finding(HistoryPlace.at(commit, "", number), message)
            return
        step = Step(commit, before, changes, self._graph, node)
        node.state = step.after
        if not self._record_changes(commit, node, changes):
            return
        self.signers.add_commit(commit, step.settings, is_closing=bool(step.closings))
        yield from self._check_policy(step)
        undone = undoing.restoration(step)
        removed = commit.trailers.action == "remove"
        files = undone.files if undone else removing.removal(step) if removed else undoing.renumbering(step)
        if files is None or isinstance(files, str):
            yield from check_commit(step)
            yield from status.check_recent_policy(step, status.recently_required(step) - {*step.required})
            self._record_closings(step)
            return
        if undone:
            taken_back = {undone_commit.hash for undone_commit in undone.commits}
            self._graph.undone |= taken_back
            yield from undoing.check_undo(step, undone)
            if "signed_commit" in step.required and taken_back & self.signers.signed_commits:
                findings = [*undoing.check_others(step, undone.commits)]
                self.signers.add_claims(Actor.from_commit(commit), step.settings, findings)
            self._record_closings(step)
        else:
            for code in undoing.UNIVERSAL_RULES:
                yield from RULES[code](step)
        node.state = before.with_changes(files.items())
        if commit.trailers.action == "renumber":
            self._record_renumbering(step)

    def _record_changes(self, commit: Commit, node: Node, changes: list[Change]) -> bool:
        """Record what a commit did, and return whether to check it: the commit that brings the ledger is accepted unchecked."""
        place = self._graph.places[commit.hash]
        for change in changes:
            if change.before is None:
                self._additions[change.path].append((place, node.ancestry))
        self._graph.add(place, changes, is_date_relevant=any(map(branches.is_date_relevant, changes)))
        if node.has_ledger:
            return True
        node.has_ledger = node.state.get(LEDGER_FILE) is not None
        # Only one beginning is accepted; any other commit that brings the ledger is checked.
        return node.has_ledger and commit.hash != self.start

    def _record_closings(self, step: Step) -> None:
        """Record the closings that must be signed, and whether the persons are known only from the commits' own claims."""
        if not step.closings:
            return
        self._requirements_at[step.commit.hash] = step.required
        if self._loosenings:
            self._later_closings.append(step)
        needs_signature = "signed_commit" in step.required
        for change in step.closings if "second_person" in step.required else ():
            signed = all(who.commit in self.signers.signed_commits for who in change.applicants)
            self.signers.relies_on_claims |= not (needs_signature and change.applicants and signed)
            for applicant in change.applicants if needs_signature else ():
                message = _(
                    "closing {id} was applied for in the name of {name}, who did not sign this, but usually signs"
                )
                text = message.format(id=change.id, name=applicant.name)
                finding = RULES["second-person-doubtful"].finding(step.at(change), text)
                self.signers.add_claims(applicant, step.settings, [finding])
        if needs_signature or "signed_commit" in status.recently_required(step):
            self._require_signature(step, lenient=not needs_signature)

    def _check_policy(self, step: Step) -> Findings:
        """Record the requirements that the policy drops; yield the closings between a loosening and a commit that soon revokes it."""
        settings, moment = step.files.record(step.after.get(LEDGER_FILE)), step.commit.moment_committed
        if settings is step.settings:
            return
        before, after = set(step.required), set(required_by(settings))
        if dropped := before - after:
            step.node.last_loosening = (moment, step.required)
            self._loosenings.append((step.commit, dropped))
        revoked = [
            (commit.hash, dropped & (after - before))
            for commit, dropped in (self._loosenings if after - before else ())
            if moment - commit.moment_committed <= status.REVOKED_SOON
        ]
        for closing in self._later_closings if revoked else ():
            if step.has_ancestor(closing.commit.hash) and closing.commit.hash not in self._graph.undone:
                names = {
                    name for commit, dropped in revoked if closing.has_ancestor(commit) for name in dropped
                }
                names -= status.recently_required(closing)
                yield from status.check_recent_policy(closing, names, step)
                if "signed_commit" in names:
                    self._require_signature(closing, lenient=True)

    def _require_signature(self, step: Step, *, lenient: bool) -> None:
        """Record that the closings of a commit must be signed."""
        actor = Actor.from_commit(step.commit)
        for change in step.closings:
            is_lenient = lenient or (step.commit.trailers.action == "import" and change.before is None)
            self.signers.require(actor, step.settings, step.at(change), lenient=is_lenient)

    def _record_renumbering(self, step: Step) -> None:
        """Record a renumbering, which must be justified by a number of another clone."""
        removed = [change for change in step.changes if change.after is None]
        added = {change.path for change in step.changes if change.before is None}
        head = {each.path for each in removed if step.commit.trailers.ids == (each.id,)}
        pairs = zip(step.commit.trailers.ids, step.commit.trailers.targets, strict=False)
        up = any((Identity.try_parse(new) or ()) > (Identity.try_parse(old) or ()) for old, new in pairs)
        moved = [each for each in removed if each.is_record or each.comment]
        self._moves += [(step.at(each), added, head | {each.path}, up, step.node.ancestry) for each in moved]

    def _check_merge(self, commit: Commit, node: Node, parents: list[Node]) -> Findings:
        graph = self._graph
        all_sides = Joining(commit, parents, graph, self.signers)
        result = node.state = parents[0].state.with_changes(all_sides.versions())
        if not node.has_ledger:
            self._record_changes(commit, node, [])
            return
        # A parent that does not descend from this ledger is no side, nor is a parent that is an ancestor of another one:
        # what the merge took from such a parent counts as done by the merge.
        sides = [side for side in parents if side.has_ledger]
        tips = [id(each) for each in graph.tips(union(sides))]
        # Where the newest parent has no ledger.yaml any more, it counts against one of the others.
        sides = [side for side in sides if id(side) in tips] or sides[:1]
        bases = [each.state for each in graph.tips(reduce(and_, (side.ancestry for side in sides)))]
        if len(sides) > 1 and bases:
            joining = Joining(commit, sides, graph, self.signers, result)
            paths = [each.path for each in commit.touched] if sides[0] is parents[0] else None
            yield from check_merge(joining, paths)
            yield from places.check_merged_paths(joining)
            yield from branches.check_policies(joining, bases, self._requirements_at)
            known = [each for each in self._anchors if each.commit in graph.places]
            moments = [(graph.places[each.commit], each.moment) for each in known]
            yield from branches.check_dates(joining, moments)
            return
        for side in reversed(sides):
            versions = ((path, result.get(path)) for path in side.state.differing_paths(result))
            touched = (replay.Touched(path, *(entry[:2] if entry else ("", ""))) for path, entry in versions)
            changes = changes_of(commit._replace(touched=tuple(touched)), side.state, self._graph.files)
            yield from self._check_step(commit, node, side.state, changes)

    def _renumbering_severity(self, path: str, ancestry: int) -> Severity | None:
        """Return how severe it is that a record was renumbered in favour of another clone's; None if it was unsent then, or may have been."""
        own = max((place for place, _bits in self._additions[path] if ancestry >> place & 1), default=None)
        if own is None:
            return None
        unaware = [at for at, bits in self._additions[path] if not (ancestry >> at & 1 or bits >> own & 1)]
        limit = self.commits[own].moment_committed + MAX_DELAY
        is_late = bool(unaware) and all(self.commits[at].moment_committed >= limit for at in unaware)
        is_verified = any(each >> own & 1 and each | ancestry != each for each in self._verified)
        return "error" if is_late and is_verified else "warning" if is_late or is_verified else None

    def _is_added_twice(self, path: str) -> bool:
        """Return whether two sides that did not know of each other have entered the same file."""
        additions = self._additions[path]
        return any(
            not ancestry >> place & 1
            for index, (_place, ancestry) in enumerate(additions)
            for place, _line in additions[:index]
        )

    def _check_renumberings(self) -> Findings:
        """Yield renumberings of numbers that no other clone has published, or only long after they were known."""
        filled_paths: set[str] = set()
        for place, added, removed, up, ancestry in reversed(self._moves):
            # Justified: another clone has published the number; or the number had to make room for one so renumbered; or a
            # lower number was free again, because another clone took its own back.
            is_free_again = not up and any(len(self._additions[path]) > 1 for path in added | removed)
            values = {"id": place.id or place.path}
            if is_free_again or filled_paths & removed or any(map(self._is_added_twice, added | removed)):
                filled_paths |= added
                if severity := self._renumbering_severity(place.path, ancestry):
                    message = _(
                        "{id} was renumbered to make room for another, although its number had long been known"
                    )
                    yield RULES["renumbered"].finding(place, message.format(**values), "", severity)
                continue
            message = _("{id} was renumbered, but no other clone has assigned that number")
            yield RULES["renumbered"].finding(place, message.format(**values))

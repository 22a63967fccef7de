"""The audit log's entries, its end, and the proofs that outsiders check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from huanqiong.core.merkle import consistency_proof, inclusion_proof
from huanqiong.desk.trust.log import thinned
from huanqiong.desk.trust.models import LogCheckpoint, LogEntry, LogMark, LogNode, LogState, Person
from huanqiong.desk.trust.note import parse_checkpoint, read_note, read_signature
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.trust.sequencer import NODE_STEP, lag_s
from huanqiong.desk.trust.suites import suite_of


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry: who did what to which record. `actor` is a person's code, `actor_name` what to show.

    `seq`: its place in the log; None while it waits for one.
    """

    seq: int | None
    at: datetime
    actor: str
    actor_name: str
    act: str
    subject: str
    details: dict[str, Any]
    leaf: str


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The end of the log: how many entries have their place, the root over them, what still waits.

    Before the first round `log` is empty and `size` 0.
    """

    log: str
    suite: str
    size: int
    root: str
    signed_at: datetime | None
    waiting: int
    lag_s: float


def audit(
    *,
    after: int = 0,
    before: int | None = None,
    actor: str = "",
    act: str = "",
    subject: str = "",
    limit: int = 100,
) -> list[AuditRow]:
    """Entries newest first, those that wait for their place before all others; see `access_audit`."""
    asked = Q()
    if actor:
        asked &= Q(actor=actor)
    if act:
        asked &= Q(act__startswith=act)
    if subject:
        asked &= Q(subject=subject)
    placed = Q(seq__gt=after) & (Q(seq__lt=before) if before is not None else Q())
    waiting = LogEntry.objects.filter(asked, seq=None).order_by("-id")[:limit] if before is None else ()
    entries = list(waiting)
    entries += LogEntry.objects.filter(placed, asked).order_by("-seq")[: limit - len(entries)]
    names = {p.code: p.display_name for p in Person.objects.filter(code__in={e.actor for e in entries})}
    machines = {m.code: m.zh for m in role_book().machines.values()}
    return [
        AuditRow(
            seq=e.seq,
            at=e.at,
            actor=e.actor,
            actor_name=names.get(e.actor) or machines.get(e.actor, e.actor),
            act=e.act,
            subject=e.subject,
            details=_details(e.body),
            leaf=bytes(e.leaf).hex(),
        )
        for e in entries
    ]


def _details(body: str) -> dict[str, Any]:
    """An entry's details; of a body that somebody broke: that it is broken, so that the page still opens."""
    try:
        return dict(json.loads(body)["details"])
    except (ValueError, KeyError, TypeError):
        return {"broken": True}


def log_end() -> LogEnd:
    """The end of the log."""
    waiting, lag = LogEntry.objects.filter(seq=None).count(), lag_s()
    state, point = LogState.objects.first(), LogCheckpoint.objects.order_by("-size").first()
    if state is None or point is None:
        return LogEnd("", "", 0, "", None, waiting, lag)
    root = parse_checkpoint(point.text)[0].root.hex()
    return LogEnd(state.log, state.suite, state.size, root, point.at, waiting, lag)


def entries(upto: int) -> Iterator[tuple[int, str, bytes]]:
    """(seq, body, leaf) of the entries 1 to `upto`, in order."""
    q = LogEntry.objects.filter(seq__lte=upto).order_by("seq").values_list("seq", "body", "leaf")
    return ((seq, body, bytes(leaf)) for seq, body, leaf in q.iterator(chunk_size=5000))


def checked_rows(after: int) -> Iterator[LogEntry]:
    """Whole rows behind place `after`, in order: for whoever compares the columns with what was hashed."""
    return LogEntry.objects.filter(seq__gt=after).order_by("seq").iterator(chunk_size=2000)


def checkpoint(size: int | None = None) -> str | None:
    """The checkpoint over `size` entries (None: the newest), with all cosignatures; None: there is none."""
    q = LogCheckpoint.objects.all() if size is None else LogCheckpoint.objects.filter(size=size)
    point = q.order_by("-size").first()
    return None if point is None else _cosigned(point.text, _marks([point.size]).get(point.size, []))


def checkpoints(upto: int, suite: str) -> Iterator[tuple[int, str, str]]:
    """(size, text, stamp of time or "") for an export of `upto` entries, in order; see `thinned`."""
    points = LogCheckpoint.objects.filter(size__lte=upto).order_by("size")
    keep = thinned(list(points.values_list("size", flat=True)), suite)
    marked = set(LogMark.objects.values_list("checkpoint_id", flat=True))
    marks = _marks(sorted(marked))
    for size, text in points.values_list("size", "text").iterator(chunk_size=5000):
        if size in keep or size in marked:
            stamps = [m.data for m in marks.get(size, []) if m.kind == "timestamp"]
            yield size, _cosigned(text, marks.get(size, [])), (stamps or [""])[0]


def _marks(sizes: list[int]) -> dict[int, list[LogMark]]:
    found: dict[int, list[LogMark]] = {}
    for mark in LogMark.objects.filter(checkpoint_id__in=sizes).order_by("id"):
        found.setdefault(mark.checkpoint_id, []).append(mark)
    return found


def _cosigned(text: str, marks: list[LogMark]) -> str:
    note = read_note(text)
    added = tuple(read_signature(m.data) for m in marks if m.kind == "cosignature")
    return type(note)(note.text, note.signatures + added).whole()


class _Nodes:
    """The tree's nodes as the database holds them: leaves and every eighth level."""

    def __init__(self) -> None:
        self.hasher = suite_of(LogState.objects.values_list("suite", flat=True).get()).hasher
        self.seen: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if (level, index) not in self.seen:
            base = level - level % NODE_STEP
            first, many = index << (level - base), 1 << (level - base)
            row = self._row(base, first, many)
            while len(row) > 1:
                row = [self.hasher.node(row[i], row[i + 1]) for i in range(0, len(row), 2)]
            self.seen[level, index] = row[0]
        return self.seen[level, index]

    def _row(self, level: int, first: int, many: int) -> list[bytes]:
        if level:
            q = LogNode.objects.filter(level=level, index__gte=first, index__lt=first + many)
            return [bytes(h) for h in q.order_by("index").values_list("hash", flat=True)]
        leaves = LogEntry.objects.filter(seq__gt=first, seq__lte=first + many).order_by("seq")
        return [bytes(h) for h in leaves.values_list("leaf", flat=True)]


def proofs_of_inclusion(seqs: Iterable[int], size: int) -> dict[int, list[bytes]]:
    """For each entry, what shows that it is in the tree of `size` entries."""
    nodes = _Nodes()
    return {seq: inclusion_proof(seq - 1, size, nodes, nodes.hasher) for seq in seqs}


def proof_of_consistency(old: int, new: int) -> list[bytes]:
    """What shows that the tree of `new` entries begins with the tree of `old`."""
    nodes = _Nodes()
    return consistency_proof(old, new, nodes, nodes.hasher)


def entries_about(
    subjects: Iterable[str], moments: Iterable[datetime] = (), acts: Iterable[str] = ()
) -> list[tuple[int, str]]:
    """(seq, body) of entries about these subjects, and of these acts at these moments, in order."""
    at = Q(subject__in=list(subjects)) | Q(at__in=list(moments), act__in=list(acts))
    return list(LogEntry.objects.filter(at, seq__isnull=False).order_by("seq").values_list("seq", "body"))

"""Filing names under the keys of the book of boat names, for stores that were filled with another book."""

from __future__ import annotations

from collections.abc import Iterator

from huanqiong.desk.registry.acts.bulk import add_terms
from huanqiong.desk.registry.models import SearchTerm
from huanqiong.desk.registry.names import NAME_KEY, NAMES, filed_book
from huanqiong.desk.registry.search import key_terms
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor
from huanqiong.lines.names.book import book

CHUNK = 500


def file_names(*, by: Actor) -> int:
    """Files every name under the keys of today's book, once a book; returns how many keys came or went.

    Names that are recorded are filed at once. This is for those that stood before, and for a changed book;
    the log keeps which book was filed last.
    """
    allow(by, "registry.record")
    if filed_book() == book().mark or not SearchTerm.objects.filter(field__in=NAMES).exists():
        return 0
    with act("registry.file_names", by=by, permission="registry.record") as a:
        if filed_book() == book().mark:  # another process was first
            a.idle = True
            return 0
        changed, vessels = 0, 0
        for some in _vessels():
            names = SearchTerm.objects.filter(vessel_id__in=some, field__in=NAMES)
            wanted = {
                (k.vessel_id, k.norm): k
                for vessel, text in names.values_list("vessel_id", "text")
                for k in key_terms(vessel, text)
            }
            have = SearchTerm.objects.filter(vessel_id__in=some, field=NAME_KEY)
            there = {(v, norm): pk for pk, v, norm in have.values_list("pk", "vessel_id", "norm")}
            gone = [pk for key, pk in there.items() if key not in wanted]
            new = [k for key, k in wanted.items() if key not in there]
            SearchTerm.objects.filter(pk__in=gone).delete()
            add_terms(a, new)
            changed += len(gone) + len(new)
            vessels += len(some)
        a.details = {"book": book().mark, "vessels": vessels, "keys": changed}
    return changed


def _vessels() -> Iterator[list[int]]:
    """Keys of vessels that have a name, in portions."""
    rows = SearchTerm.objects.filter(field__in=NAMES).order_by("vessel_id")
    every = list(rows.values_list("vessel_id", flat=True).distinct())
    return (every[i : i + CHUNK] for i in range(0, len(every), CHUNK))

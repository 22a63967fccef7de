"""The chain of escalation of one store: its own file if it has one, climbed by the clock."""

from __future__ import annotations

from datetime import UTC, datetime

from huanqiong.core.handwritten import read_toml
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.reads import session_counts
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.watch.acts import climb
from huanqiong.desk.watch.chain import Chain, bundled_chain, chain_of
from huanqiong.lake.store import Store


def chain_of_store(store: Store) -> Chain:
    """`rules/chain.toml` of the store, else the bundled chain. InputError names what is wrong and where."""
    file = store.path / "rules" / "chain.toml"
    try:
        return chain_of(read_toml(file, "docs/escalation.md shows a whole file"), str(file))
    except FileNotFoundError:
        return bundled_chain()


def climb_now(store: Store) -> list[int]:
    """Takes every step that is due; returns their ids. Nobody stands watch over an archive.

    Deadlines pass where the store's clock runs; a drill's stands, so only what waits in real time climbs.
    """
    if store.kind == "archive":
        return []
    present = session_counts(role_book().limits(store.kind))
    clock_at = datetime.now(UTC) if store.clock == "live" else None
    return climb(chain_of_store(store), present, by=SYSTEM, clock_at=clock_at)

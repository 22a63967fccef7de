"""The chain of escalation of one store: its own file if it has one, climbed by the clock."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from huanqiong.core.errors import InputError
from huanqiong.core.handwritten import read_toml
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.reads import session_counts
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.watch.acts import climb
from huanqiong.desk.watch.chain import Chain, bundled_chain, chain_of
from huanqiong.lake.store import Store

log = logging.getLogger(__name__)


def chain_of_store(store: Store) -> tuple[Chain, InputError | None]:
    """`rules/chain.toml` of the store, else the bundled chain; of a file that is wrong the bundled chain and
    what is wrong where: a slip of the pen must not leave a distress call without its steps."""
    file = store.path / "rules" / "chain.toml"
    try:
        return chain_of(read_toml(file, "docs/escalation.md shows a whole file"), str(file)), None
    except FileNotFoundError:
        return bundled_chain(), None
    except InputError as wrong:
        return bundled_chain(), wrong


def climbs(store: Store) -> bool:
    """Whether a chain is climbed here: nobody stands watch over an archive."""
    return store.kind != "archive"


def climb_now(store: Store) -> list[int]:
    """Takes every step that is due; returns their ids.

    Deadlines pass where the store's clock runs; a drill's stands, so only what waits in real time climbs.
    """
    if not climbs(store):
        return []
    present = session_counts(role_book().limits(store.kind))
    clock_at = datetime.now(UTC) if store.clock == "live" else None
    chain, wrong = chain_of_store(store)
    if wrong is not None:
        log.error("the bundled chain climbs, not the store's own: %s", wrong)
    return climb(chain, present, by=SYSTEM, clock_at=clock_at)

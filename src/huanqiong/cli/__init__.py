"""The command line: one file a verb group, thin. Heavy modules load inside the verbs that use them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def main() -> None:
    """Entry point of `hq`."""
    from huanqiong.cli.warm import cache_directory
    from huanqiong.core.errors import HuanqiongError

    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_directory()))
    from huanqiong.cli import ui
    from huanqiong.cli.app import app

    try:
        app(prog_name="hq")
    except HuanqiongError as error:
        ui.fail(error)
    except BrokenPipeError:
        # The reader of our output went away (`hq ... | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise SystemExit(0) from None
    except SystemExit as end:
        if not end.code:
            _place_what_waits()
        raise


def _place_what_waits() -> None:
    """What a verb did gets its place in the log before the verb ends; else the next process gives it."""
    sequencer = sys.modules.get("huanqiong.desk.trust.sequencer")
    if sequencer is None:
        return
    from django.db.utils import DatabaseError

    from huanqiong.core.errors import HuanqiongError
    from huanqiong.lake.store import open_store

    with suppress(DatabaseError, HuanqiongError, OSError):
        sequencer.sequence(open_store(os.environ["HUANQIONG_STORE"]).keys)

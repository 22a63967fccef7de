"""The command line: one file a verb group, thin. Heavy modules load inside the verbs that use them."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huanqiong.core.errors import HuanqiongError

_REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


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
    except Exception as error:  # noqa: BLE001  what has no words is raised again
        ui.fail(_in_words(error))


def _in_words(error: Exception) -> HuanqiongError:
    """What disk or records' database refused, in words: full, away, not this user's. Else raises it."""
    from huanqiong.core.errors import HuanqiongError

    if isinstance(error, OSError) and error.filename and error.errno in _REFUSALS:
        return HuanqiongError(
            f"{os.path.abspath(error.filename)}: {error.strerror}. "
            "Work in a directory that this user may write, with room on its disk, and call again."
        )
    utils = sys.modules.get("django.db.utils")
    if utils is None or not isinstance(error, utils.OperationalError):
        raise error
    said = (str(error).strip().splitlines() or ["no reason given"])[0]
    return HuanqiongError(
        f"The records could not be read or written: {said}. Of what was under way nothing was kept; "
        "`hq doctor` says what is wrong, then call again."
    )


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

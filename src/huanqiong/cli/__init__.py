"""The command line: one file a verb group, thin. Heavy modules load inside the verbs that use them."""

from __future__ import annotations

import os


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

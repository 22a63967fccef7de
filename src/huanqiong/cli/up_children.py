"""The processes that `hq up` starts: the web, several of them, and one worker."""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli.serve import interrupt_on_signals
from huanqiong.lake.store import open_store

GRACE_S = 5
"""How long answers under way may take when a web process ends; streams are cut and resume elsewhere."""
LOOK_S = 0.5

log = logging.getLogger(__name__)


def web(
    store: Annotated[str, typer.Argument()],
    alive: Annotated[int, typer.Option()],
    listening: Annotated[int, typer.Option()],
) -> None:
    """A web process: pages, API and stream; it reads the live picture from the worker."""
    from huanqiong.cli.django import set_up

    set_up(open_store(store))
    import uvicorn

    from huanqiong.cli.up import leave_with
    from huanqiong.config.asgi import application
    from huanqiong.console.metrics import watch_this_process
    from huanqiong.flows import sea_mirror

    sea_mirror.follow(Path(os.environ["HUANQIONG_RUN"]) / "sea.sock")
    watch_this_process()
    leave_with(alive)
    server = uvicorn.Server(
        uvicorn.Config(
            application, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_S
        )
    )
    # uvicorn raises the signal that stopped it again: it must reach us as an exception, not end us.
    interrupt_on_signals()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[socket.socket(fileno=listening)])


def worker(
    store: Annotated[str, typer.Argument()],
    alive: Annotated[int, typer.Option()],
    feed: Annotated[list[str] | None, typer.Option()] = None,
) -> None:
    """The worker process: feeds with their detectors, the log's sequencer, the jobs."""
    from huanqiong.cli.django import set_up

    opened = open_store(store)
    set_up(opened)
    from huanqiong.cli.up import leave_with
    from huanqiong.desk.trust.sequencer import Sequencer
    from huanqiong.flows import jobs, sea_live
    from huanqiong.flows.sea_mirror import Publisher

    stop = threading.Event()
    threads = {
        "sequencer": threading.Thread(target=Sequencer(opened.keys).run, args=(stop,), name="sequencer"),
        "jobs": threading.Thread(target=jobs.run, args=(stop, jobs.jobs_of(opened)), name="jobs"),
    }
    interrupt_on_signals()
    leave_with(alive)
    for thread in threads.values():
        thread.daemon = True
        thread.start()
    desk = sea_live.start(opened, feed or [])
    publisher = Publisher(desk, Path(os.environ["HUANQIONG_RUN"]) / "sea.sock").start()
    ended = ""
    try:
        while not ended:
            stop.wait(LOOK_S)
            parts = {name: t.is_alive() for name, t in threads.items()} | {"feed": desk.alive()}
            ended = next((name for name, lives in parts.items() if not lives), "")
    except KeyboardInterrupt:
        pass
    finally:
        publisher.stop()
        desk.stop()
        # Last, so that the acts of ending find their place in the log.
        stop.set()
        for thread in threads.values():
            thread.join(timeout=10)
    if ended:
        log.error("the worker's %s ended by itself: the process ends and is started again", ended)
    logging.shutdown()
    # A thread may still be compiling detectors, and LLVM aborts when the interpreter ends under it.
    os._exit(1 if ended else 0)

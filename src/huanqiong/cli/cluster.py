"""A PostgreSQL of one's own in a temporary directory: for tests and benches, gone when they end.

It keeps what it commits (fsync on), listens on the loopback on a port of its own and lets in only who knows
the password made for it. PostgreSQL refuses to run as root, so root hands it to an unprivileged user.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from huanqiong.core.errors import HuanqiongError, MissingError

PLACES: Final = (Path("/usr/lib/postgresql/15/bin"), Path("/usr/lib/postgresql/16/bin"))
"""Where Debian puts the server's programs, which are not on the path."""
USERS: Final = ("postgres", "nobody")
"""Whom root hands the server to: the first of them that this machine has."""
NAME: Final = "huanqiong"


def binaries() -> Path | None:
    """The directory of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    places = [*PLACES, *([Path(found).resolve().parent] if found else [])]
    return next((p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


def owner() -> str | None:
    """The unprivileged user the server runs as; None: the caller is one himself."""
    if os.geteuid() != 0:
        return None
    there = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in USERS if name in there), None)
    if found is None:
        raise MissingError(f"PostgreSQL does not run as root, and there is no user {' or '.join(USERS)}.")
    return found


@dataclass
class Cluster:
    """A running server. `url` holds its password; `database(name)` is another database of the same server."""

    root: Path
    port: int
    password: str = field(repr=False)
    user: str | None
    bin: Path

    @property
    def url(self) -> str:
        return self.database("postgres")

    def database(self, name: str) -> str:
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{self.port}/{name}"

    def run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a program of the server as its owner."""
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self.root,
            check=False,
            **_as(self.user),
        )
        if check and done.returncode:
            raise HuanqiongError(f"{program} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        log = self.root / "server.log"
        with log.open("ab") as output:  # pg_ctl's child keeps our pipes open otherwise
            done = subprocess.run(
                [str(self.bin / "pg_ctl"), "-D", str(self.root / "data"), "-w", "-t", "60", "start"],
                stdout=output,
                stderr=output,
                cwd=self.root,
                check=False,
                # A session of its own: Ctrl-C at the terminal reaches us, and we stop the server.
                start_new_session=True,
                **_as(self.user),
            )
        if done.returncode:
            raise HuanqiongError(f"The temporary PostgreSQL did not start:\n{log.read_text()[-2000:]}")

    def stop(self, mode: str = "fast") -> None:
        """Stops the server; nothing where it has ended already."""
        self.run("pg_ctl", "-D", str(self.root / "data"), "-m", mode, "-w", "stop", check=False)

    def pid(self) -> int:
        """The server's first process."""
        return int((self.root / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def _as(user: str | None) -> dict[str, Any]:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """A fresh server, stopped and removed at the end however that comes. `settings`: lines of its conf."""
    place = binaries()
    if place is None:
        raise MissingError("PostgreSQL's server is not installed here: apt install postgresql-15")
    root = Path(tempfile.mkdtemp(prefix="hq-pg-"))
    made = Cluster(root, _free_port(), secrets.token_urlsafe(18), owner(), place)
    try:
        _make(made, settings)
        made.start()
        yield made
    finally:
        made.stop("immediate")
        shutil.rmtree(root, ignore_errors=True)


def _make(made: Cluster, settings: tuple[str, ...]) -> None:
    word = made.root / "password"
    word.touch(mode=0o600)
    word.write_text(made.password)
    if made.user is not None:
        for path in (made.root, word):
            shutil.chown(path, made.user, pwd.getpwnam(made.user).pw_gid)
    # initdb's own sync would only guard a data directory that is thrown away anyway.
    made.run(
        *("initdb", "-D", str(made.root / "data"), "-U", NAME, "-E", "UTF8", "--locale", "C.UTF-8"),
        *("-A", "scram-sha-256", "--pwfile", str(word), "--no-sync"),
    )
    word.unlink()
    lines = [
        "listen_addresses = '127.0.0.1'",
        f"port = {made.port}",
        f"unix_socket_directories = '{made.root}'",
        "max_connections = 120",
        "fsync = on",
        "synchronous_commit = on",
        "full_page_writes = on",
        *settings,
    ]
    with (made.root / "data" / "postgresql.conf").open("a", encoding="utf-8") as f:
        f.write("\n" + "\n".join(lines) + "\n")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])

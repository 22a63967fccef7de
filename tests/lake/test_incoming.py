"""What arrived is on the disk before anything else: a part survives its process, whatever was torn."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huanqiong.lake.incoming import Part, forget, leftovers
from huanqiong.lake.objects import Objects

AT = datetime(2026, 5, 1, 8, 0, 0, 250_000, tzinfo=UTC)
DIES = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from huanqiong.lake.incoming import Part
part = Part(Path(sys.argv[1]))
part.add(b"one\\n", datetime(2026, 5, 1, 8, tzinfo=UTC), "a:1")
part.add(b"two\\n", datetime(2026, 5, 1, 8, 1, tzinfo=UTC), "b:2")
part.sync()
part.add(b"never synced\\n", datetime(2026, 5, 1, 8, 2, tzinfo=UTC), "a:1")
os.kill(os.getpid(), 9)
"""


def two_pieces(directory: Path) -> Part:
    part = Part(directory)
    assert part.add(b"first\n", AT, "127.0.0.1:5") == 0
    assert part.add(b"second\n", AT + timedelta(seconds=1), "host with space:6") == 6
    part.sync()
    return part


def test_an_open_part_is_nobody_elses_and_a_closed_one_is_left_over(tmp_path: Path) -> None:
    part = two_pieces(tmp_path)
    assert list(leftovers(tmp_path)) == []
    part.close()
    [(path, pieces)] = leftovers(tmp_path)
    assert [(p.offset, p.arrived, p.sender, p.data) for p in pieces] == [
        (0, AT, "127.0.0.1:5", b"first\n"),
        (6, AT + timedelta(seconds=1), "host with space:6", b"second\n"),
    ]
    forget(path)
    assert not list(tmp_path.iterdir())


def test_a_sealed_part_is_an_object_and_goes(tmp_path: Path) -> None:
    part = two_pieces(tmp_path / "in")
    objects = Objects(tmp_path / "objects")
    sha = part.seal(objects)
    assert part.seal(objects) == sha
    part.close()
    part.drop()
    with objects.open(sha) as f:
        assert f.read() == b"first\nsecond\n"
    assert not list((tmp_path / "in").iterdir())


@pytest.mark.faults
def test_a_killed_process_leaves_what_it_had_synced(tmp_path: Path) -> None:
    process = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], check=False)
    assert process.returncode == -9
    [(_, pieces)] = leftovers(tmp_path)
    assert [(p.data, p.sender) for p in pieces] == [(b"one\n", "a:1"), (b"two\n", "b:2")]


def test_torn_arrival_lines_lose_no_bytes(tmp_path: Path) -> None:
    part = two_pieces(tmp_path)
    part.close()
    whole = part.arrivals.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole) + 1):
        part.arrivals.write_bytes(whole[:cut])
        [(_, pieces)] = leftovers(tmp_path)
        assert b"".join(p.data for p in pieces) == b"first\nsecond\n", cut
        assert pieces[0].offset == 0


def test_an_arrival_line_whose_bytes_never_came_is_no_piece(tmp_path: Path) -> None:
    part = two_pieces(tmp_path)
    part.close()
    part.path.write_bytes(b"fir")
    [(_, pieces)] = leftovers(tmp_path)
    assert [p.data for p in pieces] == [b"fir"]


def test_bytes_without_arrivals_are_kept_with_the_files_time(tmp_path: Path) -> None:
    part = two_pieces(tmp_path)
    part.close()
    part.arrivals.write_bytes(b"")
    [(path, pieces)] = leftovers(tmp_path)
    assert [p.data for p in pieces] == [b"first\nsecond\n"]
    assert abs(pieces[0].arrived.timestamp() - path.stat().st_mtime) < 1

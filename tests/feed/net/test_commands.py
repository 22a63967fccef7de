"""`hq sea replay`, `fetch` and `live` as processes: output, exit status, Ctrl-C."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner
from web_server import Served, serving

from huanqiong.cli.sea import fetch, live, replay
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.feed.net.encode import position_sentences, tagged
from huanqiong.feed.net.listen import Listener
from huanqiong.feed.net.stamps import to_us
from huanqiong.lines.sea.message import decode

T = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
PROGRAM = """
import sys, typer
from huanqiong.cli import ui
from huanqiong.cli.sea import fetch, live, replay
from huanqiong.core.errors import HuanqiongError
app = typer.Typer(pretty_exceptions_enable=False)
for verb in (replay.replay, fetch.fetch, live.live):
    app.command(verb.__name__)(verb)
try:
    app()
except HuanqiongError as error:
    ui.fail(error)
"""


def started(*words: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | env,
    )


def ran(*words: str, **env: str) -> tuple[int, str, str]:
    out, err = (process := started(*words, **env)).communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    rows = [{"mmsi": 413000001, "t": T + timedelta(minutes=n), "lat": 20.1, "lon": 110.2} for n in range(60)]
    table = conform(pa.Table.from_pylist(rows, schema=POSITIONS), POSITIONS)
    file = tmp_path / "hour.nmea"
    file.write_bytes(
        b"".join(
            tagged(s, to_us(r["t"]))
            for s, r in zip(position_sentences(table), rows, strict=True)
            if s is not None
        )
    )
    return file


def test_replay_counts_and_speaks_json(recording: Path) -> None:
    with Listener(["tcp-listen://:0"]) as listener:
        host, port = next(iter(listener.bound.values()))
        status, out, err = ran(
            "replay", str(recording), "--to", f"tcp://{host}:{port}", "--speed", "36000", "--json"
        )
    assert (status, json.loads(out)["lines"]) == (0, 60)
    assert "Sent 60 lines" in err
    assert "2026-03-01 06:30:00 to 2026-03-01 07:29:00 UTC" in err
    assert b"".join(p.data for b in listener.batches() for p in b.pieces) == recording.read_bytes()


def test_replay_ends_cleanly_on_ctrl_c(recording: Path) -> None:
    with Listener(["udp://:0"]) as listener:
        host, port = next(iter(listener.bound.values()))
        process = started("replay", str(recording), "--to", f"udp://{host}:{port}", "--speed", "1")
        assert listener.take(30) is not None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Stopped after 1 lines" in err
    assert "Traceback" not in err


def test_wrong_words_and_absent_files_say_what_to_do(tmp_path: Path, recording: Path) -> None:
    app = typer.Typer()
    for verb in (replay.replay, fetch.fetch, live.live):
        app.command(verb.__name__)(verb)
    for words, status, said in (
        (("replay", str(tmp_path / "none"), "--to", "udp://:9"), 1, "Check the path"),
        (("replay", str(recording), "--to", "nowhere"), 2, "udp://HOST:PORT"),
        (("replay", str(recording), "--to", "udp://:9", "--rebase", "later"), 2, "only 'now'"),
        (("fetch", "dma", "4 March"), 2, "YYYY-MM-DD"),
        (("fetch", "other", "2025-03-04"), 2, "Known: noaa, dma"),
        (("live", "other"), 2, "Known: digitraffic"),
    ):
        error = CliRunner().invoke(app, words).exception
        assert isinstance(error, HuanqiongError), words
        assert error.exit_code == status
        assert said in str(error)


def test_fetch_prints_the_path_and_the_terms(tmp_path: Path) -> None:
    day = gzip.compress(b"x")  # no zip: must be refused
    with serving(Served({"/aisdata/aisdk-2025-03-04.zip": day})) as served:
        status, out, err = ran(
            "fetch", "dma", "2025-03-04", "-o", str(tmp_path), HUANQIONG_DMA_URL=served.url
        )
        assert (status, out) == (1, "")
        assert "no zip file" in err
        zst = tmp_path / "made.zst"
        with pa.OSFile(str(zst), "wb") as f, pa.CompressedOutputStream(f, "zstd") as packed:
            packed.write(b"mmsi,base_date_time,longitude,latitude\n")
        served.files["/ais/csv2/csv2025/ais-2025-03-04.csv.zst"] = zst.read_bytes()
        status, out, err = ran(
            "fetch", "noaa", "2025-03-04", "-o", str(tmp_path), "--base", served.url, "--unpack"
        )
    assert status == 0
    assert [Path(line).name for line in out.split()] == ["ais-2025-03-04.csv.zst", "ais-2025-03-04.csv"]
    assert "CC0" in err
    assert "SHA-256" in err


def test_live_goes_on_into_a_listening_system(tmp_path: Path) -> None:
    now_ms = to_us(datetime.now(UTC)) // 1000
    feature = {
        "mmsi": 230000001,
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [25.1, 60.1]},
        "properties": {
            "mmsi": 230000001,
            "sog": 10.2,
            "cog": 207.0,
            "navStat": 0,
            "timestampExternal": now_ms,
        },
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        found = {"type": "FeatureCollection", "features": [feature]} if "locations" in handler.path else []
        body = json.dumps(found).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    answers = {"/api/ais/v1/locations": answer, "/api/ais/v1/vessels": answer}
    with serving(Served(answers=answers)) as served, Listener(["tcp-listen://:0"]) as listener:
        host, port = next(iter(listener.bound.values()))
        process = started(
            "live",
            "digitraffic",
            "--base",
            served.url,
            "--to",
            f"tcp://{host}:{port}",
            "-o",
            str(tmp_path),
            "--json",
        )
        batch = listener.take(30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "CC BY 4.0" in err
    assert batch is not None
    (row,) = decode(b"".join(p.data for p in batch.pieces)).positions.to_pylist()
    assert (row["mmsi"], row["lat"], to_us(row["t"]) // 1000) == (230000001, 60.1, now_ms)
    assert json.loads(out)["mmsi"] == 230000001
    assert [p.name.startswith("digitraffic-locations-") for p in tmp_path.glob("*.json")] == [True]

"""Day files from a real server on loopback: resumed, checked, and every refusal in plain words."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from web_server import Served, serving

from huanqiong.core.errors import InputError, IntegrityError, MissingError, UsageError
from huanqiong.feed.net.fetch import Fetched, fetch, origin_file, unpack
from huanqiong.feed.net.sources import NOAA, places, source_named

DAY = date(2025, 3, 4)
TEXT = (
    b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude\n"
    + b"04/03/2025 00:00:00,Class A,2,55,10\n" * 90_000
)
NAME = "aisdk-2025-03-04.zip"


def zipped(
    text: bytes = TEXT, name: str = "aisdk-2025-03-04.csv", packing: int = zipfile.ZIP_STORED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as z:
        z.writestr(name, text)
    return out.getvalue()


ZIP = zipped()
AT = f"/aisdata/{NAME}"


def get(served: Served, out: Path, **options: Any) -> Fetched:
    return fetch("dma", DAY, out, **({"base": served.url, "first_wait_s": 0.01} | options))


def test_a_day_is_fetched_with_its_origin_and_progress(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    with serving(Served({AT: ZIP})) as served:
        got = get(served, tmp_path, progress=lambda *step: steps.append(step))
        assert Path(got.path).read_bytes() == ZIP
        assert got.sha256 == hashlib.sha256(ZIP).hexdigest()
        assert (got.bytes, got.new, got.url) == (len(ZIP), True, served.url + AT)
        assert "Danish Maritime Authority" in got.attribution
        assert json.loads(origin_file(tmp_path / NAME).read_text())["sha256"] == got.sha256
        assert steps[0][0] == f"fetch {NAME}"
        assert max(done for stage, done, _ in steps if stage.startswith("fetch")) == len(ZIP)
        assert all(total == len(ZIP) for stage, _, total in steps if stage.startswith("fetch"))
        again = get(served, tmp_path)
        assert (again.new, again.sha256, len(served.asked)) == (False, got.sha256, 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == [NAME, f"{NAME}.origin.json"]


def test_a_broken_connection_goes_on_where_it_broke(tmp_path: Path) -> None:
    with serving(Served({AT: ZIP}, cut_after=[1_000_000, 500_000, 7])) as served:
        got = get(served, tmp_path)
    assert Path(got.path).read_bytes() == ZIP
    assert [r for _, r in served.asked] == [None, "bytes=1000000-", "bytes=1500000-", "bytes=1500007-"]


def test_a_stopped_fetch_goes_on_in_the_next_command(tmp_path: Path) -> None:
    stop = threading.Event()
    with serving(Served({AT: ZIP})) as served:
        with pytest.raises(MissingError, match=r"aisdk-2025-03-04\.zip\.part is kept"):
            get(served, tmp_path, stop=stop, progress=lambda *_: stop.set())
        part = (tmp_path / f"{NAME}.part").stat().st_size
        assert 0 < part < len(ZIP)
        got = get(served, tmp_path)
        assert served.asked[-1][1] == f"bytes={part}-"
    assert got.sha256 == hashlib.sha256(ZIP).hexdigest()


@pytest.mark.parametrize("change", ["etag", "no ranges"])
def test_a_part_of_another_file_is_never_continued(tmp_path: Path, change: str) -> None:
    with serving(Served({AT: ZIP}, cut_after=[1000, 0, 0, 0, 0, 0, 0])) as served:
        with pytest.raises(MissingError, match="go on from there"):
            get(served, tmp_path)
        served.cut_after.clear()
        other = zipped(TEXT[:1000] + b"another day")
        served.files[AT] = other
        if change == "etag":
            served.etags[AT] = '"two"'
        else:
            served.ranges = False
        got = get(served, tmp_path)
    assert Path(got.path).read_bytes() == other


def test_a_part_that_was_whole_already_is_taken(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(ZIP)
    with serving(Served({AT: ZIP})) as served:
        note = {"url": served.url + AT, "validator": '"one"', "total": len(ZIP)}
        (tmp_path / f"{NAME}.part.json").write_text(json.dumps(note))
        assert get(served, tmp_path).bytes == len(ZIP)


def test_passing_faults_of_the_server_are_waited_for(tmp_path: Path) -> None:
    with serving(Served({AT: ZIP}, statuses=[500, 503, 429])) as served:
        assert get(served, tmp_path).bytes == len(ZIP)
        assert len(served.asked) == 4


def test_a_server_that_stays_broken_is_named(tmp_path: Path) -> None:
    with (
        serving(Served({AT: ZIP}, statuses=[500] * 99)) as served,
        pytest.raises(MissingError, match=r"127\.0\.0\.1 cannot be reached: 500 .*hq sea load FILE"),
    ):
        get(served, tmp_path)


def test_a_day_that_is_not_published_names_every_address(tmp_path: Path) -> None:
    with serving(Served()) as served, pytest.raises(MissingError, match="choose another day") as caught:
        get(served, tmp_path)
    for place in places(source_named("dma"), DAY):
        assert f"{served.url}/{place.path} (404" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_next_address_is_asked_where_the_first_has_nothing(tmp_path: Path) -> None:
    with serving(Served({f"/2025/{NAME}": ZIP})) as served:
        assert get(served, tmp_path).url == f"{served.url}/2025/{NAME}"


def test_no_network_names_host_and_remedy(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(
        MissingError, match=r"127\.0\.0\.1 cannot be reached: Connection refused.*needs a network"
    ):
        fetch("dma", DAY, tmp_path, base=closed, first_wait_s=0.01)
    with pytest.raises(MissingError, match=r"no-such-host\.invalid cannot be reached.*hq sea load FILE"):
        fetch("noaa", DAY, tmp_path, base="http://no-such-host.invalid", first_wait_s=0.01)


def test_a_page_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with (
        serving(Served({AT: b"<html>Sign in to the network</html>"})) as served,
        pytest.raises(InputError, match="no zip file"),
    ):
        get(served, tmp_path)
    assert not (tmp_path / NAME).exists()


def test_a_changed_file_is_not_trusted(tmp_path: Path) -> None:
    with serving(Served({AT: ZIP})) as served:
        get(served, tmp_path)
        (tmp_path / NAME).write_bytes(ZIP[:-1] + b"x")
        with pytest.raises(IntegrityError, match="Move it away"):
            get(served, tmp_path)
        origin_file(tmp_path / NAME).unlink()
        with pytest.raises(IntegrityError, match="nothing says where it came from"):
            get(served, tmp_path)


def test_unpacking_zip_zstd_and_names_that_lead_out(tmp_path: Path) -> None:
    packed = tmp_path / NAME
    packed.write_bytes(zipped(name="../../evil.csv", packing=zipfile.ZIP_DEFLATED))
    assert unpack(packed) == [tmp_path / "evil.csv"]
    assert (tmp_path / "evil.csv").read_bytes() == TEXT
    zst = tmp_path / "ais-2025-03-04.csv.zst"
    with pa.OSFile(str(zst), "wb") as f, pa.CompressedOutputStream(f, "zstd") as out:
        out.write(TEXT)
    assert unpack(zst) == [tmp_path / "ais-2025-03-04.csv"]
    assert (tmp_path / "ais-2025-03-04.csv").read_bytes() == TEXT


def test_a_broken_zip_leaves_no_text(tmp_path: Path) -> None:
    packed = tmp_path / NAME
    data = bytearray(zipped(packing=zipfile.ZIP_DEFLATED))
    data[200] ^= 0xFF
    packed.write_bytes(bytes(data))
    with pytest.raises(InputError, match="Fetch it again"):
        unpack(packed)
    assert [p.name for p in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("source", "day", "first", "count"),
    [
        (
            "noaa",
            date(2016, 5, 1),
            "https://noaaocm.blob.core.windows.net/ais/csv2/csv2016/ais-2016-05-01.csv.zst",
            1,
        ),
        (
            "noaa",
            date(2022, 1, 3),
            "https://noaaocm.blob.core.windows.net/ais/csv2/csv2022/ais-2022-01-03.csv.zst",
            2,
        ),
        (
            "noaa",
            date(2024, 1, 1),
            "https://noaaocm.blob.core.windows.net/ais/csv2/csv2024/ais-2024-01-01.csv.zst",
            3,
        ),
        (
            "noaa",
            date(2025, 1, 1),
            "https://noaaocm.blob.core.windows.net/ais/csv2/csv2025/ais-2025-01-01.csv.zst",
            2,
        ),
        ("dma", date(2024, 3, 1), "https://web.ais.dk/aisdata/aisdk-2024-03-01.zip", 3),
    ],
)
def test_addresses_by_year(source: str, day: date, first: str, count: int) -> None:
    found = places(source_named(source), day)
    assert found[0].url() == first
    assert len(found) == count
    assert len({p.url() for p in found}) == count


def test_days_and_names_that_cannot_be() -> None:
    assert any(
        p.url() == "https://coast.noaa.gov/htdata/CMSP/AISDataHandler/2022/AIS_2022_01_03.zip"
        for p in places(NOAA, date(2022, 1, 3))
    )
    with pytest.raises(UsageError, match="begins with 2015-01-01"):
        places(NOAA, date(2014, 12, 31))
    with pytest.raises(MissingError, match=r"aisdk-2021-12\.zip"):
        places(source_named("dma"), date(2021, 12, 5))
    with pytest.raises(UsageError, match="Known: noaa, dma"):
        source_named("kystverket")

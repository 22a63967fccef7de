"""The audit log: durable entries a second, single acts beside bare commits, a full re-audit, proofs.

    hq bench audit [--entries 1000000]

Durable means fsynced: SQLite synchronous=FULL. The sequencer runs in its own thread all the while, as in a
console, so its work is in every figure; a batch counts when it is committed, and the run ends when everything
has its place and is signed. `bare`: the same change of a record in a transaction of its own without a log.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the re-audit")
    parser.add_argument("--batches", type=int, default=300)
    parser.add_argument("--acts", type=int, default=1500)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("HUANQIONG_BENCH_DIR")) as home:
        os.environ["HUANQIONG_HOME"] = home
        from huanqiong.lake.store import create_store

        create_store("bench", kind="live", title_zh="测", title_en="Bench")
        from huanqiong.cli.django import open_records

        store = open_records("bench")
        batches(store.keys, given.batches)
        singles(store.keys, given.acts)
        reaudit(store.keys, given.entries, Path(home))


def batches(keys: Path, n: int) -> None:
    """Entries a second in batches of 100, until the last is placed and signed."""
    from huanqiong.desk.trust import reads
    from huanqiong.desk.trust.act import act, together
    from huanqiong.desk.trust.actor import SYSTEM
    from huanqiong.desk.trust.sequencer import Sequencer, wait_until_placed

    sequencer = Sequencer(keys).start()
    lags, begun = [], time.perf_counter()
    for batch in range(n):
        with together():
            for i in range(100):
                with act("bench.do", by=SYSTEM, subject=f"thing:{i}", details={"batch": batch}):
                    pass
        if batch % 10 == 0:
            lags.append(reads.log_end().lag_s)
    committed = time.perf_counter() - begun
    assert wait_until_placed(60)
    placed = time.perf_counter() - begun
    sequencer.stop()
    print("| durable entries in batches of 100 | entries/s |")
    print("| --- | ---: |")
    print(f"| committed | {n * 100 / committed:,.0f} |")
    print(f"| committed, placed and signed | {n * 100 / placed:,.0f} |")
    print(f"| sequencer's lag meanwhile, median (s) | {statistics.median(lags):.2f} |")
    print(f"| sequencer's lag meanwhile, worst (s) | {max(lags):.2f} |\n")


def singles(keys: Path, n: int) -> None:
    """Acts one by one beside bare commits of the same change, turn about in blocks of 50."""
    from django.db import transaction

    from huanqiong.desk.trust.act import act
    from huanqiong.desk.trust.actor import SYSTEM
    from huanqiong.desk.trust.models import Person
    from huanqiong.desk.trust.sequencer import Sequencer, wait_until_placed

    person = Person.objects.create(username="bench", password="x")

    def bare() -> None:
        with transaction.atomic():
            person.failed += 1
            person.save()

    def logged() -> None:
        with act("bench.do", by=SYSTEM, subject="person:bench") as a:
            person.failed += 1
            person.save()
            a.tell("person", id=1)

    sequencer = Sequencer(keys).start()
    took = {"bare": 0.0, "logged": 0.0}
    for fn in (bare, logged):
        for _ in range(50):
            fn()
    for _ in range(n // 50):
        for name, fn in (("bare", bare), ("logged", logged)):
            begun = time.perf_counter()
            for _ in range(50):
                fn()
            took[name] += time.perf_counter() - begun
            assert wait_until_placed(10)
    sequencer.stop()
    done = n // 50 * 50
    print("| single acts | a second | of bare |")
    print("| --- | ---: | ---: |")
    print(f"| bare commits | {done / took['bare']:,.0f} | 1.00 |")
    print(
        f"| acts with entry and news | {done / took['logged']:,.0f} | {took['bare'] / took['logged']:.2f} |\n"
    )


def reaudit(keys: Path, entries: int, home: Path) -> None:
    """A log of so many entries, made as the sequencer would, exported, and verified from the file."""
    from huanqiong.core.merkle import Frontier, consistency_proof, extends, includes, inclusion_proof
    from huanqiong.desk.trust.canonical import canonical
    from huanqiong.desk.trust.keys import signing_key
    from huanqiong.desk.trust.log import export_lines, thinned, verify
    from huanqiong.desk.trust.note import origin_of, sign_checkpoint
    from huanqiong.desk.trust.suites import suite_of

    key, tree = signing_key(keys, suite_of("intl")), Frontier()
    nodes: dict[tuple[int, int], bytes] = {}
    points: list[tuple[int, str, str]] = []
    keep = thinned(list(range(100, entries + 1, 100)), "intl") | {entries}

    def made():  # type: ignore[no-untyped-def]
        for seq in range(1, entries + 1):
            details = {"log": "bench"} if seq == 1 else {"state": "claimed", "frozen_sha256": f"{seq:064x}"}
            body = canonical({
                "v": 1, "id": f"{seq:016x}", "at": "2026-11-23T08:00:00.000000Z", "actor": "p-3f9c1a2b4d5e",
                "act": "watch.claim", "subject": f"alert:{seq}", "details": details,
            })  # fmt: skip
            leaf = tree.hasher.leaf(body.encode())
            nodes.update({(level, index): h for level, index, h in tree.append(leaf)})
            if seq in keep:
                points.append((seq, sign_checkpoint(origin_of("bench"), seq, tree.root(), key).text, ""))
            yield seq, body, leaf

    whole = list(made())
    file = home / "log.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in export_lines(whole, points, key))
    public = key.public()
    pem = home / "key.pem"
    pem.write_bytes(public.pem())
    command = [sys.executable, "-m", "huanqiong.cli", "audit", "verify", str(file), "--key", str(pem)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    begun_cpu = time.process_time()
    with file.open("rb") as lines:
        found = verify((line[:-1] for line in lines), public)
    took_cpu = time.process_time() - begun_cpu
    assert found.point.size == entries
    print(f"| re-audit of {entries:,} entries, {file.stat().st_size / 1e6:,.0f} MB | |")
    print("| --- | ---: |")
    print(f"| `hq audit verify`: every byte, hash, {found.checkpoints:,} signatures | {took:.2f} s |")
    print(f"| the same in one process, its processor's time | {took_cpu:.2f} s |")
    asked = range(0, entries, max(1, entries // 2000))
    begun = time.perf_counter()
    for i in asked:
        proof = inclusion_proof(i, entries, lambda a, b: nodes[a, b])
        assert includes(whole[i][2], i, entries, proof, found.point.root)
    each_us = (time.perf_counter() - begun) / len(asked) * 1e6
    print(f"| proof of inclusion made and verified, each of {len(asked):,} | {each_us:.0f} µs |")
    half = entries // 2
    proof = consistency_proof(half, entries, lambda a, b: nodes[a, b])
    from huanqiong.core.merkle import root_of

    assert extends(half, entries, root_of(half, lambda a, b: nodes[a, b]), found.point.root, proof)
    print(f"| hashes in the proof from {half:,} to {entries:,} | {len(proof)} |")


if __name__ == "__main__":
    sys.exit(main())

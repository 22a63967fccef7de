"""A store of before boat names were filed under keys: opened, its boats are found in the other script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BEFORE = """
from huanqiong.lake.store import create_store
from huanqiong.cli import django as records
store = create_store("old", kind="live", title_zh="旧", title_en="Old")
records.set_up(store)
records._reach(store)  # over PostgreSQL a store's database is made first
from django.core.management import call_command
call_command("migrate", "registry", "0003", verbosity=0)
from django.db import connection
with connection.cursor() as c:
    c.execute(
        "INSERT INTO registry_vessel (code, holder, name_zh, name_en, home_port, flag, note, mmsi, said_name,"
        " said_callsign, created_at) VALUES ('v-1', 'ship', %s, '', '', '', '', 412000001, '', '', %s)",
        ["琼临渔911479", "2026-11-23 00:00:00+00:00"])
    c.execute("INSERT INTO registry_searchterm (vessel_id, field, text, norm)"
              " SELECT id, 'name_zh', name_zh, name_zh FROM registry_vessel")
"""
AFTER = """
from huanqiong.cli.django import open_records
open_records("old")
from django.db import connection
from huanqiong.desk.registry.names import filed_book
from huanqiong.desk.registry.search import search
from huanqiong.desk.trust.models import LogEntry
from huanqiong.lines.names.book import book
for q in ("QIONG LIN YU 911479", "临渔", "911479"):
    assert [h.row.mmsi for h in search(q)] == [412000001], q
assert filed_book() == book().mark
print(LogEntry.objects.filter(act="registry.file_names").count())
"""


def test_names_of_an_older_store_are_filed_once_as_it_opens(hq_home: Path) -> None:
    for code in (BEFORE, AFTER, AFTER):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "1"

"""Opens Django on one store, for the verbs that need records."""

from __future__ import annotations

import os

from huanqiong.core.errors import UsageError
from huanqiong.lake.store import Store, create_store, open_store, stores


def open_records(name: str | None = None) -> Store:
    """Sets Django up on the named store (or the only one) and brings its tables up to date.

    A home without any store gets its first, `main`, live.
    """
    if name is None:
        have = stores()
        if len(have) > 1:
            raise UsageError(f"Name a store with --store: {', '.join(have)}")
        if not have:
            create_store("main", kind="live", title_zh="主库", title_en="Main store")
        name = have[0] if have else "main"
    store = open_store(name)
    os.environ["HUANQIONG_STORE"] = store.name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanqiong.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return store

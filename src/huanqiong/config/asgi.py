"""The ASGI application."""

from __future__ import annotations

import os
import threading
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanqiong.config.settings")
# WhiteNoise hands small local files to Django as plain iterators; reading them at once is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
_django = get_asgi_application()

from huanqiong.console.bodies import bounded  # noqa: E402  needs the apps

application = bounded(_django)


def _warm() -> None:
    """Reads what the first page needs while nobody waits for it yet."""
    from huanqiong.console.house import warm

    warm()


if os.environ.get("HUANQIONG_STORE"):
    threading.Thread(target=_warm, name="warm", daemon=True).start()

"""Django's settings, composed from the environment: `HUANQIONG_HOME`, `HUANQIONG_STORE`.

A process opens one store: its records are the only database the process can reach.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from huanqiong.config.records import postgresql, sqlite
from huanqiong.lake.store import database_url, home, open_store

STORE_NAME = os.environ.get("HUANQIONG_STORE", "")
STORE_PATH = home() / "stores" / STORE_NAME if STORE_NAME else None


def _secret() -> str:
    """A random key kept in the home, made once; in a process without a store a throw-away one."""
    if STORE_PATH is None or not STORE_PATH.is_dir():
        return secrets.token_urlsafe(48)
    file = STORE_PATH / "keys" / "web.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(new, file)
        new.unlink()
    return file.read_text().strip()


SECRET_KEY = _secret()
DEBUG = os.environ.get("HUANQIONG_DEBUG") == "1"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
ALLOWED_HOSTS = os.environ.get("HUANQIONG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
# The machine itself may always ask how we are.
ALLOWED_HOSTS += [name for name in LOOPBACK if name not in ALLOWED_HOSTS]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "huanqiong.config.allauth_apps.AllauthAccounts",
    "allauth.mfa",
    "huanqiong.desk.trust",
    "huanqiong.desk.registry",
    "huanqiong.desk.watch",
    "huanqiong.console",
]
MIDDLEWARE = [
    "huanqiong.console.journal.JournalMiddleware",
    "huanqiong.console.metrics.MetricsMiddleware",
    "huanqiong.console.security.ContentPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "huanqiong.console.language.LanguageMiddleware",
    "huanqiong.console.bodies.BodiesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huanqiong.console.gate.GateMiddleware",
    "huanqiong.console.limits.LimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CSRF_FAILURE_VIEW = "huanqiong.console.pages.csrf_failed"
ROOT_URLCONF = "huanqiong.config.urls"
ASGI_APPLICATION = "huanqiong.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "huanqiong.console.context.page",
            ]
        },
    }
]
_URL = database_url(STORE_PATH or home() / "none")
DATABASES = {"default": postgresql(_URL) if _URL else sqlite(STORE_PATH and STORE_PATH / "records.sqlite3")}
AUDIT_SUITE = open_store(STORE_NAME).suite if STORE_PATH is not None and STORE_PATH.is_dir() else "intl"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "trust.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Second factors: allauth keeps and checks them, our own pages and acts lead to them.
MFA_ADAPTER = "huanqiong.config.second_factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # steps of 30 s a phone's clock may be off; source: RFC 6238 section 5.2
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
PASSKEY_HOST = ALLOWED_HOSTS[0]  # the name passkeys are bound to: the first of HUANQIONG_HOSTS
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
# Cookies are shared between ports of one host: each store has names of its own.
# Behind TLS the browser itself holds them to this host and to encrypted connections (__Host-, RFC 6265bis).
TLS = os.environ.get("HUANQIONG_TLS") == "1"
_COOKIE = f"{'__Host-' if TLS else ''}hq_{STORE_NAME or 'x'}"
SESSION_COOKIE_NAME = f"{_COOKIE}_session"
CSRF_COOKIE_NAME = f"{_COOKIE}_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)/?$"]  # asked for on the loopback
SECURE_HSTS_SECONDS = 63_072_000 if TLS else 0  # two years; source: hstspreload.org
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "console" / "locale"]
LANGUAGE_COOKIE_NAME = "hq_lang"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "huanqiong.console.secrets_filter.NoSecrets"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "huanqiong.console.journal.JsonLine"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["secrets"],
            "formatter": "json" if os.environ.get("HUANQIONG_LOG") == "json" else "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A line for each answer only where a journal takes them.
    "loggers": {
        "huanqiong": {"level": "INFO" if os.environ.get("HUANQIONG_LOG") == "json" else "WARNING"},
        # Django would log every refusal with its address; ours is logged under its route.
        "django.request": {"level": "ERROR"},
    },
}

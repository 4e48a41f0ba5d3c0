"""Django's settings for Jobsite. Everything a lab may set is read from the environment in the first block."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

import jobsite.startup  # noqa: F401  # Django sets TZ once it has read this file
from jobsite.addresses import cookie_name, read_hosts, read_path
from jobsite.durations import DAY_S, read_setting_s
from jobsite.lab.address import find_lab
from jobsite.lab.shared_folder import shared_folder
from jobsite.one_line import LOG_LINES
from jobsite.secret import keep_private, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Read from the environment ---------------------------------------------------------------------------------------
JOBSITE_HOME = Path(os.environ.get("JOBSITE_HOME") or BASE_DIR / ".jobsite")
"""Where the site keeps what is its own: the secret key, and the SQLite file unless DATABASE_URL says otherwise."""
LAB = find_lab(os.environ, Path.cwd(), Path.home())
LAB_BANNER = os.environ.get("JOBSITE_BANNER", "")
"""A word beside the server's name on every page; `production` colours it."""
DEBUG = os.environ.get("JOBSITE_DEBUG", "") == "1"
ALLOWED_HOSTS = read_hosts(os.environ.get("JOBSITE_ALLOWED_HOSTS", ""))
BEHIND_HTTPS = os.environ.get("JOBSITE_HTTPS", "") == "1"
SITE_PATH = read_path(os.environ.get("JOBSITE_PATH") or os.environ.get("SCRIPT_NAME", ""))
"""Below which path of its host the site is found; SCRIPT_NAME is what gunicorn calls it."""
SESSION_COOKIE_AGE = read_setting_s("JOBSITE_SESSION", os.environ.get("JOBSITE_SESSION") or "12h")
"""How long somebody who does nothing stays logged in."""
SHARED_S = read_setting_s("JOBSITE_SHARED", os.environ.get("JOBSITE_SHARED") or "4s", may_be_nothing=True)
"""How long what a page has read of the lab's server is shown to all viewers."""
DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{JOBSITE_HOME / 'site.sqlite3'}"
SECRET_KEY = os.environ.get("JOBSITE_SECRET_KEY") or secret_key(JOBSITE_HOME / "secret_key")
# ---------------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "jobsite",
    "jobsite.activity",
    "jobsite.seen",
    "jobsite.accounts",
    "jobs",
    "connections",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "jobsite.pages.origins.HttpsMiddleware",
    # A list of fifty jobs is 74 kB of much the same markup. Above WhiteNoise, so that htmx shrinks too.
    "django.middleware.gzip.GZipMiddleware",
    "jobsite.pages.static_files.StaticFilesMiddleware",
    "jobsite.pages.answers.PrivatePagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "jobsite.pages.origins.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "jobsite.pages.logging_in.IdleLimitMiddleware",
    "jobsite.accounts.middleware.ZoneMiddleware",
    "jobsite.accounts.middleware.VisitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jobsite.seen.middleware.SeenMiddleware",
    "jobsite.pages.middleware.DeadlineMiddleware",
    "jobsite.pages.middleware.SharedReadsMiddleware",
    "jobsite.pages.middleware.ServerErrorMiddleware",
    "jobsite.pages.middleware.WrongMethodMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jobsite.urls"
WSGI_APPLICATION = "jobsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jobsite.pages.http.banner",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets may have templates of ours

DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL), "lab": LAB.as_database()}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Who writes waits for others who do, from a transaction's first statement on: one that has read before it may write
    # is refused at once otherwise. Whoever reads waits for nobody in a write-ahead log (SQLite, "Write-Ahead Logging").
    # Each thread keeps its connection: the last one that is closed writes the log back, which takes the disk's time.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        **DATABASES["default"].get("OPTIONS", {}),
    }
    if DATABASES["default"]["NAME"] != ":memory:":
        keep_private(Path(str(DATABASES["default"]["NAME"])))
DATABASE_ROUTERS = ["jobsite.lab.router.LabRouter"]
# What was read of the lab's server, for all viewers: jobsite.lab.shared_answers.
SHARED_FOLDER = shared_folder(JOBSITE_HOME)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "lab": {"BACKEND": "jobsite.lab.shared_files.SharedFiles", "LOCATION": SHARED_FOLDER},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# A log-in is refused by name and address together: a lab behind one address is never locked out as a whole.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "jobsite.pages.logging_in.client_address"
AXES_LOCKOUT_CALLABLE = "jobsite.pages.logging_in.locked_out"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = f"{SITE_PATH}/static/"
# The site serves its own few static files, from where they lie: no collectstatic step.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jobsite.pages.static_files.HashedStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DJANGO_TABLES2_TEMPLATE = "tables/table.html"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
FORCE_SCRIPT_NAME = SITE_PATH or None
SESSION_COOKIE_NAME = cookie_name("session", SECRET_KEY, DATABASE_URL, SITE_PATH)
CSRF_COOKIE_NAME = cookie_name("csrf", SECRET_KEY, DATABASE_URL, SITE_PATH)
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{SITE_PATH}/"
MESSAGES_COOKIE_NAME = cookie_name("messages", SECRET_KEY, DATABASE_URL, SITE_PATH)
MESSAGE_STORAGE = "jobsite.pages.message_storage.MessageStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_HSTS_SECONDS = 30 * DAY_S if BEHIND_HTTPS else 0
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "jobsite.pages.http.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "formatters": {"plain": LOG_LINES},
    "loggers": {
        "jobsite": {"handlers": ["terminal"], "level": "INFO"},
        "django.server": {"handlers": ["terminal"], "level": "INFO", "propagate": False},
        # Django says where a page broke only when DEBUG is on.
        "django.request": {"handlers": ["terminal"], "level": "ERROR"},
        "axes": {"level": "CRITICAL"},  # a failed log-in is one line of ours
    },
}

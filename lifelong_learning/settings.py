"""Settings of every deployment: the environment first, safe values for a clone.

A clone runs in development mode. Outside it (DEBUG=0) the application refuses to start without
SECRET_KEY and ALLOWED_HOSTS. Every variable stands in the table of README.md.
"""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_bool(name: str, default: str) -> bool:
    """The switch `name`: "1" or "0", anything else is refused by name."""
    if (value := os.environ.get(name, default)) not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def env_list(name: str) -> list[str]:
    """The comma-separated list `name`, empty when unset."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def env_int(name: str, default: int) -> int:
    """The whole number `name`, anything else is refused by name."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


# Security --------------------------------------------------------------------------------

DEBUG = env_bool("DEBUG", "1")

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY must be set when DEBUG is 0")
    SECRET_KEY = "development-only-never-used-outside-debug"

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
if not ALLOWED_HOSTS:
    if not DEBUG:
        raise ImproperlyConfigured("ALLOWED_HOSTS must be set when DEBUG is 0")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# Off only where the application itself is reached by plain HTTP, as in the browser tests.
HTTPS = env_bool("HTTPS", "0" if DEBUG else "1")
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env_bool("BEHIND_PROXY", "0")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whose tries are counted: so many last addresses of X-Forwarded-For are of proxies of ours, what
# stands before them anybody can write. With 0 it is who connects.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", int(BEHIND_PROXY))
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],  # Plotly saves a chart as PNG through a blob
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Application -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "institutions",
    "targets",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks_db",
    "import_export",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lifelong_learning.language.middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "lifelong_learning.busy.Middleware",
]

ROOT_URLCONF = "lifelong_learning.urls"
WSGI_APPLICATION = "lifelong_learning.wsgi.application"

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
                "django.template.context_processors.i18n",
                "institutions.scope.context",
                "reports.frame.context",
            ],
        },
    },
]

# Database --------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes its lock at BEGIN and waits for it: with deferred transactions two
        # writers that both read first would fail at once, whatever the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # The stock test database is shared-cache memory, where a second writer fails at once.
    DATABASES["default"]["TEST"] = {
        "NAME": os.environ.get("TEST_DATABASE") or str(BASE_DIR / "var" / "test.sqlite3")
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts --------------------------------------------------------------------------------

AUTH_USER_MODEL = "institutions.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:home"
ACCOUNT_ADAPTER = "institutions.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "institutions.accounts.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# A whole district office sits behind one address: the limit per address is wide, the one per
# account (key) is narrow. Looking up a receipt needs no account and is counted alongside.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "100/5m/ip,10/5m/key",
    "login": "300/m/ip",
    "receipt": "60/m/ip",
}

# Language, time and formats --------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "lifelong_learning" / "locale"]
FORMAT_MODULE_PATH = ["lifelong_learning.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = USE_TZ = True
# Left off: a year would read 2.025. Counts are grouped with |intcomma.
USE_THOUSAND_SEPARATOR = False

# Files -----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT") or BASE_DIR / "var" / "media")
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# Largest report file and plan document, in bytes.
MAX_IMPORT_BYTES = env_int("MAX_IMPORT_MB", 20) * 1024 * 1024
MAX_PLAN_BYTES = env_int("MAX_PLAN_MB", 50) * 1024 * 1024
# Largest file of evidence, in bytes.
MAX_ATTACHMENT_BYTES = env_int("MAX_ATTACHMENT_MB", 20) * 1024 * 1024
# Without JavaScript the entry grid is a form with a field for each cell of one tier.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Pages of a plan document; more is a book, not a plan.
MAX_PLAN_PAGES = env_int("MAX_PLAN_PAGES", 300)

# Long work -------------------------------------------------------------------------------

# Kept in the database and done by `manage.py db_worker`, beside the web server.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Mail, tables, cache ---------------------------------------------------------------------

EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND") or (
    "django.core.mail.backends.console.EmailBackend"
    if DEBUG
    else "django.core.mail.backends.smtp.EmailBackend"
)
# A silent mail server is not to hold up whoever waits for the page.
EMAIL_TIMEOUT = 10
# What addresses in mail begin with: no request tells it there.
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "no-reply@localhost"
DJANGO_TABLES2_TEMPLATE = "includes/table.html"
CACHES = {
    "default": {
        # Counted in the database: memory of one process would let each worker count log-ins anew.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

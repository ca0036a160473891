"""Settings refuse what is missing or misspelt, by name, before anything is served."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "VIRTUAL_ENV")
PRODUCTION = {"DEBUG": "0", "SECRET_KEY": "a-key-of-tests", "ALLOWED_HOSTS": "hoctap.vi-du.vn"}


def load(expression: str = "None", **environment: str) -> subprocess.CompletedProcess:
    """Load the settings in a process with nothing but `environment`, and print `expression`."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"from lifelong_learning import settings; print(repr({expression}))",
        ],
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"DEBUG": "0", "ALLOWED_HOSTS": "vi-du.vn"}, "SECRET_KEY must be set when DEBUG is 0"),
        ({"DEBUG": "0", "SECRET_KEY": "k"}, "ALLOWED_HOSTS must be set when DEBUG is 0"),
        ({"DEBUG": "yes"}, "DEBUG must be 0 or 1, not 'yes'"),
        ({"DEBUG": "True"}, "DEBUG must be 0 or 1, not 'True'"),
        ({"HTTPS": ""}, "HTTPS must be 0 or 1, not ''"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES must be a whole number, not 'one'"),
        ({"BEHIND_PROXY": "on"}, "BEHIND_PROXY must be 0 or 1, not 'on'"),
        ({"MAX_IMPORT_MB": "20 MB"}, "MAX_IMPORT_MB must be a whole number, not '20 MB'"),
        ({"MAX_PLAN_MB": "-1"}, "MAX_PLAN_MB must be a whole number, not '-1'"),
    ],
)
def test_bad_environment_is_refused_by_name(environment, message):
    result = load(**environment)
    assert result.returncode != 0
    assert message in result.stderr


def test_clone_starts_without_any_variable():
    result = load("(settings.DEBUG, settings.DATABASES['default']['ENGINE'])")
    assert result.stdout.strip() == "(True, 'django.db.backends.sqlite3')", result.stderr


def test_production_is_reached_by_https_only():
    result = load(
        "(settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0)",
        **PRODUCTION,
    )
    assert result.stdout.strip() == "(False, True, True, True, True)", result.stderr


def test_proxy_header_is_trusted_only_where_said():
    asked = "getattr(settings, 'SECURE_PROXY_SSL_HEADER', None)"
    assert load(asked, **PRODUCTION).stdout.strip() == "None"
    behind = load(asked, **PRODUCTION, BEHIND_PROXY="1")
    assert behind.stdout.strip() == "('HTTP_X_FORWARDED_PROTO', 'https')", behind.stderr


@pytest.mark.parametrize(
    ("environment", "count"),
    [({}, "0"), ({"BEHIND_PROXY": "1"}, "1"), ({"BEHIND_PROXY": "1", "TRUSTED_PROXIES": "2"}, "2")],
)
def test_tries_are_counted_by_the_address_before_our_proxies(environment, count):
    result = load("settings.ALLAUTH_TRUSTED_PROXY_COUNT", **PRODUCTION, **environment)
    assert result.stdout.strip() == count, result.stderr


def test_database_url_chooses_postgresql():
    result = load(
        "(settings.DATABASES['default']['ENGINE'], settings.DATABASES['default']['NAME'])",
        DATABASE_URL="postgresql://hoctap@db.vi-du.vn:5432/hoctap",
    )
    assert result.stdout.strip() == "('django.db.backends.postgresql', 'hoctap')", result.stderr


def test_lists_are_split_at_commas():
    result = load(
        "settings.ALLOWED_HOSTS", **PRODUCTION | {"ALLOWED_HOSTS": "a.vi-du.vn, b.vi-du.vn,"}
    )
    assert result.stdout.strip() == "['a.vi-du.vn', 'b.vi-du.vn']", result.stderr

"""Static files as production serves them: collected, with hashed names, nothing missing."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

USED = sorted(
    {
        name
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(
            r"{%\s*static\s+[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8")
        )
    }
)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A missing file that a style sheet or script names fails here, as it does at a release."""
    with override_settings(
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {
                "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
            },
        },
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield staticfiles_storage


@pytest.mark.parametrize("name", USED)
def test_file_named_in_a_template_is_collected(collected, name):
    assert re.fullmatch(r".*\.[0-9a-f]{12}\.\w+", collected.stored_name(name))


def test_vendored_files_stand_beside_their_licences():
    vendor = settings.BASE_DIR / "static" / "vendor"
    without = [
        folder.name
        for folder in vendor.iterdir()
        if folder.is_dir() and not [*folder.glob("LICENSE*"), *folder.glob("*LICENSE*")]
    ]
    assert without == []

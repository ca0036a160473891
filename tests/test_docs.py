"""What README.md and docs/ say exists, and what exists is said."""

import re
import shlex

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

ROOT = settings.BASE_DIR
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
ALL_TEXT = "\n".join(DOCS.values())
OUR_COMMANDS = sorted(
    path.stem
    for app in ("institutions", "targets", "reports")
    for path in (ROOT / app / "management" / "commands").glob("[a-z]*.py")
)


def table_after(heading: str) -> list[list[str]]:
    """Rows of the first table under a heading, without its head."""
    part = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def command_lines() -> list[str]:
    """Every `manage.py …` in code of the documents."""
    code = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", ALL_TEXT, re.DOTALL)
    lines = [line for pair in code for part in pair for line in part.splitlines()]
    return sorted({line.split("manage.py ", 1)[1] for line in lines if "manage.py " in line})


def test_settings_table_names_every_variable():
    source = (ROOT / "lifelong_learning" / "settings.py").read_text(encoding="utf-8")
    read = re.findall(r"(?:env_\w+|environ\.get)\(\s*\"([A-Z_]+)\"", source)
    described = [row[0].strip("`") for row in table_after("Settings")]
    assert sorted(described) == sorted(set(read))


def test_every_command_of_ours_is_in_the_table():
    described = [re.search(r"manage\.py (\w+)", row[0])[1] for row in table_after("Commands")]
    assert sorted(described) == OUR_COMMANDS


@pytest.mark.parametrize("line", command_lines())
def test_documented_command_and_its_options_exist(line):
    words = shlex.split(line.replace("[", "").replace("]", ""), comments=True)
    name, options = words[0], [word for word in words[1:] if word.startswith("--")]
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    known = command.create_parser("manage.py", name)._option_string_actions
    assert [option for option in options if option not in known] == []


def test_both_commands_of_the_readme_are_the_promised_ones():
    start = "python3 -m venv .uv && .uv/bin/pip install -q uv && .uv/bin/uv run"
    assert f"\n{start} --no-dev manage.py demo\n" in README
    assert f"\n{start} pytest\n" in README
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").endswith(f"\n{start} pytest\n")


@pytest.mark.parametrize("document", DOCS)
def test_links_and_places_within_the_project_exist(document):
    text = DOCS[document]
    folder = (ROOT / document).parent
    linked = [
        folder / target.partition("#")[0]
        for target in re.findall(r"\]\(([^)]+)\)", text)
        if "://" not in target and not target.startswith("#")
    ]
    named = [
        ROOT / place
        for place in re.findall(r"`([\w./-]+/[\w./-]*)`", text)
        if place.split("/")[0] in {path.name for path in ROOT.iterdir()} - {"var", "db.sqlite3"}
    ]
    assert [str(place) for place in (*linked, *named) if not place.exists()] == []

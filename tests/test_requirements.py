"""requirements.txt pins, with hashes, all that pyproject.toml's dependencies stand on."""

import re
import tomllib
from importlib.metadata import requires

from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TEXT = (settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8")
PIN = re.compile(
    r"^([A-Za-z0-9_.-]+)==([^\s;]+)([^\\\n]*)\\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE
)
PINS = {canonicalize_name(name): version for name, version, _marker, _hashes in PIN.findall(TEXT)}


def direct_requirements() -> list[Requirement]:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(line) for line in project["project"]["dependencies"]]


def all_requirements() -> list[tuple[str, Requirement]]:
    """(who asks, what) for the dependencies and everything below them, on this machine."""
    found: list[tuple[str, Requirement]] = []
    waiting = [("pyproject.toml", requirement) for requirement in direct_requirements()]
    seen = set()
    while waiting:
        asker, requirement = waiting.pop()
        found.append((asker, requirement))
        name = canonicalize_name(requirement.name)
        if (name, extras := frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, extras))
        for line in requires(requirement.name) or ():
            below = Requirement(line)
            if below.marker is None or any(
                below.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            ):
                waiting.append((name, below))
    return found


def test_every_pin_is_read_and_has_hashes():
    assert len(PINS) == len(re.findall(r"^[A-Za-z0-9].*==", TEXT, re.MULTILINE)) > 20


def test_pins_cover_and_satisfy_every_dependency():
    wrong = [
        f"{asker} asks {requirement}, pinned {PINS.get(canonicalize_name(requirement.name))}"
        for asker, requirement in all_requirements()
        if (pin := PINS.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pin)
    ]
    assert wrong == []


def test_pins_name_no_place_of_download():
    """An index is the choice of the machine that installs."""
    assert re.findall(r"^(?:--\S+|-[a-z] ).*|\S*(?:https?|file):\S*", TEXT, re.MULTILINE) == []

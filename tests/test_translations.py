"""The Vietnamese catalogue: complete, compiled, and true to the placeholders of the code.

Needs no gettext: message ids are read from the Python code by its syntax tree and from templates
by Django's own `templatize`. docs/translating.md says how to add a translation.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = settings.BASE_DIR
CATALOGUE = ROOT / "lifelong_learning" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
OURS = ("institutions", "targets", "reports", "lifelong_learning")
# Apps with words on our pages and no Vietnamese, or (Django) an incomplete one.
THEIRS = (
    "allauth",
    "django.contrib.admin",
    "django.contrib.auth",
    "django_filters",
    "django_tables2",
    "import_export",
    "simple_history",
)

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ugettext", "ugettext_lazy"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
PLURAL_CONTEXT = {"npgettext", "npgettext_lazy"}
EVERY = PLAIN | PLURAL | CONTEXT | PLURAL_CONTEXT
IN_TEMPLATE = re.compile(r"\b(?:_|n?p?gettext)\(")

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


class Message(NamedTuple):
    """One id as the code asks for it; `place` is where, for the reader of a failure."""

    context: str | None
    singular: str
    plural: str | None
    place: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.singular


def of_call(call: ast.Call, place: str) -> Message | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in EVERY:
        return None
    texts = [a.value if isinstance(a, ast.Constant) else None for a in call.args]
    if not texts or not isinstance(texts[0], str):
        return None
    if name in PLAIN:
        return Message(None, texts[0], None, place)
    if name in PLURAL:
        return Message(None, texts[0], texts[1], place)
    if name in CONTEXT:
        return Message(texts[0], texts[1], None, place)
    return Message(texts[0], texts[1], texts[2], place)


def in_python(source: str, place: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (found := of_call(node, f"{place}:{node.lineno}")):
            yield found


def in_template(source: str, place: str) -> Iterator[Message]:
    """`templatize` turns a template into calls of gettext between lines of X."""
    code = templatize(source)
    for match in IN_TEMPLATE.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        for end in re.finditer(r"\)", code[match.start() :]):
            try:
                call = ast.parse(code[match.start() : match.start() + end.end()], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call) and (found := of_call(call, f"{place}:{line}")):
                yield found
            break


def read(folder: Path, base: Path) -> Iterator[Message]:
    for path in sorted(folder.rglob("*")):
        if "migrations" in path.parts or "tests" in path.relative_to(base).parts:
            continue
        place = str(path.relative_to(base))
        if path.suffix == ".py":
            yield from in_python(path.read_text(encoding="utf-8"), place)
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            yield from in_template(path.read_text(encoding="utf-8"), place)


@cache
def ours() -> list[Message]:
    return [
        message
        for folder in (*OURS, "templates")
        for message in read(ROOT / folder, ROOT)
        if message.singular
    ]


@cache
def theirs() -> set[tuple[str | None, str]]:
    found = set()
    for name in THEIRS:
        folder = Path(find_spec(name).origin).parent
        found |= {message.key for message in read(folder, folder)}
    return found


@cache
def catalogue() -> dict[tuple[str | None, str], polib.POEntry]:
    return {
        (entry.msgctxt, entry.msgid): entry
        for entry in polib.pofile(str(CATALOGUE), encoding="utf-8")
        if not entry.obsolete
    }


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


# How the ids are found ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('_("Due")', [(None, "Due", None)]),
        ('_("Due " "soon")', [(None, "Due soon", None)]),
        ('gettext_lazy("Due")', [(None, "Due", None)]),
        ('ngettext("%(n)s row", "%(n)s rows", n)', [(None, "%(n)s row", "%(n)s rows")]),
        ('pgettext("of a report", "Due")', [("of a report", "Due", None)]),
        ("_(variable)", []),
    ],
)
def test_ids_are_found_in_python(source, expected):
    assert [(m.context, m.singular, m.plural) for m in in_python(source, "")] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "It\'s due" %}', [(None, "It's due", None)]),
        ('{% translate "Due" context "of a report" %}', [("of a report", "Due", None)]),
        (
            "{% blocktranslate trimmed with n=x %}\n  Row {{ n }} (a)\n{% endblocktranslate %}",
            [(None, "Row %(n)s (a)", None)],
        ),
        (
            "{% blocktranslate count n=x %}{{ n }} row{% plural %}{{ n }}{% endblocktranslate %}",
            [(None, "%(n)s row", "%(n)s")],
        ),
        ('{{ a|default:_("None") }}', [(None, "None", None)]),
    ],
)
def test_ids_are_found_in_templates(source, expected):
    source = "{% load i18n %}" + source
    assert [(m.context, m.singular, m.plural) for m in in_template(source, "")] == expected


# The catalogue -----------------------------------------------------------------------------


def test_every_message_of_ours_is_in_the_catalogue():
    missing = {m.key: m for m in ours() if m.key not in catalogue()}
    lines = [
        f"#: {m.place}\n"
        + (f'msgctxt "{m.context}"\n' if m.context else "")
        + f"msgid {m.singular!r}"
        for m in missing.values()
    ]
    assert not missing, (
        f"{len(missing)} messages lack a Vietnamese translation; add them to {CATALOGUE.name} and "
        "compile it (docs/translating.md):\n\n" + "\n\n".join(lines)
    )


def test_plural_messages_have_their_plural_in_the_catalogue():
    wrong = [
        m
        for m in ours()
        if m.plural and m.key in catalogue() and catalogue()[m.key].msgid_plural != m.plural
    ]
    assert wrong == []


def test_no_translation_is_empty_or_fuzzy():
    unfinished = [
        entry.msgid
        for entry in catalogue().values()
        if entry.fuzzy or not all(text.strip() for text in translations(entry))
    ]
    assert unfinished == []


def test_translations_keep_the_placeholders():
    """A lost placeholder loses a figure; one too many fails when the page is rendered."""
    wrong = {}
    for entry in catalogue().values():
        expected = sorted(set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)))
        for text in translations(entry):
            if sorted(set(PLACEHOLDER.findall(text))) != expected:
                wrong[entry.msgid] = text
    assert wrong == {}


def test_translations_keep_the_space_around():
    """A message that is put together with another keeps its blank or line end."""
    wrong = [
        entry.msgid
        for entry in catalogue().values()
        for text in translations(entry)
        if (entry.msgid[:1].isspace(), entry.msgid[-1:].isspace())
        != (text[:1].isspace(), text[-1:].isspace())
    ]
    assert wrong == []


def test_catalogue_holds_nothing_that_nobody_asks_for():
    asked = {m.key for m in ours()} | theirs()
    stale = sorted(key[1] for key in catalogue() if key not in asked)
    assert stale == []


def test_compiled_catalogue_equals_its_source():
    def content(entries):
        return {(e.msgctxt, e.msgid): translations(e) for e in entries if e.msgid}

    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")), encoding="utf-8")
    assert content(compiled) == content(catalogue().values()), (
        "django.mo is not compiled from django.po: see docs/translating.md"
    )

"""Who imports whom: institutions -> targets -> reports, never backwards; pure modules stay pure."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
LAYERS = ("institutions", "targets", "reports")
# Pure by design; others may join them by saying PURE in their docstring.
PURE = {
    "institutions/names.py",
    "targets/numbers.py",
    "reports/figures/attainment.py",
    "reports/figures/growth.py",
    "reports/importing/diff.py",
    "reports/rounds/checks.py",
}
# The parser reads a text; getting the text out of a file is for documents, also without Django.
WITHOUT_DJANGO = "targets/documents/"
FRAMEWORK = ("django", "allauth", "simple_history", "import_export", "csp", "lifelong_learning")
IMPURE = (*FRAMEWORK, "os", "subprocess", "socket", "urllib", "random", "time")


def modules() -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for app in LAYERS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    )


def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def imported(module: str) -> set[str]:
    """Dotted names of all modules that `module` imports, wherever in the file."""
    package = Path(module).parent.parts
    names = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def is_pure(module: str) -> bool:
    return (
        module in PURE
        or module.startswith(("targets/parsing/", "institutions/sheets/"))
        or "PURE" in (ast.get_docstring(tree(module)) or "")
    )


def breaches(module: str, forbidden: tuple[str, ...]) -> list[str]:
    return sorted(name for name in imported(module) if name.split(".")[0] in forbidden)


@pytest.mark.parametrize("module", modules())
def test_module_imports_no_later_app(module):
    app = module.split("/")[0]
    later = LAYERS[LAYERS.index(app) + 1 :]
    assert breaches(module, (*later, "tests")) == []


@pytest.mark.parametrize("module", [module for module in modules() if is_pure(module)])
def test_pure_module_imports_only_pure_ones(module):
    assert breaches(module, IMPURE) == []
    of_ours = {name.replace(".", "/") + ".py" for name in imported(module)} & set(modules())
    assert [name for name in of_ours if not is_pure(name)] == []


@pytest.mark.parametrize("module", [m for m in modules() if m.startswith(WITHOUT_DJANGO)])
def test_reading_of_documents_knows_no_framework(module):
    assert breaches(module, FRAMEWORK) == []


def test_pure_modules_named_here_exist():
    assert PURE - set(modules()) == set()


def test_only_one_module_counts():
    """Nothing but the one query turns values into figures."""
    of_figures = [
        module
        for module in modules()
        if module.startswith("reports/figures/") and not module.endswith("/counts.py")
    ]
    by_sql = [module for module in of_figures if "django.db.connection" in imported(module)]
    assert by_sql == []


def code_strings(module: str) -> list[ast.Constant]:
    """Strings that do something: not those that stand alone, as docstrings do."""
    parsed = tree(module)
    alone = {id(node.value) for node in ast.walk(parsed) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(parsed)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_no_module_knows_a_province_or_plan_by_name():
    """Plans are data: only the sample may name the two provinces it shows."""
    names = re.compile(r"bac.kan|gia.lai|bắc kạn|1150/QĐ|3632/KH", re.IGNORECASE)
    named = [
        f"{module}:{text.lineno}"
        for module in modules()
        if "/sample" not in module and not module.endswith("/demo.py")
        for text in code_strings(module)
        if names.search(text.value)
    ]
    assert named == []


def test_no_drawer_for_everything():
    """A function has one obvious home, and that is never called utils."""
    assert [m for m in modules() if Path(m).stem in ("utils", "util", "helpers", "common")] == []

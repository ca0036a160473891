"""Every page a person reaches by links: readable without JavaScript, on a phone, in Vietnamese.

Each role starts at the home page and follows links; of each kind of page (URL pattern) the first
few are looked at. Django's admin is not ours and left out.
"""

import re
from collections import Counter
from urllib.parse import urlsplit

import polib
import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PEOPLE = {
    "department": "bac-kan-so",
    "reporter": "bac-kan-062",
    "leader": "gia-lai-lanh-dao",
    "national leader": "lanh-dao-bo",
    "administrator": "quan-tri",
}
# Pages that the issue of a whole way cannot do without, by the names of their addresses.
EXPECTED = {
    "department": {"reports:province", "reports:tier", "reports:unit", "reports:explain"}
    | {"reports:reporting", "reports:report", "institutions:list", "institutions:detail"}
    | {"targets:list", "targets:plan", "reports:receipt", "reports:receipt-check"},
    "reporter": {"reports:province", "reports:tier", "reports:reporting", "reports:report"}
    | {"reports:import", "reports:check"},
    "leader": {"reports:province", "reports:tier", "reports:explain", "targets:plan"},
    "national leader": {"reports:province"},
    "administrator": {"reports:province", "institutions:list", "targets:list"},
}
OF_EACH_KIND = 2
DOWNLOADS = (".csv", ".txt", ".xlsx", "/source/")
LEFT_OUT = ("/admin/", "/accounts/logout/", "/i18n/", "/static/")

# One answer for the page as it stands: what can be seen, and what is wrong with it.
LOOK = """() => {
  const seen = (element) => element.checkVisibility({visibilityProperty: true});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = walker.currentNode.nodeValue.replace(/\\s+/g, " ").trim();
    if (text && seen(parent) && !parent.closest('[lang="en"], code, pre, script, style')) {
      texts.push(text);
    }
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      if (element.getAttribute(name)) texts.push(element.getAttribute(name).trim());
    }
  }
  const named = (element) => element.labels?.length || element.getAttribute("aria-label")
    || element.getAttribute("aria-labelledby") || element.getAttribute("title");
  const unnamed = [...document.querySelectorAll("input, select, textarea")]
    .filter((element) => !["hidden", "submit", "button"].includes(element.type) && seen(element))
    .filter((element) => !named(element))
    .map((element) => `field without a label: ${element.outerHTML.slice(0, 120)}`);
  const empty = [...document.querySelectorAll("a[href], button")]
    .filter((element) => seen(element) && !element.textContent.trim() && !named(element)
      && !element.querySelector("[aria-label], [alt], title"))
    .map((element) => `link or button without words: ${element.outerHTML.slice(0, 120)}`);
  const wide = [...document.querySelectorAll("main *, header *, footer *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
  return {
    texts,
    problems: [...unnamed, ...empty],
    heads: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang,
    overflow: document.documentElement.scrollWidth > innerWidth ? wide : null,
    words: (document.querySelector("main")?.innerText ?? "").split(/\\s+/).length,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
  };
}"""

# Words that no Vietnamese sentence holds.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|this|that|your|with|from|please|search|next|previous|submit|upload"
    r"|save|error|required|field|results?|reports?|targets?|missing|yes|filter|clear)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def untranslated() -> set[str]:
    """English messages whose Vietnamese is another text: none may stand on a page."""
    catalogue = polib.pofile(
        str(settings.BASE_DIR / "lifelong_learning/locale/vi/LC_MESSAGES/django.po")
    )
    return {entry.msgid.strip() for entry in catalogue if entry.msgstr not in ("", entry.msgid)}


def test_look_sees_what_is_wrong(desk):
    """The eye of the tests below, tried on a page that has every fault."""
    page = desk.page("about:", width=360)
    page.set_content(
        '<main><h1>Trang</h1><input name="q"><button></button><div style="width: 999px">Save</div>'
        '<p hidden>the</p><p lang="en">English is said to be so</p></main>'
    )
    seen = page.evaluate(LOOK)
    assert seen["texts"] == ["Trang", "Save"]
    assert len(seen["problems"]) == 2
    assert len(seen["overflow"]) == 1
    assert [text for text in seen["texts"] if ENGLISH.search(text)] == ["Save"]


def path_of(url: str, site: str) -> str | None:
    """The path and query of a page to visit, None for all other links."""
    if not url.startswith(site):
        return None
    parts = urlsplit(url)
    if parts.query or parts.path.startswith(LEFT_OUT) or parts.path.endswith(DOWNLOADS):
        return None
    return parts.path


def walk(page: Page, site: str):
    """Visit pages by links, breadth first; yields (name of the address, path, what LOOK saw)."""
    waiting, known, visited = ["/"], {"/"}, Counter()
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(path).view_name
        except Resolver404:
            name = "nowhere"
        if visited[name] >= OF_EACH_KIND:
            continue
        visited[name] += 1
        answer = page.goto(path)
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, f"{path}: {answer.status}"
        seen = page.evaluate(LOOK)
        yield name, path, seen
        for link in seen["links"]:
            target = path_of(link, site)
            if target and target not in known:
                known.add(target)
                waiting.append(target)


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLE)
def test_pages_are_readable_on_a_phone_without_javascript(site, enter, untranslated, role):
    page = enter(site, PEOPLE[role], width=360, javascript=False)
    names, problems = set(), []
    for name, path, seen in walk(page, site):
        names.add(name)
        found = list(seen["problems"])
        if seen["overflow"] is not None:
            found.append(f"wider than the screen: {seen['overflow']}")
        if seen["heads"] != 1 or seen["lang"] != "vi" or seen["words"] < 8:
            found.append(f"{seen['heads']} h1, lang {seen['lang']}, {seen['words']} words")
        found += [
            f"English: {text[:100]}"
            for text in seen["texts"]
            if text in untranslated or ENGLISH.search(text)
        ]
        problems += [f"{path}: {problem}" for problem in dict.fromkeys(found)]
    assert problems == []
    assert EXPECTED[role] - names == set()


# The other two see the same pages as these.
@pytest.mark.slow
@pytest.mark.parametrize("role", ["department", "reporter", "leader"])
def test_pages_load_without_complaint_of_the_browser(site, enter, role):
    """Scripts on: the desk fails the test for any console error, refusal or foreign host."""
    page = enter(site, PEOPLE[role])
    for name, path, _seen in walk(page, site):
        page.wait_for_load_state("networkidle")
        assert page.locator("h1").count() == 1, f"{name} {path}"


def test_printed_charts_stay_in_their_place(site, enter):
    page = enter(site, PEOPLE["leader"])
    page.goto("/gia-lai/2025/trend/")
    for chart in page.locator(".chart-plot").all()[:3]:
        chart.scroll_into_view_if_needed()
    page.wait_for_selector(".chart-plot.is-drawn .main-svg")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    over = page.evaluate("""() => [...document.querySelectorAll(".chart-plot .main-svg")]
      .map((svg) => [svg.getBoundingClientRect(), svg.closest(".chart").getBoundingClientRect()])
      .filter(([svg, chart]) => svg.bottom > chart.bottom + 1 || svg.right > chart.right + 1)
      .length""")
    assert over == 0
    assert page.locator(".chart-plot .main-svg[viewBox]").count() > 0

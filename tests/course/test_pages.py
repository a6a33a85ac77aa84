"""The site's pages, as Zensical makes them, in a real browser, as wide as on a desk and a phone."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from browser import chromium, needs_browser
from edunn.course.notebooks.layout import Course
from lite import served

pytestmark = pytest.mark.slow

WIDTHS = {"desk": (1400, 900), "phone": (390, 844)}
COURSE = Course.find(Path(__file__).parent)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the pages, without JupyterLite."""
    pytest.importorskip("zensical", reason="no Zensical is installed here")
    import make_site

    try:
        make_site.katex()
    except make_site.SiteError as error:
        pytest.skip(f"no KaTeX: {error}")
    out = tmp_path_factory.mktemp("site") / "site"
    make_site.build_pages(COURSE, out)
    return out


@pytest.fixture(scope="module")
def pages(site):
    return sorted(path for path in site.rglob("*.html") if path.name != "404.html")


def test_what_a_page_loads_and_leads_to_is_there(site, pages):
    """But for the notebooks, which JupyterLite has."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    missing = []
    for page, text in texts.items():
        for link in map(unescape, re.findall(r'\b(?:href|src)="([^"]+)"', text)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or parts.path.startswith("lite/"):
                continue
            there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            there = there / "index.html" if there.is_dir() else there
            lost = parts.fragment and unquote(parts.fragment) not in anchors.get(there, ())
            if not there.is_file() or (lost and not parts.fragment.startswith("__")):
                missing.append((page.name, link))
    assert not missing


@needs_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_ask_nobody_else_and_fit(site, pages, width):
    outside, complaints, wide, raw = [], [], [], []
    with served(site) as address, chromium() as browser:
        size = dict(zip(("width", "height"), WIDTHS[width]))
        page = browser.new_context(viewport=size).new_page()
        here = address, "data:", "blob:"
        page.on("request", lambda r: r.url.startswith(here) or outside.append(r.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
        for path in pages:
            page.goto(f"{address}/{path.relative_to(site).as_posix()}")
            root = "document.documentElement"
            if page.evaluate(f"{root}.scrollWidth > window.innerWidth"):
                wide.append(path.name)
            if page.evaluate("!!document.querySelector('.arithmatex:not(:has(.katex))')"):
                raw.append(path.name)
    assert (outside, complaints, wide, raw) == ([], [], [], [])


@needs_browser
def test_the_search_finds_a_word(site):
    with served(site) as address, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/index.html")
        page.wait_for_load_state("networkidle")
        page.keyboard.press("Control+k")
        page.wait_for_selector("input:focus")
        page.keyboard.type("convolution")
        page.wait_for_selector("mark:has-text('convolution')")

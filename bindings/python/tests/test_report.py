"""Results show themselves in notebooks."""

import html
import json
import pickle
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pyarrow as pa
import pytest
from conftest import DAY, ROWS

import foretell

NAME = "a<script>&co"


@pytest.fixture
def assessment(engine):
    return engine.assess(pa.table({**ROWS, "id": [NAME, "globex", "initech"]}), as_of=DAY)


@pytest.fixture
def results(engine, assessment):
    later = {"days_since_login": 5, "active_users": 35, "seats": 100, "plan": "pro", "is_trial": False}
    before = engine.explain({**later, "days_since_login": 40}, as_of=DAY)
    return {
        "assessment": assessment,
        "explanation": assessment.explain(NAME),
        "change": engine.change(before, engine.explain(later, as_of=DAY)),
        "plan": engine.plan(),
    }


# What must stand in the picture of each.
WANTED = {
    "assessment": ["red", "quiet_and_unused", "no login for 30 days", "a&lt;script&gt;&amp;co"],
    "explanation": ["38.0", "red", "100%", "last login", "no login for 30 days", "Call the admin", "a&lt;script&gt;&amp;co"],
    "change": ["31.3 \N{RIGHTWARDS ARROW} 54.7", "+23.3", "31.3 red", "yellow", "last login 40 days ago"],
    "plan": ["active_users / seats"],
}


@pytest.mark.parametrize("name", WANTED)
def test_a_result_shows_itself(results, name):
    shown = results[name]._repr_html_()
    assert shown == results[name].report().html()
    section = ElementTree.fromstring(shown)
    assert section.tag == "section" and section.get("class") == "foretell"
    assert "<script" not in shown
    assert [it for it in WANTED[name] if it not in shown] == []
    if name != "plan":
        assert any(it.tag.endswith("svg") for it in section.iter())
    # Nothing is fetched; the one address that may stand there is a name, that of SVG.
    assert "http" not in shown.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in shown and "@import" not in shown


@pytest.mark.parametrize("name", WANTED)
def test_a_report_has_three_forms(results, name):
    report = results[name].report()
    assert report._repr_html_() == report.html()
    page = report.page()
    assert page.startswith("<!DOCTYPE html>") and "color-scheme:light dark" in page
    assert str(report).startswith(report.title) and "</" not in str(report)
    assert repr(report) == f"<foretell.Report: {report.title}>"


def test_an_explanation_that_was_stored_shows_what_it_holds(assessment):
    explanation = assessment.explain(NAME)
    stored = pickle.loads(pickle.dumps(explanation))
    assert stored == explanation
    assert "no login for 30 days" not in stored._repr_html_()
    for text in ["38.0", "red", "last login"]:
        assert text in stored._repr_html_()


def test_a_change_that_was_stored_shows_what_it_holds(results):
    stored = pickle.loads(pickle.dumps(results["change"]))
    assert stored == results["change"]
    assert "+23.3" in stored._repr_html_()


def test_an_assessment_shows_as_many_as_are_asked_for(assessment):
    assert "initech" in assessment.report().html()
    assert "initech" not in assessment.report(most=1).html()
    assert "globex" not in assessment.report(most=0).html()


def test_what_is_empty_shows_itself_too():
    engine = foretell.Engine.from_toml("metrics = []")
    nobody = engine.assess(pa.table({"id": pa.array([], pa.string())}), as_of=DAY)
    for it in [nobody, engine.plan()]:
        assert ElementTree.fromstring(it._repr_html_()).tag == "section"


BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]
# What a browser makes of a page: how far it is too wide, pictures without a size, and what text and ground look like.
PROBE = """<script>
const all = [...document.querySelectorAll("svg[role=img]")].map(it => it.getBoundingClientRect());
const light = it => getComputedStyle(document.body)[it].match(/[0-9.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 765;
document.title = JSON.stringify({
    over: document.documentElement.scrollWidth - innerWidth, width: innerWidth, pictures: all.length,
    empty: all.filter(it => it.width < 2 || it.height < 2).length, text: light("color"), ground: light("backgroundColor"),
});
</script>"""


@pytest.mark.skipif(BROWSER is None, reason="how reports look needs Chromium")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 500)])
def test_a_browser_shows_it(results, scheme, width, tmp_path):
    body = "".join(it.report().html() for it in results.values())
    page = results["plan"].report().page().replace("</body>", f"{body}{PROBE}</body>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    flags = [
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={width},900",
        f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
        "--dump-dom",
        (tmp_path / "page.html").as_uri(),
    ]
    done = subprocess.run([BROWSER, *flags], capture_output=True, text=True, timeout=120, check=True)
    seen = json.loads(html.unescape(re.search("<title>(.*?)</title>", done.stdout).group(1)))
    assert seen["width"] == width and seen["over"] <= 0, seen
    assert seen["pictures"] > 10 and seen["empty"] == 0, seen
    assert abs(seen["text"] - seen["ground"]) > 0.75, seen
    assert (seen["ground"] > seen["text"]) == (scheme == "light"), seen

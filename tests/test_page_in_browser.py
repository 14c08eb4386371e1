"""The page in a browser, from the file system: nothing is missing, nothing comes from elsewhere, it fits the screen."""

import itertools
import shutil
from pathlib import Path

import pytest

from helpers.browser import browser
from helpers.projects import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PROBE = Path(__file__).with_name("helpers") / "page_probe.js"
DEMO = PROJECT / "results/demo/report.html"
MIN_CONTRAST = 4.5  # WCAG 2, level AA

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (Debian: apt install chromium)"),
    pytest.mark.skipif(not DEMO.exists(), reason="no demo (make demo)"),
]


@pytest.fixture(scope="module", params=[390, 1366])
def opened(request, tmp_path_factory):
    """What was found on the demo's page in a window of some width."""
    with browser(CHROMIUM, tmp_path_factory.mktemp("browser")) as one:
        one.open(DEMO, width=request.param)
        found = one.run(PROBE.read_text())
        return found | {"size": DEMO.stat().st_size, "events": one.events, "asked": request.param}


def test_nothing_is_said_on_the_console(opened):
    said = [event for event in opened["events"] if event[0] in ("Log.entryAdded", "Runtime.consoleAPICalled")]
    assert said == []


def test_nothing_is_asked_of_anywhere(opened):
    asked = [event["request"]["url"] for method, event in opened["events"] if method == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [asked[0]]
    assert asked[0].startswith("file:")
    assert asked[0].endswith("/report.html")


def test_every_image_is_decoded_and_told_of(opened):
    assert opened["images"]
    assert all(image["pixels"] > 0 for image in opened["images"])
    alts = [image["alt"] for image in opened["images"]]
    assert all(alts)
    assert len(set(alts)) == len(alts)


def test_nothing_is_wider_than_the_window(opened):
    for state in ("closed", "open"):
        assert opened[state]["window"] == opened["asked"]
        assert opened[state]["page"] <= opened[state]["window"]
    assert all(image["width"] <= opened["asked"] for image in opened["images"])


def test_the_column_that_decides_is_in_sight(opened):
    assert opened["decides"]
    assert all(opened["decides"])


def test_a_tap_shows_a_figure_as_large_as_it_can_be_read(opened):
    enlarged = opened["enlarged"]
    assert enlarged["image"] >= max(1000, opened["asked"])
    assert enlarged["box"] == opened["asked"]  # in which it scrolls
    assert enlarged["close"] >= 40  # pixels, for a finger
    assert opened["again"] == opened["images"][0]["width"]


def test_headings_are_in_order(opened):
    headings = opened["headings"]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))


def test_all_that_can_be_used_has_a_name_and_is_reached_by_the_keyboard(opened):
    assert opened["focused"]
    assert opened["unnamed"] == 0


def test_texts_stand_out_from_their_background(opened):
    faint = [text for text in opened["contrasts"] if text[0] < MIN_CONTRAST]
    assert len(opened["contrasts"]) > 100
    assert faint == []


def test_the_page_is_small_enough_to_send(opened):
    assert opened["size"] < 10e6

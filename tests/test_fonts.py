"""Names in any script: drawn with installed fonts that have their characters, or one notice says which are missing."""

import warnings

import numpy as np
import pytest
from matplotlib import font_manager, get_data_path
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

from helpers.drawn import make_results
from helpers.fonts import write_font
from rotational_variance.figures.catalogue import of_pair
from rotational_variance.figures.parts import fonts
from rotational_variance.figures.parts.fonts import Fonts, describe_missing, find_fonts
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.parts.text_size import n_columns, shorten
from rv_study.draw_figures import draw_figures
from rv_study.job_log import job_log

ANY_LATIN = ["cat", "na\u00efve $x^2$ {a}_b % & <b>", "\u043a\u043e\u0448\u043a\u0430", "\u05d7\u05ea\u05d5\u05dc"]
CAT_DOG, KOREAN = "\u732b\u72d7", "\ud55c\uae00"


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Return a function that makes and installs a font; matplotlib made its list before. No other fonts are there."""
    paths = []
    monkeypatch.setattr(fontManager, "ttflist", [
        entry for entry in fontManager.ttflist if entry.fname.startswith(get_data_path())
    ])  # fmt: skip
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: paths)
    fonts._installed.cache_clear()

    def write(family, characters, **kwargs):
        paths.append(str(tmp_path / f"{family}.otf"))
        write_font(paths[-1], family, characters, **kwargs)

    yield write
    fonts._installed.cache_clear()


def draw_text(text, found):
    with style(found):
        canvas = FigureCanvasAgg(Figure(figsize=(1, 0.5)))
        canvas.figure.text(0, 0.3, text)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., 0]


def test_what_the_usual_font_has_gets_no_other(install):
    install("Made Sans", "".join(sorted(set("".join(ANY_LATIN)))))
    assert find_fonts(ANY_LATIN) == Fonts()


@pytest.mark.parametrize("is_truetype", [True, False])
def test_characters_are_drawn_with_an_installed_font_that_has_them(install, is_truetype):
    install("Made Han", CAT_DOG, is_truetype=is_truetype)
    found = find_fonts(["cat", CAT_DOG])
    assert found == Fonts(("Made Han",))
    square = draw_text(CAT_DOG[0], found) < 128  # a warning would be an error
    rows, columns = np.flatnonzero(square.any(1)), np.flatnonzero(square.any(0))
    assert len(rows) > 15
    assert square[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    np.testing.assert_array_equal(draw_text("cat", found), draw_text("cat", Fonts()))


def test_fonts_are_as_few_as_can_be_and_always_the_same(install):
    install("Made Song", CAT_DOG)
    install("Made Color Emoji", CAT_DOG + KOREAN)  # whose glyphs are pictures
    install("Made Sans B", CAT_DOG)
    install("Made Sans A", CAT_DOG)
    install("Made Korean", KOREAN + CAT_DOG[0])
    assert find_fonts([CAT_DOG]).families == ("Made Sans A",)
    assert find_fonts([CAT_DOG, KOREAN]) == Fonts(("Made Korean", "Made Sans A"))


def test_a_damaged_font_is_passed_over(install, tmp_path):
    install("Made Han", CAT_DOG)
    (tmp_path / "Made Han.otf").write_bytes(b"no font")
    assert find_fonts([CAT_DOG]) == Fonts((), "".join(sorted(CAT_DOG)))


def test_what_is_not_drawn_is_not_missed(install):
    assert find_fonts(["a\u200db\ufe0f c\u3000\n"]) == Fonts()


def test_missing_characters_are_named_with_fonts_that_have_them():
    missing = "".join([CAT_DOG, "\u0e41\u0e21", "\ud55c", "\U0001f467"])
    expected = "\u732b\u72d7\ud55c (Noto Sans CJK), \u0e41\u0e21 (Noto Sans Thai), \U0001f467 (Noto Emoji)"
    assert describe_missing(missing) == expected
    many = "".join(chr(0x4E00 + i) for i in range(20))
    assert describe_missing(many) == f"{many[:8]} and 12 more (Noto Sans CJK)"


def test_a_job_says_once_which_characters_are_missing_and_nothing_of_matplotlibs(install, tmp_path, capfd):
    names = [CAT_DOG[0], "b", "c"]
    with job_log(tmp_path / "job.log", "plot x") as log:
        draw_figures(
            of_pair(["normalized_variance"]), [str(tmp_path / "outputs.png"), str(tmp_path / "curves_classes_mean.png")],
            f"a on {CAT_DOG[1]}", words=names, log=log, results=make_results(n_layers=2, class_names=names), sort_units=True,
        )  # fmt: skip
    assert {path.name for path in tmp_path.glob("*.png")} == {"outputs.png", "curves_classes_mean.png"}
    said = capfd.readouterr().err
    assert said.count("\n") == 2  # the first one ends the line of a progress bar
    notice = (
        "no installed font has \u72d7\u732b (Noto Sans CJK): figures show boxes. To have these characters drawn, install "
        "the font in brackets, or another that has them; delete the figures, and run again\n"
    )
    assert said == f"\nplot x: {notice}"
    assert (tmp_path / "job.log").read_text() == notice


def test_warnings_of_libraries_go_to_the_log_alone(tmp_path, capfd):
    with job_log(tmp_path / "job.log", "plot x") as log, log.taking_warnings():
        warnings.simplefilter("default")
        warnings.warn("of no use", UserWarning, stacklevel=1)
        font_manager._log.warning("nor this")
    assert capfd.readouterr().err == ""
    assert (tmp_path / "job.log").read_text() == "UserWarning: of no use\nnor this\n"


@pytest.mark.parametrize(("name", "most", "short"), [
    ("cat", 12, "cat"), ("American Staffordshire", 18, "American Sta\u2026shire"),
    ("\u732b" * 9, 18, "\u732b" * 9), ("\u732b" * 10, 18, "\u732b" * 6 + "\u2026" + "\u732b" * 2),
    ("e\u0301te\u0301", 12, "\u00e9t\u00e9"), ("a\tb\nc\udcff", 12, "a\ufffdb\ufffdc\ufffd"),
    ("\u0e01\u0e34" * 30, 12, "\u0e01\u0e34" * 6 + "\u2026" + "\u0e01\u0e34" * 5),
])  # fmt: skip
def test_names_are_shortened_by_their_width(name, most, short):
    assert shorten(name, most) == short
    assert n_columns(short) <= most

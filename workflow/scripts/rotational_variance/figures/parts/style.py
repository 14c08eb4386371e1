"""The style that all figures share: sizes, fonts, and one look for each model and each kind of layer."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rotational_variance.figures.parts.fonts import Fonts
from rotational_variance.statistics.layer_selection import KINDS
from rotational_variance.statistics.measurement import ALL, STRATIFIED

WIDTH, COLUMN = 7.1, 3.4  # inches
STYLE = {
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "figure.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.6,  # long enough to show dashes
    "lines.linewidth": 1.3,
    "hatch.linewidth": 0.5,
    "figure.dpi": 220,
    "text.parse_math": False,  # a $ in a name stays a $
    "pdf.fonttype": 42,  # TrueType: text can be searched and edited
    "svg.hashsalt": "rotational-variance",  # otherwise, ids in an SVG would differ each time
}
MODEL_LOOKS = {
    "simple_conv": ("#009E73", "o"),
    "all_convolutional": ("#CC79A7", "s"),
    "vgg16": ("#E69F00", "^"),
    "resnet": ("#000000", "D"),
}
FURTHER_LOOKS = [("#56B4E9", "v"), ("#882255", "P"), ("#999933", "X"), ("#44AA99", "<"), ("#332288", ">")]
# From a perceptually uniform map, the most frequent kinds far apart, so that lightness alone tells them apart, too.
KIND_COLORS = {
    kind: mpl.colormaps["viridis"](position)
    for kind, position in zip(KINDS, (0.0, 0.35, 0.7, 0.15, 0.9, 0.8, 0.5, 0.25, 1.0), strict=True)
}
SAMPLE_SETS = {ALL: "all samples", STRATIFIED: "stratified by class"}
NUMBER_OF_LAYER = "number of the layer"


@contextmanager
def style(fonts: Fonts = Fonts()) -> Iterator[None]:  # noqa: B008 (it never changes)
    """Let figures look the same whatever the user's matplotlibrc says; draw and save in this context.

    fonts  those for characters that the usual font lacks. Of what none has, matplotlib says nothing more
    """
    further = {"font.family": ["sans-serif", *fonts.families]} if fonts.families else {}
    with mpl.style.context(["default", STYLE | further]), warnings.catch_warnings():
        if fonts.missing:
            numbers = "|".join(str(ord(character)) for character in fonts.missing)
            warnings.filterwarnings("ignore", rf"Glyph ({numbers}) ")
        yield


def model_looks(models: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the (colour, marker) of each model.

    The study's four models always look the same; others get FURTHER_LOOKS in their order.
    """
    others = [model for model in models if model not in MODEL_LOOKS]
    further = {model: FURTHER_LOOKS[i % len(FURTHER_LOOKS)] for i, model in enumerate(others)}
    return {model: MODEL_LOOKS.get(model) or further[model] for model in models}


def whole_numbers(axes: Axes) -> None:
    """Let the x axis count in whole numbers."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))

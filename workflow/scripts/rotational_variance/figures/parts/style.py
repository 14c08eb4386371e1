"""The style that all figures share: sizes, fonts, and one look for each training, each model and each kind of layer."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from rotational_variance.measures.layer_selection import KINDS
from rotational_variance.measures.measurement import ALL, STRATIFIED

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
COLORS = {"unrotated": "#D55E00", "rotated": "#0072B2"}
DASHES = {"unrotated": (0, (4, 1.5)), "rotated": "solid"}  # of lines
HATCHES = {"unrotated": "/////", "rotated": None}  # of bars
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
MEASURE = "M (0: invariant, 1: not)"
NUMBER_OF_LAYER = "number of the layer"


def style() -> AbstractContextManager[None]:
    """Return a context in which figures look the same whatever the user's matplotlibrc says; draw and save in it."""
    return mpl.style.context(["default", STYLE])


def model_looks(models: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the (colour, marker) of each model.

    The study's four models always look the same; others get FURTHER_LOOKS in their order.
    """
    others = [model for model in models if model not in MODEL_LOOKS]
    further = {model: FURTHER_LOOKS[i % len(FURTHER_LOOKS)] for i, model in enumerate(others)}
    return {model: MODEL_LOOKS.get(model) or further[model] for model in models}


def show_m(panels: Sequence[Axes]) -> None:
    """Let the M axis of each panel reach from 0 to above the highest M of all panels; draw a line at M = 1."""
    for axes in panels:
        axes.axhline(1, color="0.6", linewidth=0.7, zorder=0)
    top = max(axes.dataLim.y1 for axes in panels)
    for axes in panels:
        axes.set_ylim(0, 1.05 * top)


def whole_numbers(axes: Axes) -> None:
    """Let the x axis count in whole numbers."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def shorten(name: str, most: int) -> str:
    """Leave out the middle of a name of more than `most` characters."""
    return name if len(name) <= most else f"{name[: most - 6]}…{name[-5:]}"


def log_scale(panels: Sequence[Axes]) -> None:
    """Give panels a logarithmic scale whose labels are plain numbers: exponents would be too small to read."""
    for axes in panels:
        if axes.dataLim.y1 <= 0:
            continue  # no positive value to show
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        axes.yaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())

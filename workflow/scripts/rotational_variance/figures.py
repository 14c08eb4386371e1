"""Figures of one model on one dataset: arrays in, matplotlib Figure out. No torch, no files.

Colours: blue is rotated training, vermilion is unrotated training, everywhere (Okabe and Ito 2008, told apart by
colour-blind readers); lines differ in their dashes as well.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rotational_variance.normalized import ALL, STRATIFIED, VarianceTensor, layer_values

STYLE = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
COLORS = {"unrotated": "#D55E00", "rotated": "#0072B2"}
DASHES = {"unrotated": (0, (4, 1.5)), "rotated": "solid"}
OVER_COLOR = "#2ca25f"  # M above the colour scale
NOT_FINITE_COLOR = "#4292c6"  # M infinite, or without a value
MAX_LABELS = 60  # that fit under the layers of one figure


@dataclass(frozen=True)
class TrainingResult:
    """What the runs of one training came to, over all its seeds.

    tensors     one a seed
    accuracies  one (upright, rotated) a seed, shares of the test set
    """

    tensors: Sequence[VarianceTensor]
    accuracies: Sequence[tuple[float, float]]


def style() -> AbstractContextManager[None]:
    """Return a context in which figures look the same whatever the user's matplotlibrc says; draw and save in it."""
    return mpl.style.context(["default", STYLE])


def headline(model: str, dataset: str, aggregation: str, results: Mapping[str, TrainingResult]) -> Figure:
    """Draw M by layer, the heatmap of each training on one colour scale, and the accuracies.

    results  by training, "unrotated" or "rotated" or both. Curves and bars show the mean over seeds, and the range over
             seeds where there are several; heatmaps show the first seed.
    """
    with style():
        trainings = [name for name in COLORS if name in results]
        layers = results[trainings[0]].tensors[0].layers
        figure = Figure(figsize=(13, 3.2 + 2.7 * len(trainings)), dpi=160, layout="constrained")
        figure.suptitle(
            f"{model} on {dataset}: variance of its activations under rotation ({aggregation} of each feature map)",
            fontsize=12,
            fontweight="bold",
        )
        left, right = figure.subfigures(1, 2, width_ratios=[4.2, 1])
        curves, *maps = left.subplots(1 + len(trainings), 1, sharex=True, height_ratios=[1.25] + [1] * len(trainings))
        accuracies, legend = right.subplots(2, 1, height_ratios=[1.25, len(trainings)])
        _draw_curves(curves, results, aggregation)
        _draw_accuracies(accuracies, results)
        values = {name: results[name].tensors[0].normalized(aggregation, ALL) for name in trainings}
        scale = Normalize(0, scale_top(np.concatenate([np.concatenate(layer) for layer in values.values()])))
        for axes, name in zip(maps, trainings, strict=True):
            image = _draw_heatmap(axes, values[name], scale)
            axes.set_title(f"M of every unit, {name} training, all samples", loc="left")
        _label_layers(maps[-1], [layer.name for layer in layers])
        _draw_scale(legend, image, scale, values)
        return figure


def scale_top(values: np.ndarray) -> float:
    """Return the top of a colour scale: the median + 3 interquartile ranges of the finite values.

    But no higher than the highest of them, and at least 1, so that "not invariant" always lies on the scale. Source:
    the published heatmaps; the two bounds are ours.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 1.0
    low, median, high = np.percentile(finite, [25, 50, 75])
    return float(max(1.0, min(median + 3 * (high - low), finite.max())))


def heatmap_image(normalized: Sequence[np.ndarray], n_rows: int) -> np.ndarray:
    """Arrange M as an image [row, layer]: each column holds one layer's units, the lowest M at the bottom.

    Every layer fills the whole height, whatever its number of units, so a column reads like the layer's quantiles.
    Values that are not finite come last; row 0 is the top.
    """
    position = (np.arange(n_rows) + 0.5) / n_rows
    columns = [np.sort(values)[(position * len(values)).astype(int)] for values in normalized]
    return np.stack(columns, axis=1)[::-1]


def _draw_curves(axes: Axes, results: Mapping[str, TrainingResult], aggregation: str) -> None:
    axes.axhline(1, color="0.6", linewidth=0.8, zorder=0)
    for training, result in results.items():
        for sample_set, width, alpha in ((ALL, 2.2, 1.0), (STRATIFIED, 1.2, 0.65)):
            values = np.stack([layer_values(tensor.normalized(aggregation, sample_set)) for tensor in result.tensors])
            x = np.arange(values.shape[1])
            axes.plot(
                x,
                values.mean(0),
                color=COLORS[training],
                linestyle=DASHES[training],
                linewidth=width,
                alpha=alpha,
                marker="o" if sample_set == STRATIFIED else None,
                markersize=2.5,
                label=f"{training} training, {'all samples' if sample_set == ALL else 'stratified by class'}",
            )
            if len(values) > 1:
                axes.fill_between(x, values.min(0), values.max(0), color=COLORS[training], alpha=0.15, linewidth=0)
    axes.set_ylim(0, 1.2 * axes.get_ylim()[1])  # room for the legend above the lines
    axes.set_ylabel("M, mean over units\n(0 invariant, 1 not)")
    axes.set_title("M of each layer", loc="left")
    axes.legend(loc="upper center", ncols=4, frameon=False)


def _draw_heatmap(axes: Axes, normalized: Sequence[np.ndarray], scale: Normalize):
    image = heatmap_image(normalized, n_rows=400)
    colors = mpl.colormaps["inferno"].with_extremes(over=OVER_COLOR, bad=NOT_FINITE_COLOR)
    drawn = axes.imshow(
        np.ma.masked_invalid(image),
        cmap=colors,
        norm=scale,
        aspect="auto",
        interpolation="nearest",
        extent=(-0.5, image.shape[1] - 0.5, 0, 100),
    )
    axes.set_ylabel("units of the layer,\nsorted by M (%)")
    return drawn


def _label_layers(axes: Axes, names: Sequence[str]) -> None:
    """Name the layers; where there are too many, only the first one of a block, and no two names too close."""
    labels, note = list(names), ""
    if len(names) > MAX_LABELS:
        labels, note = [".".join(name.split(".")[:2]) for name in names], "; names stand at the first layer of a block"
    firsts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
    shown: list[int] = []
    for i in sorted(firsts, key=lambda i: ("." not in labels[i], i)):  # where it is tight, blocks before single layers
        if all(abs(i - other) >= len(names) / MAX_LABELS for other in shown):
            shown.append(i)
    shown.sort()
    axes.set_xticks(shown, [labels[i] for i in shown], rotation=90)
    axes.set_xlabel(f"layer, from the input to the output ({len(names)} layers{note})")


def _draw_scale(axes: Axes, image, scale: Normalize, values: Mapping[str, list[np.ndarray]]) -> None:
    """Draw the heatmaps' colour bar and say what its marks mean."""
    axes.axis("off")
    bar = axes.inset_axes((0.12, 0.45, 0.13, 0.5))
    everything = np.concatenate([np.concatenate(layers) for layers in values.values()])
    is_over = bool((everything[np.isfinite(everything)] > scale.vmax).any())
    axes.figure.colorbar(image, cax=bar, extend="max" if is_over else "neither")
    bar.set_title("M", fontsize=10)
    handles = [Patch(color=OVER_COLOR, label=f"above the scale (M > {scale.vmax:.2f})")] if is_over else []
    if not np.isfinite(everything).all():
        handles.append(Patch(color=NOT_FINITE_COLOR, label="infinite: changes with\nthe angle, not the image"))
    if handles:
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.06, 0.38), frameon=False, handlelength=1.2)
    axes.text(
        0.0,
        0.02,
        "M = transformation std\n"
        "       / sample std\n"
        "0: rotation changes nothing\n"
        "1: rotation changes the unit as\n"
        "    much as another image does",
        fontsize=7.5,
        va="bottom",
    )


def _draw_accuracies(axes: Axes, results: Mapping[str, TrainingResult]) -> None:
    width = 0.8 / len(results)
    for i, (training, result) in enumerate(results.items()):
        percent = 100 * np.array(result.accuracies)
        x = np.arange(2) + (i - (len(results) - 1) / 2) * width
        means = percent.mean(0)
        spread = np.stack([means - percent.min(0), percent.max(0) - means]) if len(percent) > 1 else None
        bars = axes.bar(x, means, width, yerr=spread, color=COLORS[training], label=f"{training} training")
        axes.bar_label(bars, fmt="%.1f", fontsize=7.5, padding=1)
    axes.set_xticks([0, 1], ["upright", "rotated"], fontsize=8)
    axes.set_xlabel("test images")
    axes.set_ylim(0, 135)  # room for the legend above the bars
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylabel("accuracy (%)")
    axes.set_title("Accuracy", loc="left")
    axes.legend(loc="upper left", frameon=False, handlelength=1.2)

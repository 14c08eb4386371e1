"""What M tells, by two units of a layer: the most invariant one, and one that rotation changes more."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rotational_variance.figures.parts.sheet import legend_below, new_sheet
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.example_file import Example

N_SHOWN = 8  # angles at most whose image is drawn
OF_SHOWN = {"color": "#0072B2", "marker": "o", "markersize": 2.5}
OF_OTHERS, STD = {"color": "0.8", "linewidth": 0.5}, "#D55E00"
HEIGHTS = (0.95, 1.5, 1.65)  # inches: the image, and each unit
LEGEND = 0.2


def two_units(title: str, training: Training, example: Example) -> Figure:
    """Draw an image at some angles, and the activations of two units over angles and over images, with their stds.

    training  of the network whose units these are
    """
    maps = f", {example.aggregation} of each feature map" if example.aggregation else ""
    figure = new_sheet(title, sum(HEIGHTS) + LEGEND, f"{training.label}, layer {example.layer}{maps}")
    top, *rows = figure.subfigures(3, 1, height_ratios=HEIGHTS)
    _draw_images(top, example)
    for i, (row, name) in enumerate(zip(rows, ("The most invariant unit", "A more variant unit"), strict=True)):
        over_angles, over_images = row.subplots(1, 2, width_ratios=[1.7, 1], sharey=True)
        _draw_angles(over_angles, example, i, name)
        _draw_sample(over_images, example, i)
        if i == len(rows) - 1:
            over_angles.set_xlabel("angle by which the images are rotated (degrees)")
            over_images.set_xlabel("images, sorted by activation")
    legend_below(figure, _handles())
    return figure


def _handles() -> list[Line2D]:
    return [
        Line2D([], [], **OF_SHOWN, label="the image above"),
        Line2D([], [], **OF_OTHERS, label="other images"),
        Line2D([], [], color=STD, marker="|", markersize=6, linewidth=1.6, label="mean, and one std to either side"),
    ]


def _draw_images(figure: Figure, example: Example) -> None:
    order = np.argsort(example.angles_degrees)
    shown = order[:: -(-len(order) // N_SHOWN)]
    for axes, i in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        image = example.images[i]
        axes.imshow(image[..., 0] if image.shape[-1] == 1 else image, cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{example.angles_degrees[i]:g}°", fontsize=7, loc="center", pad=2)
        axes.axis("off")


def _draw_angles(axes: Axes, example: Example, unit: int, name: str) -> None:
    order = np.argsort(example.angles_degrees)
    angles, values = example.angles_degrees[order], example.values[unit][:, order]
    for other in values[1:]:
        axes.plot(angles, other, **OF_OTHERS, zorder=0)
    axes.plot(angles, values[0], **OF_SHOWN)
    _draw_std(axes, angles[0] - 0.06 * np.ptp(angles), values[0])
    m = example.normalized_variance[unit]
    stds = f"{example.transformation_std[unit]:.3g} / {example.sample_std[unit]:.3g}"
    axes.set_title(f"{name} (number {example.units[unit]}): M = {stds} = {m:.2f}")
    axes.set_ylabel("activation")
    axes.set_xticks([angle for angle in range(-360, 361, 45) if angles[0] <= angle <= angles[-1]] or angles)


def _draw_sample(axes: Axes, example: Example, unit: int) -> None:
    at = int(np.abs(example.angles_degrees).argmin())  # upright, or nearly so
    values = np.sort(example.values[unit][:, at])
    axes.plot(np.arange(1, len(values) + 1), values, linestyle="", marker="o", markersize=2, color="0.45")
    _draw_std(axes, -0.06 * len(values), values)
    axes.set_title(f"{len(values)} images at {example.angles_degrees[at]:g}°")
    axes.tick_params(labelleft=False)
    axes.set_xticks([])


def _draw_std(axes: Axes, x: float, values: np.ndarray) -> None:
    """Draw one standard deviation to either side of the mean."""
    axes.errorbar(x, values.mean(), values.std(ddof=1), color=STD, marker="_", capsize=3, linewidth=1.6, markersize=6)

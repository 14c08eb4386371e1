"""The axis of the layers: their names, and a strip that shows the kind of each layer."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from rotational_variance.figures.parts.style import KIND_COLORS
from rotational_variance.figures.parts.text_size import n_columns, shorten, wrap
from rotational_variance.statistics.layer_selection import KINDS
from rotational_variance.statistics.measurement import Layer

MAX_LABEL_CHARS = 24  # longer names of layers are shortened
LABEL_PITCH_POINTS = 8.5  # width of one vertical label in 7-point type


def draw_kinds(axes: Axes, layers: Sequence[Layer], *, width: float, below: Sequence[Axes]) -> None:
    """Draw a strip that shows each layer's kind, and name the layers under it.

    width  the width of the axes in inches, which limits the number of names
    below  the panels above the strip, which get no ticks of their own
    """
    for panel in below:
        panel.tick_params(axis="x", bottom=False, labelbottom=False)
    kinds = np.array([[KINDS.index(layer.kind) for layer in layers]])
    axes.imshow(
        kinds,
        cmap=ListedColormap(list(KIND_COLORS.values())),
        vmin=-0.5,
        vmax=len(KINDS) - 0.5,
        aspect="auto",
        interpolation="nearest",
        extent=(-0.5, len(layers) - 0.5, 0, 1),
    )
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="x", length=2, pad=1.5)
    label_layers(axes, [layer.name for layer in layers], width)


def names_height(layers: Sequence[Layer]) -> float:
    """Return the height, in inches, of the names of the layers below a strip."""
    return 0.06 * max(n_columns(shorten(layer.name, MAX_LABEL_CHARS)) for layer in layers)


def label_layers(axes: Axes, names: Sequence[str], width: float) -> None:
    """Name the layers; if there are too many, name only the first of each block, and leave space between names."""
    room = width * 72 / LABEL_PITCH_POINTS
    labels, note = [shorten(name, MAX_LABEL_CHARS) for name in names], ""
    if len(names) > room:
        labels = [shorten(".".join(name.split(".")[:2]), MAX_LABEL_CHARS) for name in names]
        note = "; names: first of each block"
    firsts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
    shown: list[int] = []
    for i in sorted(firsts, key=lambda i: ("." not in labels[i], i)):  # if space is short, blocks before single layers
        if all(abs(i - other) >= len(names) / room for other in shown):
            shown.append(i)
    shown.sort()
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_xticks(shown, [labels[i] for i in shown], rotation=90)
    axes.set_xlabel(wrap(f"layer, from the input to the output ({len(names)} layers{note})", width, 7.5))


def kind_handles(layers: Sequence[Layer]) -> list[Patch]:
    """Return legend handles for the kinds that occur among the layers."""
    there = {layer.kind for layer in layers}
    return [Patch(color=KIND_COLORS[kind], label=kind) for kind in KINDS if kind in there]

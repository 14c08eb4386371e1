"""Select the layers that a figure or a table shows; the kinds of layers. numpy only."""

from collections.abc import Sequence
from dataclasses import replace

from rotational_variance.statistics.measurement import Layer, Measurement

KINDS = (
    "convolution", "normalisation", "activation", "pooling", "residual sum", "concatenation", "linear",
    "attention", "output",
)  # fmt: skip
SELECTIONS = ("published", "all")
AUTO = "auto"
PUBLISHED_MODELS = ("simple_conv", "all_convolutional", "vgg16", "resnet")


def choose(selection: str, model: str) -> str:
    """Return the selection that is meant: "auto" is the published layers of a published model, and all of another."""
    if selection != AUTO:
        return selection
    return "published" if model in PUBLISHED_MODELS else "all"


def select(measurement: Measurement, selection: str) -> Measurement:
    """Keep "all" layers of a measurement, or the "published" ones. Raises ValueError for another name."""
    if selection not in SELECTIONS:
        raise ValueError(f"layers: got {selection!r}, expected one of {', '.join(SELECTIONS)}")
    return measurement if selection == "all" else replace(measurement, layers=published_layers(measurement.layers))


def published_layers(layers: Sequence[Layer]) -> list[Layer]:
    """Return only the layers that the published figures and averages hold.

    The others are normalisations that an activation follows directly (the two count as one layer, the activation), and
    projections on shortcuts, which are recognised by their names. Source: the numbers of layers and units that Quiroga
    et al. 2019 published; the returned layers have exactly these numbers for simple_conv, all_convolutional and resnet.
    """
    following = [*layers[1:], None]
    return [
        layer
        for layer, after in zip(layers, following, strict=True)
        if not any(word in layer.name for word in ("downsample", "shortcut"))
        and not (layer.kind == "normalisation" and after is not None and after.kind == "activation")
    ]

"""Made-up runs to tabulate, and what is to be read in a table."""

import re

import numpy as np

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.statistics.normalize import normalize
from rotational_variance.statistics.trainings import Training

RUN = {
    "model": "resnet", "dataset": "mnist", "training": "rotated", "seed": 0, "rotate_degrees": 180, "n_epochs": 20,
    "at_chance": False,
}  # fmt: skip
UNROTATED = RUN | {"training": "unrotated", "rotate_degrees": 0}
WITHIN_45 = RUN | {"training": "within45", "rotate_degrees": 45}
UNTRAINED = RUN | {"training": "untrained", "rotate_degrees": 0, "n_epochs": 0}
FOUR = {
    training.name: training
    for training in (
        Training("unrotated", "unrotated", "unrotated training", 0),
        Training("rotated", "rotated", "rotated training", 1),
        Training("within45", "within 45 degrees", "within 45 degrees", 2),
        Training("untrained", "untrained", "untrained", 3),
    )
}


def _inverse(sample_std, transformation_std):
    return normalize(sample_std, transformation_std)


INVERSE = Measure(  # another relative measure: infinite where M is 0
    name="inverse", title="inverse of M", symbol="1/M", equation="1/M = sample std / transformation std",
    formula=_inverse,
    zero="not invariant", one="", more_invariant="higher", bounds=(0, float("inf")), scale=(0, 2), reference=1,
    is_relative=True, source="made up",
)  # fmt: skip
TWO = {name: FOUR[name] for name in ("unrotated", "rotated")}
NAN = float("nan")
BELOW = -1.0  # in place of the M of a unit below precision
NOISE = 1e-6  # the rounding noise of such a unit


def measurement_of(layers, class_names=("a", "b"), unit_axis=1, n_test=None):
    """Make a measurement of {name: (kind, transformation_std, sample_std[, rounding_noise])}.

    transformation_std, sample_std  [aggregation, sample_set, unit]
    rounding_noise                  [aggregation, unit], 0 unless given
    n_test                          [sample_set], as many as were measured unless given
    """
    n_sets = 1 + len(class_names)
    n_samples = np.full(n_sets, 4)
    return Measurement(
        [_layer_of(name, unit_axis, *statistics) for name, statistics in layers.items()],
        np.array([0.0, 90]), ["mean", "max"], ["all", *class_names], n_samples,
        n_samples if n_test is None else np.array(n_test), np.ones((n_sets, 2)),
    )  # fmt: skip


def _layer_of(name, unit_axis, kind, transformation_std, sample_std, rounding_noise=None):
    transformation_std, sample_std = np.array(transformation_std, dtype=float), np.array(sample_std, dtype=float)
    noise = np.zeros_like(transformation_std[:, 0]) if rounding_noise is None else np.array(rounding_noise, dtype=float)
    statistics = {"transformation_std": transformation_std, "sample_std": sample_std}
    return Layer(name, kind, statistics, noise, unit_axis)


def layer(normalized, kind="linear"):
    """Make a layer of these M [aggregation, sample_set, unit]; infinite where M is, dead where it is NaN, and BELOW."""
    normalized = np.array(normalized, dtype=float)
    below = normalized == BELOW
    sample = np.select([below, np.isfinite(normalized)], [NOISE, 1.0])
    transformation = np.select([below, np.isinf(normalized)], [NOISE, 1.0], np.nan_to_num(normalized, posinf=1))
    return kind, transformation, sample, np.where(below.any(1), NOISE, 0)


def same(value, n_units=1, kind="linear"):
    """Make a layer whose every M is `value`, or one of these by aggregation."""
    return layer(np.broadcast_to(np.reshape(value, (-1, 1, 1)), (2, 3, n_units)), kind)


def verdicts_in(text):
    return [line for line in text.splitlines() if line.startswith("**")]


def tables_in(text):
    """Return the cells of each pipe table of a Markdown text: [table][line][column], the rule below the header apart."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    lines = [[[cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines()] for block in blocks]
    for table in lines:
        assert len({len(cells) for cells in table}) == 1
        assert all(set(cell) <= {"-", ":"} for cell in table[1])
    return [[table[0], *table[2:]] for table in lines]

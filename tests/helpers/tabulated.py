"""Made-up runs to tabulate, and what is to be read in a table."""

import re

import numpy as np

from rotational_variance.measures.measurement import Layer, Measurement

RUN = {"model": "resnet", "dataset": "mnist", "training": "rotated", "seed": 0}
NAN = float("nan")


def measurement_of(layers, class_names=("a", "b")):
    """Make a measurement of {name: (kind, transformation_std, sample_std)}, each std [aggregation, sample_set, unit]."""
    n_sets = 1 + len(class_names)
    return Measurement(
        [Layer(name, kind, np.array(t, dtype=float), np.array(s, dtype=float)) for name, (kind, t, s) in layers.items()],
        np.array([0.0, 90]), ["mean", "max"], ["all", *class_names], np.full(n_sets, 4), np.ones((n_sets, 2)),
    )  # fmt: skip


def layer(normalized, kind="linear"):
    """Make a layer of these M [aggregation, sample_set, unit]; infinite where M is, dead where it is NaN."""
    normalized = np.array(normalized, dtype=float)
    sample = np.where(np.isfinite(normalized), 1.0, 0)
    transformation = np.where(np.isinf(normalized), 1.0, np.nan_to_num(normalized, posinf=1))
    return kind, transformation, sample


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

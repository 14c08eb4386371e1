"""A measure in words: what tables say of it. The words come from its definition."""

import math
from collections.abc import Iterable
from itertools import product

import numpy as np

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.words import sentence_start

STDS = {"transformation_std", "sample_std"}
DIRECTIONS = {
    "lower": "Lower values tell of more invariance.",
    "higher": "Higher values tell of more invariance.",
    "neither": "Neither lower nor higher values tell of more invariance on their own.",
}


def measure_heading(measure: Measure) -> str:
    """Return the measure's name as a heading: "Normalized variance (M)", or "Sample std"."""
    title = sentence_start(measure.title)
    return title if measure.symbol == measure.title else f"{title} ({measure.symbol})"


def equation_words(measure: Measure) -> str:
    """Write how a measure is made, and what the values 0 and 1 mean if they mean anything in particular."""
    return f"{measure.equation} ({measure.meanings})" if measure.meanings else measure.equation


def definition_words(measure: Measure) -> list[str]:
    """Return sentences on how a measure is made, what its values mean, and which units its averages hold."""
    equation = f"{equation_words(measure)}: a number for each unit of a network."
    return [equation, DIRECTIONS[measure.more_invariant], counted_units(measure), f"Source: {measure.source}."]


def counted_units(measure: Measure) -> str:
    """Say which units the averages of a measure hold."""
    below_precision = ["units below precision"] if measure.is_relative else []
    dead = _dead_value(measure)
    if dead is not None and math.isinf(dead):
        others = " and ".join(["other infinite units", *below_precision])
        return f"Dead units are infinite and left out, as are {others}."
    left_out = [*(["infinite units"] if can_be_infinite(measure) else []), *below_precision]
    counted = f"dead units count as {'the formula has it' if dead is None else f'{dead:g}'}."
    return sentence_start(f"{' and '.join(left_out)} are left out, {counted}" if left_out else counted)


def can_be_infinite(measure: Measure) -> bool:
    """Tell whether a unit can have an infinite value, from the values for statistics of 0 and 1 in each combination.

    Statistics are finite, so a value is infinite where the formula divides by 0, or takes the logarithm of 0, say.
    """
    combinations = product((0.0, 1.0), repeat=len(measure.statistics))
    return any(_is_infinite(measure, statistics) for statistics in combinations)


def _is_infinite(measure: Measure, statistics: Iterable[float]) -> bool:
    try:
        return math.isinf(_value(measure, statistics))
    except ValueError:  # no unit has such statistics: a least value above the largest, say
        return False


def _value(measure: Measure, statistics: Iterable[float]) -> float:
    return float(measure.evaluate(*(np.array([value]) for value in statistics))[0])


def _dead_value(measure: Measure) -> float | None:
    """Return the value of a dead unit, whose stds are 0; None if the measure takes others, which may be anything."""
    if not set(measure.statistics) <= STDS:
        return None
    return _value(measure, [0.0] * len(measure.statistics))

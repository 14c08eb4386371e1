"""The claim that the invariance of the outputs is class conditional."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.averages import finite_mean
from rotational_variance.measures.chance import SIGNIFICANT, binomial_tail
from rotational_variance.measures.measurement import Measurement
from rotational_variance.tables.text import NO_VALUE, count_left_out, format_number, markdown_table, run_cells


def output_row(run: dict, measurement: Measurement) -> dict:
    """Compare M of each output unit over the samples of its own class with M over those of the other classes.

    n_lowest   output units whose M is lower over the samples of their own class than over those of any other; a tie,
               such as that of a dead unit, is not lower. Classes over which a unit is below precision are left out; if
               its own class is one of them, or all others are, its M is not lower
    own_class  mean of the finite M of the units over the samples of their own class
    others     the same over the samples of the other classes

    These are None if the last layer does not have one unit per class, or if there is only one class.
    """
    last, n_classes = measurement.layers[-1], len(measurement.class_names)
    row = run | {"layer": last.name, "n_units": last.n_units, "n_classes": n_classes}
    if last.n_units != n_classes or n_classes < 2:
        return row | {"n_lowest": None, "own_class": None, "others": None}
    normalized = last.normalized[0, 1:]  # [class, unit]; all aggregations of a vector are the same
    own = np.eye(n_classes, dtype=bool)
    of_others = ~own & ~np.isnan(normalized)
    lowest_of_others = np.where(of_others, normalized, np.inf).min(0)  # [unit]
    return row | {
        "n_lowest": int((of_others.any(0) & (normalized[own] < lowest_of_others)).sum()),
        "own_class": finite_mean(normalized[own]),
        "others": finite_mean(normalized[~own]),
    }


def outputs_section(rows: Sequence[dict]) -> str:
    """Write the claim, the verdict on each training and the numbers."""
    verdicts = "\n\n".join(_verdict(rows, training) for training in dict.fromkeys(row["training"] for row in rows))
    return f"""## 2. The invariance of the outputs is class conditional

The claim: the output unit of a class is the most invariant for images of that class. The test: of the M of an output
unit over the samples of each class, that over the samples of its own class is the lowest. Each output unit of each run
is one comparison; the trainings are judged apart. By chance, the claim would hold for one unit a run: it counts as
supported where it holds for more than half of the units, as supported in part where for fewer, but for more than chance
explains (binomial test, 1 %). The table counts the units for which it holds, and shows the mean M over the samples of
the unit's own class beside that over the samples of the other classes.

{verdicts}

{_table(rows)}"""


def _verdict(rows: Sequence[dict], training: str) -> str:
    of_training = [row for row in rows if row["training"] == training]
    tested = [row for row in of_training if row["n_lowest"] is not None and not row["at_chance"]]
    n_lowest, n_units = (sum(row[name] for row in tested) for name in ("n_lowest", "n_units"))
    left_out = count_left_out(of_training)
    if not tested:
        reason = "needs a last layer with one unit a class, and two classes or more"
        return f"**Not tested after {training} training: {reason}{left_out}.**"
    words = "Supported" if 2 * n_lowest > n_units else "Not supported"
    if words == "Not supported" and binomial_tail(n_lowest, n_units, len(tested) / n_units) < SIGNIFICANT:
        words = "Supported in part"
    held = f"it holds for {n_lowest} of {n_units} output units, {len(tested)} expected by chance"
    return f"**{words} after {training} training: {held}{left_out}.**"


def _table(rows: Sequence[dict]) -> str:
    lines = [
        {
            **run_cells(row),
            "classes": str(row["n_classes"]),
            "units": str(row["n_units"]),
            "lowest": format_number(row["n_lowest"], "{}"),
            "by chance": NO_VALUE if row["n_lowest"] is None else "1",
            "own class": format_number(row["own_class"]),
            "others": format_number(row["others"]),
        }
        for row in rows
    ]
    return markdown_table(lines, n_text=3)

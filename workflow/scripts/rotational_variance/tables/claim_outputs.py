"""The claim that the invariance of the outputs is class conditional."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import finite_mean
from rotational_variance.statistics.chance import SIGNIFICANT, binomial_tail
from rotational_variance.statistics.measurement import Measurement
from rotational_variance.statistics.trainings import Training
from rotational_variance.statistics.units import evaluate
from rotational_variance.tables.run_cells import (
    UNTRAINED_NO_EVIDENCE,
    Trainings,
    count_left_out,
    is_evidence,
    seeds_cells,
    why_no_evidence,
)
from rotational_variance.tables.seeds import Seeds, group_seeds
from rotational_variance.tables.text import NO_VALUE, exists, markdown, markdown_table, paragraph, sections
from rotational_variance.tables.training_comparison import of_trainings
from rotational_variance.tables.verdicts import bold_verdict


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
    normalized = evaluate(last, M)[0, 1:]  # [class, unit]; all aggregations of a vector are the same
    own = np.eye(n_classes, dtype=bool)
    of_others = ~own & ~np.isnan(normalized)
    lowest_of_others = np.where(of_others, normalized, np.inf).min(0)  # [unit]
    return row | {
        "n_lowest": int((of_others.any(0) & (normalized[own] < lowest_of_others)).sum()),
        "own_class": finite_mean(normalized[own]),
        "others": finite_mean(normalized[~own]),
    }


def count_outputs(rows: Sequence[dict], trainings: Trainings) -> dict[str, tuple[int, int]]:
    """Return for how many output units the claim holds, and of how many, by training."""
    return {
        name: (_total(tested, "n_lowest"), _total(tested, "n_units"))
        for name, training in trainings.items()
        for tested in [_tested(of_trainings(rows, training))]
    }


def _tested(rows: Sequence[dict]) -> list[dict]:
    return [row for row in rows if row["n_lowest"] is not None and is_evidence(row)]


def _total(rows: Sequence[dict], column: str) -> int:
    return sum(row[column] for row in rows)


def outputs_section(rows: Sequence[dict], trainings: Trainings) -> str:
    """Write the claim, the verdict on each training and the numbers, over seeds."""
    return sections(
        "## 2. The invariance of the outputs is class conditional",
        paragraph("""
            The claim: the output unit of a class is the most invariant for images of that class. The test: of the M of
            an output unit over the samples of each class, that over the samples of its own class is the lowest. Each
            output unit of each run is one comparison; the trainings are judged apart. By chance, the claim would hold
            for one unit a run: it counts as supported where it holds for more than half of the units, as supported in
            part where for fewer, but for more than chance explains (binomial test, 1 %). The table counts the units for
            which it holds, and shows the mean M over the samples of the unit's own class beside that over the samples
            of the other classes.
        """),
        *(_verdict(of_trainings(rows, training), training) for training in trainings.values()),
        outputs_table(group_seeds(rows), trainings),
    )


def _verdict(rows: Sequence[dict], training: Training) -> str:
    """Return the verdict on the rows of one training."""
    subject = markdown(training.label)
    if all(row["n_epochs"] == 0 for row in rows):
        return bold_verdict(f"not tested, as {UNTRAINED_NO_EVIDENCE}", subject)
    tested = _tested(rows)
    n_lowest, n_units = _total(tested, "n_lowest"), _total(tested, "n_units")
    left_out = count_left_out(rows, untrained=True)
    if not tested:
        needs = "it needs a last layer with one unit a class, and two classes or more"
        return bold_verdict(f"not tested, as {why_no_evidence(rows, 'its runs') or needs}{left_out}", subject)
    words = "supported" if 2 * n_lowest > n_units else "not supported"
    if words == "not supported" and binomial_tail(n_lowest, n_units, len(tested) / n_units) < SIGNIFICANT:
        words = "supported in part"
    own, others = (
        finite_mean(np.array([row[name] for row in tested], dtype=float)) for name in ("own_class", "others")
    )
    held = f"it holds for {n_lowest} of {n_units} output units, {len(tested)} expected by chance"
    if exists(own) and exists(others):
        held += f"; mean M {own:.2f} over own classes, {others:.2f} over the others"
    return bold_verdict(f"{words}, as {held}{left_out}", subject)


def outputs_table(of_cells: Sequence[Seeds], trainings: Trainings) -> str:
    """Lay out the numbers, a row for the seeds of a model, dataset and training."""
    lines = [
        [
            *seeds_cells(seeds, trainings),
            ("classes", str(seeds.first["n_classes"])),
            ("units", str(seeds.first["n_units"])),
            ("own class", seeds.text("own_class")),
            ("others", seeds.text("others")),
            ("by chance", NO_VALUE if seeds.first["n_lowest"] is None else "1"),
            ("lowest", seeds.text("n_lowest", "{:.0f}" if len(seeds.rows) == 1 else "{:.1f}")),
        ]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)

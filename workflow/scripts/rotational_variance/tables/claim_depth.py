"""The claim that lower layers are the most invariant."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.averages import finite_mean, layer_values
from rotational_variance.statistics.layer_selection import AUTO, choose, select
from rotational_variance.statistics.measurement import ALL, Measurement
from rotational_variance.statistics.units import unit_values
from rotational_variance.tables.run_cells import Trainings, count_left_out, is_evidence, seeds_cells, why_no_evidence
from rotational_variance.tables.seeds import Seeds, group_seeds
from rotational_variance.tables.text import (
    NO_VALUE,
    exists,
    markdown,
    markdown_table,
    paragraph,
    sections,
    yes_or_no,
)
from rotational_variance.tables.training_comparison import of_trainings
from rotational_variance.tables.verdicts import count_held, verdict

THIRDS = ("first", "middle", "last")
PUBLISHED = {"mean": True, "max": False}  # whether the claim held, by aggregation (Quiroga et al. 2019)


def depth_rows(run: dict, measurement: Measurement) -> list[dict]:
    """Compare M of the layers near the input with that of the others, over all samples.

    The layers are the published ones of a published model, and all of another. Return one row per aggregation, with the
    columns first, middle and last (the mean of the layers' M over each third of the layers), rank_correlation (of depth
    with M), lowest_layer (the name of the layer with the lowest M) and holds (whether the first third has the lowest
    mean). Layers without finite units are left out; a value is None or NaN if no layer is left for it.
    """
    measurement = select(measurement, choose(AUTO, run["model"]))
    return [run | {"aggregation": name} | _depth_numbers(measurement, name) for name in measurement.aggregations]


def _depth_numbers(measurement: Measurement, aggregation: str) -> dict:
    values = layer_values(unit_values(measurement, M, aggregation, ALL))
    thirds = [finite_mean(third) for third in np.array_split(values, 3)]
    known = ~np.isnan(values)
    return dict(zip(THIRDS, thirds, strict=True)) | {
        "rank_correlation": rank_correlation(np.flatnonzero(known), values[known]),
        "lowest_layer": measurement.layers[np.nanargmin(values)].name if known.any() else None,
        "holds": thirds[0] < min(thirds[1:]) if all(map(exists, thirds)) else None,
    }


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return Spearman's rank correlation, ties averaged; NaN if `x` or `y` does not vary.

    Source: Spearman 1904, "The proof and measurement of association between two things".
    """
    ranks = [_ranks(x), _ranks(y)]
    if any(len(set(of_one)) < 2 for of_one in ranks):
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of the values, from 1; equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[inverse]


def depth_section(rows: Sequence[dict], trainings: Trainings) -> str:
    """Write the claim, the verdict on each aggregation and the numbers, over seeds."""
    return sections(
        "## 3. Lower layers are the most invariant",
        paragraph("""
            The claim: layers near the input are more invariant than deeper ones. The test: of the first, middle and
            last third of the published layers (of all layers, if the model was not published), the first has the lowest
            mean M (all samples; each layer counts the same, whatever its number of units). Each run is one comparison;
            the aggregations, mean and max of a feature map, are judged apart. As published, the claim is true for the
            mean and false for the max. A reason is known for the layers near the input: on a black background, turning
            an image hardly changes the mean of a convolution's output, but it does change its maximum. The rank
            correlation (Spearman) is that of depth with M: near +1, M rises from layer to layer; near -1, it falls.
        """),
        *(_verdict(rows, name, trainings) for name in dict.fromkeys(row["aggregation"] for row in rows)),
        depth_table(group_seeds(rows), trainings),
    )


def count_depth(rows: Sequence[dict], trainings: Trainings) -> dict[str, dict[str, tuple[int, int]]]:
    """Return in how many runs the claim holds, and of how many, by aggregation, then by training."""
    return {
        name: {
            training.name: count_held(row["holds"] for row in of_trainings(_tested(rows, name), training))
            for training in trainings.values()
        }
        for name in dict.fromkeys(row["aggregation"] for row in rows)
    }


def _tested(rows: Sequence[dict], aggregation: str) -> list[dict]:
    return [row for row in rows if row["aggregation"] == aggregation and is_evidence(row)]


def _verdict(rows: Sequence[dict], aggregation: str, trainings: Trainings) -> str:
    held = [row["holds"] for row in _tested(rows, aggregation)]
    counts = count_depth(rows, trainings)[aggregation].items()
    parts = [f"{n_held} of {n}, {markdown(trainings[name].label)}" for name, (n_held, n) in counts if n]
    needs = "it needs finite units in each third of the layers of a trained network"
    return verdict(
        held,
        "runs",
        why_no_evidence(rows) or needs,
        f"By {aggregation}",
        count_left_out(rows, untrained=True),
        parts="; ".join(parts) if len(parts) > 1 else "",
        published=PUBLISHED.get(aggregation),
    )


def depth_table(of_cells: Sequence[Seeds], trainings: Trainings) -> str:
    """Lay out the numbers, a row for each aggregation and the seeds of a model, dataset and training."""
    lines = [
        [
            *seeds_cells(seeds, trainings),
            ("aggregation", seeds.first["aggregation"]),
            *((f"{third} third", seeds.text(third)) for third in THIRDS),
            ("rank correlation", seeds.text("rank_correlation", "{:+.2f}")),
            ("lowest layer", _lowest_layer(seeds)),
            ("first third lowest", _first_third_lowest(seeds)),
        ]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)


def _lowest_layer(seeds: Seeds) -> str:
    """Return the name of the layer with the lowest M if it is the same for all seeds that count."""
    name, *others = {row["lowest_layer"] for row in seeds.counted}
    if others:
        return "differs"
    return NO_VALUE if name is None else f"`{name}`"


def _first_third_lowest(seeds: Seeds) -> str:
    """Return yes or no for one seed; for several, for how many of those with a value the claim holds."""
    if len(seeds.rows) == 1:
        return yes_or_no(seeds.first["holds"])
    held = [row["holds"] for row in seeds.counted if row["holds"] is not None]
    return f"{sum(held)} of {len(held)} seeds" if held else NO_VALUE

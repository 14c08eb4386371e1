"""The claim that lower layers are the most invariant."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.measures.averages import finite_mean, layer_values
from rotational_variance.measures.layer_selection import select
from rotational_variance.measures.measurement import ALL, Measurement
from rotational_variance.tables.text import (
    NO_VALUE,
    count_left_out,
    exists,
    format_number,
    markdown_table,
    run_cells,
    yes_or_no,
)
from rotational_variance.tables.verdicts import verdict

THIRDS = ("first", "middle", "last")


def depth_rows(run: dict, measurement: Measurement) -> list[dict]:
    """Compare M of the layers near the input with that of the others, over the published layers and all samples.

    Return one row per aggregation, with the columns first, middle and last (the mean of the layers' M over each third
    of the layers), rank_correlation (of depth with M), lowest_layer (the name of the layer with the lowest M) and holds
    (whether the first third has the lowest mean). Layers without finite units are left out; a value is None or NaN if
    no layer is left for it.
    """
    measurement = select(measurement, "published")
    return [run | {"aggregation": name} | _depth_numbers(measurement, name) for name in measurement.aggregations]


def _depth_numbers(measurement: Measurement, aggregation: str) -> dict:
    values = layer_values(measurement.normalized(aggregation, ALL))
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


def depth_section(rows: Sequence[dict]) -> str:
    """Write the claim, the verdict on each aggregation and the numbers."""
    verdicts = "\n\n".join(_verdict(rows, name) for name in dict.fromkeys(row["aggregation"] for row in rows))
    return f"""## 3. Lower layers are the most invariant

The claim: layers near the input are more invariant than deeper ones. The test: of the first, middle and last third of
the published layers, the first has the lowest mean M (all samples; each layer counts the same, whatever its number of
units). Each run is one comparison; the aggregations, mean and max of a feature map, are judged apart. As published, the
claim is true for the mean and false for the max. A reason is known for the layers near the input: on a black
background, turning an image hardly changes the mean of a convolution's output, but it does change its maximum. The rank
correlation (Spearman) is that of depth with M: near +1, M rises from layer to layer; near -1, it falls.

{verdicts}

{_table(rows)}"""


def _verdict(rows: Sequence[dict], aggregation: str) -> str:
    held = [row["holds"] for row in rows if row["aggregation"] == aggregation and not row["at_chance"]]
    reason = "needs finite units in each third of the layers"
    return verdict(held, "runs", reason, f"By {aggregation}", count_left_out(rows))


def _table(rows: Sequence[dict]) -> str:
    lines = [
        {
            **run_cells(row),
            "aggregation": row["aggregation"],
            **{f"{third} third": format_number(row[third]) for third in THIRDS},
            "rank correlation": format_number(row["rank_correlation"], "{:+.2f}"),
            "lowest layer": NO_VALUE if row["lowest_layer"] is None else f"`{row['lowest_layer']}`",
            "first third lowest": yes_or_no(row["holds"]),
        }
        for row in rows
    ]
    return markdown_table(lines, n_text=3)

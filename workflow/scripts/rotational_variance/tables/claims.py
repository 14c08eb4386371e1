"""The published claims, each tested on all runs."""

from collections.abc import Sequence

from rotational_variance.tables.claim_depth import depth_section
from rotational_variance.tables.claim_outputs import outputs_section
from rotational_variance.tables.claim_training import training_section
from rotational_variance.tables.text import chance_note


def claims_markdown(global_rows: Sequence[dict], output_rows: Sequence[dict], depth_rows: Sequence[dict]) -> str:
    """Write each claim, its test, the verdict, and the numbers behind the verdict.

    The rows are those of all runs, by `global_table.global_rows`, `claim_outputs.output_row` and
    `claim_depth.depth_rows`.
    """
    return f"""# What was claimed, and what these runs say

Three claims of Quiroga et al. (2019) about M = transformation std / sample std: 0 is invariant to rotation, about 1 or
more is not. Unless said otherwise, a claim counts as supported where it holds in more than half of the comparisons, as
refuted where it holds in less than half of them. Comparisons without a value (n/a) do not count.
{chance_note(global_rows)}
{training_section(global_rows)}
{outputs_section(output_rows)}
{depth_section(depth_rows)}"""

"""The published claims, each tested on all runs."""

from collections.abc import Sequence

from rotational_variance.tables.claim_depth import depth_section, depth_table
from rotational_variance.tables.claim_outputs import outputs_section, outputs_table
from rotational_variance.tables.claim_training import training_section
from rotational_variance.tables.run_cells import Trainings, chance_note, seeds_note
from rotational_variance.tables.seeds import Seeds, has_several_seeds
from rotational_variance.tables.text import paragraph, sections


def claims_markdown(
    global_rows: Sequence[dict], output_rows: Sequence[dict], depth_rows: Sequence[dict], trainings: Trainings
) -> str:
    """Write each claim, its test, the verdict, and the numbers behind the verdict: over seeds, and then of each seed.

    The rows are those of all runs, by `global_table.global_rows` (M among the measures), `claim_outputs.output_row` and
    `claim_depth.depth_rows`.
    """
    several_seeds = has_several_seeds(output_rows)
    return sections(
        "# What was claimed, and what these runs say",
        paragraph("""
            Three claims of Quiroga et al. (2019) about M = transformation std / sample std: 0 is invariant to rotation,
            about 1 or more is not. Unless said otherwise, a claim counts as supported where it holds in more than half
            of the comparisons, as refuted where it holds in less than half of them. Comparisons without a value (n/a)
            do not count.
        """),
        chance_note(global_rows),
        _untrained_note(output_rows),
        _seeds_note(output_rows) if several_seeds else "",
        training_section(global_rows, trainings),
        outputs_section(output_rows, trainings),
        depth_section(depth_rows, trainings),
        _single_seeds(output_rows, depth_rows, trainings) if several_seeds else "",
    )


def _seeds_note(rows: Sequence[dict]) -> str:
    return paragraph("The tables of claims 2 and 3 have one row for all seeds of a network.", seeds_note(rows))


def _single_seeds(output_rows: Sequence[dict], depth_rows: Sequence[dict], trainings: Trainings) -> str:
    outputs, depth = ([Seeds([row]) for row in rows] for rows in (output_rows, depth_rows))
    return sections(
        "## Single seeds",
        "### 2. The outputs of single seeds",
        outputs_table(outputs, trainings),
        "### 3. The layers of single seeds",
        depth_table(depth, trainings),
    )


def _untrained_note(rows: Sequence[dict]) -> str:
    """Return a paragraph on untrained networks; "" if there are none."""
    if all(row["n_epochs"] > 0 for row in rows):
        return ""
    return paragraph("""
        The claims are about trained networks. Untrained ones (0 epochs) are no evidence of these: no verdict counts
        them, while their rows stay in the tables.
    """)

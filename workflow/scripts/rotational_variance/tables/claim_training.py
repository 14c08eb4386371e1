"""The claim that training on rotated images lowers the global M."""

from collections import Counter
from collections.abc import Sequence

from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.statistics.layer_selection import AUTO, choose
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.global_table import COLUMNS
from rotational_variance.tables.run_cells import Trainings, count_left_out
from rotational_variance.tables.text import (
    beside_published,
    exists,
    format_number,
    markdown,
    markdown_table,
    paragraph,
    published_note,
    sections,
    yes_or_no,
)
from rotational_variance.tables.training_comparison import (
    compare_trainings,
    comparison_cells,
    each_comparison,
    of_trainings,
)
from rotational_variance.tables.verdicts import bold_verdict, verdict


def training_rows(global_rows: Sequence[dict], first: Training, other: Training) -> list[dict]:
    """Compare M of two trainings: one row per dataset, model, aggregation and sample set.

    The layers are the published ones of a published model, and all of another. The columns are those of
    `compare_trainings`, and

    no_test  the reason why the comparison does not test the claim; "" if it does
    holds    whether the training on rotated images has the lower M; None if M is missing for a training, or if the
             comparison does not test the claim
    """
    rows = [row for row in global_rows if row["measure"] == M.name and row["layers"] == choose(AUTO, row["model"])]
    compared = (compare_trainings(rows, column, first, other) for column in COLUMNS.values())
    return [
        row | {"aggregation": aggregation, "sample_set": sample_set} | _test(row)
        for of_pair in zip(*compared, strict=True)
        for (aggregation, sample_set), row in zip(COLUMNS, of_pair, strict=True)
    ]


def _test(compared: dict) -> dict:
    first, other = compared["first_does"], compared["other_does"]
    no_test = _why_no_test(first, other)
    difference = compared["difference"] if other["rotate_degrees"] > 0 else -compared["difference"]
    return {"no_test": no_test, "holds": difference < 0 if exists(difference) and not no_test else None}


def _why_no_test(first: dict, other: dict) -> str:
    """Say why two trainings do not test the claim; "" if one was on rotated images, and the other on upright ones."""
    if first["n_epochs"] == 0 or other["n_epochs"] == 0:
        return "untrained networks were not trained on any images"
    if first["rotate_degrees"] > 0 and other["rotate_degrees"] > 0:
        return "both trainings were on rotated images"
    if first["rotate_degrees"] == other["rotate_degrees"] == 0:
        return "both trainings were on upright images"
    return ""


def training_section(global_rows: Sequence[dict], trainings: Trainings) -> str:
    """Write the claim, and the verdict and the numbers of each other training against the first one."""
    first, *others = trainings.values()
    against = f"Each other training is compared with the first, {markdown(first.label)}." if len(others) > 1 else ""
    return sections(
        "## 1. Training on rotated images lowers M",
        paragraph(f"""
            The claim: a network that was trained on rotated images is less variant to rotation than the same network
            trained on upright ones. The test: the global M over the published layers (over all layers, if the model was
            not published), mean over seeds, is lower after training on rotated images, as the column "lower" tells.
            Dead units count as 1, as published. Each model, dataset, aggregation (mean or max of a feature map) and
            sample set (all, or stratified: the mean over the classes) is one comparison. {against}
            {published_note(global_rows)}
        """),
        each_comparison(trainings, lambda first, other: _comparison(global_rows, trainings, first, other)),
    )


def _comparison(global_rows: Sequence[dict], trainings: Trainings, first: Training, other: Training) -> str:
    rows = training_rows(global_rows, first, other)
    left_out = count_left_out(of_trainings(global_rows, first, other))
    subject = "" if len(trainings) == 2 else markdown(other.label)
    tests = [row for row in rows if not row["no_test"]]
    held = [row["holds"] for row in tests]
    untested = _all_at_chance(tests, first, other) or "it needs an M of both trainings of a model on a dataset"
    lines = [verdict(held, "comparisons", untested, subject, left_out)] if tests else []
    for reason, n in Counter(row["no_test"] for row in rows if row["no_test"]).items():
        which = f" in {n} more comparisons" if tests else ""
        lines.append(bold_verdict(f"no test of the claim{which}, as {reason}", subject))
    return sections(*lines, _table(rows, first, other))


def _all_at_chance(tests: Sequence[dict], first: Training, other: Training) -> str:
    """Say which runs are at chance if each comparison lacks a training because all runs of it are; "" if not."""
    if not all(row["first_at_chance"] or row["other_at_chance"] for row in tests):
        return ""
    sides = (("first", first), ("other", other))
    everywhere = [markdown(each.label) for side, each in sides if all(row[f"{side}_at_chance"] for row in tests)]
    which = " and of ".join(everywhere) or "a training, on each dataset and model,"
    return f"all runs of {which} are at chance"


def _table(rows: Sequence[dict], first: Training, other: Training) -> str:
    is_tested = any(not row["no_test"] for row in rows)
    lines = [
        [
            ("dataset", markdown(row["dataset"])),
            ("model", markdown(row["model"])),
            ("aggregation", row["aggregation"]),
            ("samples", row["sample_set"]),
            *comparison_cells(row, first, other, "{:.3f}"),
            ("difference", _difference(row)),
            *([("lower", yes_or_no(row["holds"]))] if is_tested else []),
        ]
        for row in rows
    ]
    return markdown_table(lines, n_text=4)


def _difference(row: dict) -> str:
    return beside_published(format_number(row["difference"], "{:+.3f}"), row["published_difference"], "{:+.3f}")

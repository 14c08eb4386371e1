"""The global values of each run as LaTeX: a table for each measure."""

import textwrap
from collections.abc import Sequence

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.layer_selection import AUTO, choose
from rotational_variance.tables.global_table import COLUMNS, number_form, published_models
from rotational_variance.tables.measure_words import counted_units, equation_words
from rotational_variance.tables.run_cells import SOME_AT_CHANCE, Trainings, chance_mark
from rotational_variance.tables.seeds import LATEX, group_seeds, has_several_seeds
from rotational_variance.tables.text import AT_CHANCE_MEANS, latex, latex_row


def global_latex(rows: Sequence[dict], measures: Sequence[Measure], trainings: Trainings) -> str:
    """Write the global values as LaTeX: a table for each measure, grouped by dataset.

    They are over the published layers of a published model, and over all layers of another.
    """
    of_measures = ([row for row in rows if row["measure"] == measure.name] for measure in measures)
    tables = (_table(of_one, measure, trainings) for of_one, measure in zip(of_measures, measures, strict=True))
    needs = "% Needs \\usepackage{booktabs} in the preamble; nothing else."
    wide = ["% Wider than the text? Write table* or sidewaystable (package rotating) for table."]
    return "\n".join([needs, *(wide if has_several_seeds(rows) else []), *tables])


def _table(rows: Sequence[dict], measure: Measure, trainings: Trainings) -> str:
    rows = [row for row in rows if row["layers"] == choose(AUTO, row["model"])]
    header = ["model", "training", *map(", ".join, COLUMNS)]
    form, groups = number_form(rows, measure), []
    for dataset in dict.fromkeys(row["dataset"] for row in rows):
        lines = [[latex(dataset), *[""] * (len(header) - 1)]]
        for seeds in group_seeds(row for row in rows if row["dataset"] == dataset):
            training = trainings[seeds.first["training"]].cell + chance_mark(seeds)
            values = (seeds.text(column, form, LATEX) for column in COLUMNS.values())
            lines.append([latex(seeds.first["model"]), latex(training), *values])
        groups.append("".join(map(latex_row, lines)))
    body = "    \\midrule\n".join([latex_row(header), *groups])
    columns = "ll" + "r" * (len(header) - 2)
    sentences = " ".join(_caption(rows, measure))
    caption = textwrap.fill(sentences, 118, initial_indent=r"  \caption{", subsequent_indent="    ")
    size = r"\scriptsize" if has_several_seeds(rows) else r"\footnotesize"
    return rf"""\begin{{table}}
  \centering
  {size}
  \setlength{{\tabcolsep}}{{3pt}}
{caption}}}
  \label{{tab:global-{measure.name.replace("_", "-")}}}
  \begin{{tabular}}{{@{{}}{columns}@{{}}}}
    \toprule
{body}    \bottomrule
  \end{{tabular}}
\end{{table}}
"""


def _caption(rows: Sequence[dict], measure: Measure) -> list[str]:
    """Return the sentences of a table's caption; those that explain what may occur, only if it does."""
    sentences = [
        f"Global {measure.symbol} of each network, the mean over all units of {_layers(rows)}.",
        f"{equation_words(measure)}.",
        "By aggregation of the feature maps (mean, max) and by samples (all; stratified: the mean over the classes).",
        counted_units(measure),
    ]
    n_seeds = len({row["seed"] for row in rows})
    sentences += [f"Mean and standard deviation over {n_seeds} seeds."] if n_seeds > 1 else []
    if any(row["at_chance"] for row in rows):
        sentences += [AT_CHANCE_MEANS, *([SOME_AT_CHANCE] if n_seeds > 1 else [])]
    published = published_models(rows)
    sentences += ["Published values (Quiroga et al. 2019) in brackets."] if published else []
    sentences += ["The published vgg16 had 8 convolutions."] if "vgg16" in published else []
    return [latex(sentence).replace("al. ", r"al.\ ") for sentence in sentences]


def _layers(rows: Sequence[dict]) -> str:
    """Name the layers that the values of a table are over."""
    words = {"published": "the layers that were published", "all": "all layers"}
    found = {row["layers"] for row in rows}
    if len(found) == 1:
        return words[found.pop()]
    return "the layers that were published, or of all layers if the model was not published"

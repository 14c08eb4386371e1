"""The global values of each run as Markdown: a section for each measure."""

from collections.abc import Sequence

from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.layer_selection import SELECTIONS
from rotational_variance.tables.global_table import COLUMNS, COUNTS, number_form, published_models
from rotational_variance.tables.measure_words import can_be_infinite, definition_words, measure_heading
from rotational_variance.tables.run_cells import Trainings, chance_note, seeds_cells, seeds_note
from rotational_variance.tables.seeds import Seeds, group_seeds, has_several_seeds
from rotational_variance.tables.text import PUBLISHED_WHERE, markdown, markdown_table, paragraph, sections


def global_markdown(rows: Sequence[dict], measures: Sequence[Measure], trainings: Trainings) -> str:
    """Write the global values of all runs: of each measure, over the published layers, over all, and special units.

    Of several measures, each has a heading of its own. Of several seeds, each row is the mean and standard deviation
    over seeds, and the rows of single seeds follow at the end.
    """
    several_seeds = has_several_seeds(rows)
    only = measures[0] if len(measures) == 1 else None
    what = f"The global {markdown(only.symbol)} of a run is the mean" if only else "A global value is a measure's mean"
    parts = [
        f"# Global {markdown(only.symbol)} of every run" if only else "# Global values of every run",
        _definition(only) if only else "",
        paragraph(f"""
            {what} over all units of the layers named. The columns are named by how a feature map becomes one number
            (its mean or its max), and by the test samples: all of them, or stratified, the mean over the classes of the
            value of each class.
        """),
        seeds_note(rows) if several_seeds else "",
        chance_note(rows),
    ]
    for measure in measures:
        of_measure = [row for row in rows if row["measure"] == measure.name]
        parts += [] if only else [f"## {markdown(measure_heading(measure))}", _definition(measure)]
        for heading, note, table in _tables(group_seeds(of_measure), measure, trainings):
            parts += [f"{'##' if only else '###'} {heading}", note, table]
    parts += ["## Single seeds"] if several_seeds else []
    for measure in measures if several_seeds else []:
        of_measure = [Seeds([row]) for row in rows if row["measure"] == measure.name]
        for heading, _, table in _tables(of_measure, measure, trainings):
            parts += [f"### {markdown(measure_heading(measure))}: {heading[0].lower()}{heading[1:]}", table]
    return sections(*parts)


def _definition(measure: Measure) -> str:
    return paragraph(*map(markdown, definition_words(measure)))


def _tables(of_cells: Sequence[Seeds], measure: Measure, trainings: Trainings) -> list[tuple[str, str, str]]:
    """Return the tables of a measure: (heading, note, table)."""
    published, everything = (
        [seeds for seeds in of_cells if seeds.first["layers"] == selection] for selection in SELECTIONS
    )
    form = number_form([row for seeds in of_cells for row in seeds.rows], measure)
    symbol = markdown(measure.symbol)
    has_no_value = f"it has no {symbol}" if measure.is_relative else f"its {symbol} is mostly noise, but counts"
    same_layers = """
        The published averages did not hold every layer. These hold the same ones: no normalisation that an activation
        follows at once, and no projection on a shortcut.
    """
    infinite = f"The {symbol} of an infinite unit is infinite: the formula divides by 0, for example."
    special = f"""
        A dead unit never changes. {infinite if can_be_infinite(measure) else ""}
        A unit below precision changes, with the angle and from sample to sample, by no more than the rounding errors of
        its values: {has_no_value}. Each cell is the global {symbol} without dead units, and in brackets the numbers of
        units that are dead, infinite and below precision. The column layers says over which layers: those that were
        published, or all.
    """
    return [
        (
            "Over the layers that were published",
            paragraph(same_layers, _published_note(published)),
            _value_table(published, form, trainings),
        ),
        (
            "Over all layers",
            "Nothing was published of these." if _published_note(published) else "",
            _value_table(everything, form, trainings),
        ),
        (
            "Units that are dead, infinite or below precision",
            paragraph(special),
            _special_units_table([*published, *everything], form, trainings),
        ),
    ]


def _published_note(of_cells: Sequence[Seeds]) -> str:
    """Return sentences on the published values; "" if there are none of these runs."""
    models = published_models(seeds.first for seeds in of_cells)
    vgg16 = "The published vgg16 had 8 convolutions, so its layers are not these." if "vgg16" in models else ""
    return f"{PUBLISHED_WHERE} {vgg16}" if models else ""


def _value_table(of_cells: Sequence[Seeds], form: str, trainings: Trainings) -> str:
    lines = [
        [
            *seeds_cells(seeds, trainings),
            ("layers", str(seeds.first["n_layers"])),
            ("units", str(seeds.first["n_units"])),
            *((", ".join(key), seeds.text(column, form)) for key, column in COLUMNS.items()),
        ]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)


def _special_units_table(of_cells: Sequence[Seeds], form: str, trainings: Trainings) -> str:
    lines = [
        [
            *seeds_cells(seeds, trainings),
            ("layers", seeds.first["layers"]),
            *((", ".join(key), _special_units_cell(seeds, column, form)) for key, column in COLUMNS.items()),
        ]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)


def _special_units_cell(seeds: Seeds, column: str, form: str) -> str:
    count_form = "{:.0f}" if len(seeds.rows) == 1 else "{:.1f}"  # of several seeds, a mean
    counts = ", ".join(count_form.format(seeds.mean(f"{count}_{column}")) for count in COUNTS)
    return f"{seeds.text(f'{column}_without_dead', form)} ({counts})"

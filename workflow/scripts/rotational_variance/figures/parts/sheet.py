"""The sheet that a figure is drawn on: its title, its note, its legend and its panels."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rotational_variance.figures.parts.lines import training_handle
from rotational_variance.figures.parts.style import WIDTH, whole_numbers
from rotational_variance.figures.parts.training_results import Results

TITLE, NOTE = 0.19, 0.2  # inches: the heights of such lines
MEAN_AND_RANGE, FIRST_SEED = "mean and range over {} seeds", "the first of {} seeds"


def new_sheet(
    title: str,
    height: float,
    note: str = "",
    *,
    results: Results,
    seeds: str = MEAN_AND_RANGE,
    legend: bool = False,
) -> Figure:
    """Return a figure as wide as WIDTH, with a title above `height` inches of panels.

    note    the line below the title
    seeds   note added when there are several seeds; {} becomes their number
    legend  whether a legend of the trainings' lines stands to the right of the note
    """
    n_seeds = len(next(iter(results.values())).measurements)
    if n_seeds > 1:
        note = "; ".join([*([note] if note else []), seeds.format(n_seeds)])
    handles = [training_handle(training, result) for training, result in results.items()] if legend else []
    n_lines = max((1 + handle.get_label().count("\n") for handle in handles), default=int(bool(note)))
    head = TITLE + NOTE * n_lines
    height += head
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - head / height))
    figure.text(0.01, 1 - 0.04 / height, title, va="top", fontsize=9, fontweight="bold")
    figure.text(0.01, 1 - (TITLE + 0.04) / height, note, va="top")
    if legend:
        figure.legend(
            handles=handles, loc="upper right", bbox_to_anchor=(1, 1 - TITLE / height), ncols=len(results),
            borderaxespad=0.2,
        )  # fmt: skip
    return figure


def small_panels(figure: Figure, n_panels: int, max_columns: int) -> list[Axes]:
    """Return `n_panels` equal panels with shared axes over the numbers of the layers, in rows as even as possible."""
    n_columns = _even_columns(n_panels, max_columns)
    n_rows = -(-n_panels // n_columns)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).flatten()
    whole_numbers(panels[0])  # and so all panels, because they share the axis
    for axes in panels[n_panels:]:
        axes.remove()
    for axes in panels[n_panels - n_columns : n_panels]:  # lowest of each column, also if the last row is not full
        axes.tick_params(labelbottom=True)
    return list(panels[:n_panels])


def _even_columns(n: int, most: int) -> int:
    """Return how many columns, `most` or fewer, let `n` things fill their rows evenly."""
    n_rows = -(-n // most)
    return -(-n // n_rows)


def legend_below(figure: Figure, handles: Sequence, max_columns: int = 5) -> None:
    """Explain colours and lines at the foot of a figure, in rows that are as even as possible."""
    if handles:
        n_columns = _even_columns(len(handles), max_columns)
        handlelength = 1.4 if isinstance(handles[0], Patch) else None
        figure.legend(
            handles=handles, loc="outside lower center", ncols=n_columns, handlelength=handlelength,
            columnspacing=1.4, borderaxespad=0.3,
        )  # fmt: skip

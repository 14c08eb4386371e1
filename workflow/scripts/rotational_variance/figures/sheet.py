"""The sheet that a figure is drawn on: its title, and what holds for all its panels."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from rotational_variance.figures.lines import training_handle
from rotational_variance.figures.results import Results
from rotational_variance.figures.style import WIDTH

TITLE, NOTE = 0.19, 0.2  # inches, the height of each line


def new_sheet(title: str, height: float, note: str = "", *, lines_of: Results | None = None) -> Figure:
    """Return a figure of the whole WIDTH and `height` inches of panels, with a title above them.

    note      a second line below the title
    lines_of  whose lines are explained at the right of that line
    """
    head = TITLE + (NOTE if note or lines_of else 0)
    height += head
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - head / height))
    figure.text(0.01, 1 - 0.04 / height, title, va="top", fontsize=9, fontweight="bold")
    if lines_of:
        n_seeds = max(len(result.tensors) for result in lines_of.values())
        note += f"{'; ' if note else ''}bands: range over {n_seeds} seeds" if n_seeds > 1 else ""
        figure.legend(
            handles=[training_handle(training) for training in lines_of],
            loc="upper right", bbox_to_anchor=(1, 1 - TITLE / height), ncols=len(lines_of), borderaxespad=0.2,
        )  # fmt: skip
    figure.text(0.01, 1 - (TITLE + 0.04) / height, note, va="top")
    return figure


def small_panels(figure: Figure, n_panels: int, most_columns: int) -> list[Axes]:
    """Return as many equal panels with shared axes, in rows that are as even as can be."""
    n_rows = -(-n_panels // most_columns)
    n_columns = -(-n_panels // n_rows)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).flatten()
    for axes in panels[n_panels:]:
        axes.remove()
    for axes in panels[n_panels - n_columns : n_panels]:  # the lowest of each column, where the last row is not full
        axes.tick_params(labelbottom=True)
    return list(panels[:n_panels])


def legend_below(figure: Figure, handles: Sequence, n_columns: int = 5) -> None:
    """Explain colours and lines at the foot of a figure."""
    if handles:
        handlelength = 1.4 if isinstance(handles[0], Patch) else None
        figure.legend(
            handles=handles, loc="outside lower center", ncols=n_columns, handlelength=handlelength,
            columnspacing=1.4, borderaxespad=0.3,
        )  # fmt: skip

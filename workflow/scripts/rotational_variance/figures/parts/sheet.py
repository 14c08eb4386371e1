"""The sheet that a figure is drawn on: its title, its note, its legend and its panels."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.patches import Patch

from rotational_variance.figures.parts.style import WIDTH, whole_numbers
from rotational_variance.figures.parts.text_size import text_width, wrap
from rotational_variance.figures.parts.training_results import Results

TITLE, LEGEND_LINE = 0.19, 0.155  # inches: the heights of such lines
NOTE, NOTE_LINE = 0.2, 0.13  # inches: the height of a note's first line, and of each further one
HANDLE, TWO_HANDLES, GAP = 0.34, 0.6, 0.2  # inches: widths in a legend, of one look or two, and between columns
MEAN_AND_RANGE, FIRST_SEED = "mean and range over {} seeds", "the first of {} seeds"

Handle = Artist | tuple[Artist, ...]  # the first of a tuple bears the label


def new_sheet(
    title: str,
    height: float,
    note: str = "",
    *,
    results: Results | None = None,
    seeds: str = MEAN_AND_RANGE,
    legend: Sequence[Handle] = (),
) -> Figure:
    """Return a figure as wide as WIDTH, with a title above `height` inches of panels.

    note     the line below the title
    results  what is drawn, where there may be several seeds
    seeds    note added when there are several seeds; {} becomes their number
    legend   handles of a legend, which stands to the right of the note if there is room, or below it
    """
    n_seeds = len(next(iter(results.values())).measurements) if results else 1
    note = wrap(join_notes(note, seeds.format(n_seeds) if n_seeds > 1 else ""), WIDTH - 0.2, 7.5)
    title = wrap(title, WIDTH - 0.2, 9, "bold")
    below_title = TITLE * (1 + title.count("\n"))
    is_beside = sum(map(_width, legend)) + GAP + text_width(note, 7.5) <= WIDTH
    n_columns = _fitting_columns(legend, len(legend))
    note_height, legend_height = (NOTE + NOTE_LINE * note.count("\n")) * bool(note), _height(legend, n_columns)
    head = below_title + (max(note_height, legend_height) if is_beside else note_height + legend_height)
    height += head
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - head / height))
    figure.text(0.01, 1 - 0.04 / height, title, va="top", fontsize=9, fontweight="bold")
    figure.text(0.01, 1 - (below_title + 0.04) / height, note, va="top")
    if legend:
        side, x, top = ("right", 1, below_title) if is_beside else ("left", 0, below_title + note_height)
        _legend(figure, legend, n_columns, f"upper {side}", bbox_to_anchor=(x, 1 - top / height), borderaxespad=0.2)
    return figure


def join_notes(*notes: str) -> str:
    """Join what is to be said below the title; leave out empty notes."""
    return "; ".join(filter(None, notes))


def _legend(figure: Figure, handles: Sequence[Handle], n_columns: int, place: str, **look) -> None:
    labels, by_type = [_label(handle) for handle in handles], {tuple: HandlerTuple(ndivide=None)}
    if isinstance(handles[0], tuple):
        look["handlelength"] = 5  # long enough to show dashes beside a bar
    figure.legend(handles, labels, handler_map=by_type, loc=place, ncols=n_columns, **look)


def _label(handle: Handle) -> str:
    return (handle[0] if isinstance(handle, tuple) else handle).get_label()


def _width(handle: Handle) -> float:
    """Return the width in inches of a handle in a legend, with its label and the space beside it."""
    return (TWO_HANDLES if isinstance(handle, tuple) else HANDLE) + text_width(_label(handle), 7) + GAP


def _fitting_columns(handles: Sequence[Handle], most: int) -> int:
    """Return how many columns of a legend, `most` or fewer, fit side by side; rows are as even as possible.

    A legend fills its columns one after the other.
    """
    widths = np.array([_width(handle) for handle in handles])
    for n_columns in range(min(most, len(handles)), 1, -1):
        n_even = _even_columns(len(handles), n_columns)
        if sum(column.max() for column in np.array_split(widths, n_even)) <= WIDTH:
            return n_even
    return 1


def _height(handles: Sequence[Handle], n_columns: int) -> float:
    """Return the height in inches of a legend."""
    columns = np.array_split([1 + _label(handle).count("\n") for handle in handles], n_columns)
    return LEGEND_LINE * max(n_lines.sum() for n_lines in columns) + 0.05 if handles else 0.0


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


def legend_below(figure: Figure, handles: Sequence[Artist], max_columns: int = 5) -> None:
    """Explain colours and lines at the foot of a figure, in rows that are as even as possible."""
    if handles:
        n_columns = _fitting_columns(handles, max_columns)
        length = 1.4 if isinstance(handles[0], Patch) else None
        look = {"handlelength": length, "columnspacing": 1.4, "borderaxespad": 0.3}
        _legend(figure, handles, n_columns, "outside lower center", **look)

"""Draw the figures of a job, whatever characters are in names: with fonts that have them, or one notice."""

from collections.abc import Iterable

from rotational_variance.figures.catalogue import Drawing, group_by_figure
from rotational_variance.figures.draw import draw
from rotational_variance.figures.parts.fonts import describe_missing, find_fonts
from rotational_variance.figures.parts.style import style
from rotational_variance.storage.figure_file import write_figure
from rv_study.job_log import JobLog


def draw_figures(
    drawings: Iterable[Drawing],
    files: Iterable[str],
    subject: str,
    *,
    words: Iterable[str],
    log: JobLog,
    **data: object,
) -> None:
    """Draw those of `drawings` that `files` are named after, and write these.

    words  all texts that the figures may show and that users choose, but for the subject
    data   as in `draw`
    """
    fonts = find_fonts([subject, *words])
    if fonts.missing:
        log.warn(
            f"no installed font has {describe_missing(fonts.missing)}: figures show boxes. To have these characters "
            "drawn, install the font in brackets, or another that has them; delete the figures, and run again"
        )
    for drawing, paths in group_by_figure(drawings, files):
        with log.taking_warnings(), style(fonts):
            figure = draw(drawing, subject, **data)
            for path in paths:
                write_figure(path, figure)

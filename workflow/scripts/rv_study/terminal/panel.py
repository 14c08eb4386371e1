"""Show the progress of jobs in the panel of snakemake-logger-plugin-rich, below the bars of the rules."""

import textwrap
from logging import Handler, Logger

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from rv_study.around_jobs.progress_words import details
from rv_study.durations import in_words
from rv_study.terminal.display import Display
from rv_study.terminal.time_left import TimeLeft

ALL = "train and measure all"
MIN_ROOM, ROOM_FOR_BARS = 40, 40  # columns
MAX_TALL = 8  # bars with lines below them; more would not fit a terminal


def find_progress(handlers: list[Handler]) -> Progress | None:
    """Return the bars of the panel, or None if there is no such panel."""
    found = [getattr(handler, "progress", None) for handler in handlers]
    return next((one for one in found if isinstance(one, Progress) and _shows(one.console)), None)


def _shows(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal


class Panel(Display):
    """A display with a bar for each job that runs, and one for all the work."""

    def __init__(self, progress: Progress, logger: Logger, left: TimeLeft) -> None:
        super().__init__(logger, left)
        self._progress = progress
        self._rows: dict[str, int] = {}

    def _show_progress(self, told: dict) -> None:
        self._show_all()
        self._show(told["job"], told["share"], ", ".join([told["on"], *details(told)]))

    def _forget(self, job: str) -> None:
        self._remove(job)
        self._show_all()

    def close(self) -> None:
        """Remove all bars."""
        for job in list(self._rows):
            self._remove(job)

    def _show_all(self) -> None:
        share, left = self._left.share, self._left.seconds()
        if share is None or share >= 1:
            self._remove(ALL)
        else:
            self._show(ALL, share, "" if left is None else f"about {in_words(left)} left")

    def _show(self, name: str, share: float, text: str) -> None:
        if name not in self._rows:
            self._rows[name] = self._progress.add_task("", total=1.0, active="")
        room = max(MIN_ROOM, self._progress.console.width - ROOM_FOR_BARS)
        lines = textwrap.fill(text, room, initial_indent="  ", subsequent_indent="  ")
        is_tall = text and len(self._rows) <= MAX_TALL
        description = f"{escape(name)}\n[not bold dim]{escape(lines)}[/]" if is_tall else escape(name)
        # Below 1: a task that has ended would be drawn as a rule whose jobs are done.
        self._progress.update(self._rows[name], completed=min(share, 0.999), description=description)

    def _remove(self, name: str) -> None:
        row = self._rows.pop(name, None)
        if row is not None:
            self._progress.remove_task(row)

"""Watch the jobs of a run from its first to its last."""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from rv_study.terminal.time_left import TimeLeft

if TYPE_CHECKING:
    from rv_study.terminal.display import Display


class Watch:
    """What Snakemake's process knows of the jobs that run; begins when the first of its workflows does."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger, self._listener, self._left, self._began = logger, None, TimeLeft(), None

    def begin(self, work: Mapping[str, float], handlers: list[logging.Handler]) -> None:
        """Listen to jobs, and show what they tell.

        work      of each job that computes for long, in one unit
        handlers  those of Snakemake's logger plugins
        """
        # Here, as the Snakemake of each job reads this module, too, and shows nothing.
        from rv_study.terminal.listener import Listener

        self._left.add(work)
        if self._began is not None:
            return
        self._began = time.monotonic()
        with suppress(OSError):  # no socket: the jobs speak for themselves
            self._listener = Listener(self._display(handlers))

    def _display(self, handlers: list[logging.Handler]) -> "Display":
        if any(hasattr(handler, "progress") for handler in handlers):  # else rich may not be there
            from rv_study.terminal.panel import Panel, find_progress

            bars = find_progress(handlers)
            if bars is not None:
                return Panel(bars, self._logger, self._left)
        from rv_study.terminal.plain_lines import Lines

        return Lines(self._logger, self._left)

    def end(self) -> float:
        """Listen no more; return the seconds since the beginning."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        return 0.0 if self._began is None else time.monotonic() - self._began

"""Shorten the reasons of jobs in what Snakemake writes: a plot's are a screen of the paths of all its figures."""

import logging
from copy import copy

LISTS = (  # of files, as Snakemake begins them; other reasons tell what a person wants to know whole
    "Missing output files: ",
    "Incomplete output files: ",
    "Updated input files: ",
    "Input files updated by another job: ",
)


def shorten_reasons(logger: logging.Logger) -> None:
    """Let the handlers that write to the terminal, or to where it leads, write short reasons; a log file gets all."""
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setFormatter(_Brief(handler.formatter))


def shorten(reason: str) -> str:
    """Name the first file of each list, and count the others: "Missing output files: a and 17 more"."""
    return "; ".join(_shorten_list(text) if text.startswith(LISTS) else text for text in reason.split("; "))


def _shorten_list(text: str) -> str:
    first, *others = text.split(", ")
    return f"{first} and {len(others)} more" if others else text


class _Brief(logging.Formatter):
    """Format records as another formatter does, but with short reasons."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        reason = getattr(record, "reason", None)
        if reason:
            record = copy(record)  # others write it whole
            record.reason = shorten(str(reason))
        return self._formatter.format(record)

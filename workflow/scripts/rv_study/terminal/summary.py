"""Say at the end what was found, where it is, and how long it took."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rv_study.durations import in_words

MAX_FILES = 3  # that are named


def summarize(findings: Path | None, files: Sequence[str], seconds: float, width: int | None = None) -> list[str]:
    """Return the texts that end a run.

    findings  the file of the findings in a few lines, or None if it was not asked for
    files     what a person will want to open
    width     of the terminal, in columns; None if it is none
    """
    said = findings.read_text(encoding="utf-8").splitlines() if findings is not None and findings.exists() else []
    first, others = files[:MAX_FILES], files[MAX_FILES:]
    shown = ", ".join(first) + (f" and {len(others)} more" if others else "")
    texts = [*filter(None, said), f"Done in {in_words(seconds)}{': ' if shown else ''}{shown}"]
    return texts if width is None else [_wrap(text, width) for text in texts]


def _wrap(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)

"""The verdict on a claim, from the comparisons that tested it."""

from collections.abc import Iterable, Sequence

from rotational_variance.statistics.words import sentence_start


def count_held(held: Iterable[bool | None]) -> tuple[int, int]:
    """Return in how many comparisons a claim held, and of how many: None counts as no comparison."""
    known = [value for value in held if value is not None]
    return sum(known), len(known)


def verdict(
    held: Sequence[bool | None],
    what: str,
    reason: str,
    subject: str = "",
    left_out: str = "",
    *,
    parts: str = "",
    published: bool | None = None,
) -> str:
    """Say in one bold line in how many comparisons the claim held: None counts as no comparison.

    what       the things compared, in the plural, such as "runs"
    reason     why there is no comparison, to tell if there is none: "it needs ..."
    subject    the subject of the verdict, if the claim has several verdicts
    left_out   the runs that were left out, by `run_cells.count_left_out`
    parts      in how many of which comparisons the claim held, to tell if it did in some and not in others
    published  whether the claim held as it was published; None to say nothing of that
    """
    n_held, n_tested = count_held(held)
    majority = 2 * n_held - n_tested
    if n_tested == 0:
        text = f"not tested, as {reason}"
    elif majority > 0:
        text = f"supported in {n_held} of {n_tested} {what}"
    elif majority < 0:
        text = f"refuted in {n_tested - n_held} of {n_tested} {what}"
    else:
        text = f"undecided, as it holds in {n_held} of {n_tested} {what}"
    as_published = ", as published" if majority and (majority > 0) == published else ""
    of_parts = f" ({parts})" if parts and 0 < n_held < n_tested else ""
    return bold_verdict(f"{text}{of_parts}{as_published}{left_out}", subject)


def bold_verdict(text: str, subject: str = "") -> str:
    """Write a verdict as a bold line: "**Supported in 3 of 4 runs.**", or "**By max: supported in 3 of 4 runs.**"."""
    return f"**{sentence_start(f'{subject}: {text}' if subject else text)}.**"

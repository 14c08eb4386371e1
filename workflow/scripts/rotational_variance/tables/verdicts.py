"""The verdict on a claim, out of the comparisons that it was tested by."""

from collections.abc import Sequence


def verdict(held: Sequence[bool | None], what: str, reason: str, subject: str = "") -> str:
    """Say in one bold line in how many comparisons the claim held: None counts as no comparison.

    what     what was compared, in the plural, such as "runs"
    reason   why nothing was, where that is so
    subject  what the verdict is on, where there are several
    """
    n_held, n_tested = sum(map(bool, held)), sum(value is not None for value in held)
    if n_tested == 0:
        text = f"Not tested: {reason}."
    elif 2 * n_held > n_tested:
        text = f"Supported in {n_held} of {n_tested} {what}."
    elif 2 * n_held < n_tested:
        text = f"Refuted in {n_tested - n_held} of {n_tested} {what}."
    else:
        text = f"Undecided: holds in {n_held} of {n_tested} {what}."
    return f"**{subject}: {text}**" if subject else f"**{text}**"

"""The verdict on a claim, from the comparisons that tested it."""

from collections.abc import Sequence


def verdict(held: Sequence[bool | None], what: str, reason: str, subject: str = "", left_out: str = "") -> str:
    """Say in one bold line in how many comparisons the claim held: None counts as no comparison.

    what      the things compared, in the plural, such as "runs"
    reason    the reason to give if there is no comparison
    subject   the subject of the verdict, if the claim has several verdicts
    left_out  the runs that were left out, by `text.count_left_out`
    """
    n_held, n_tested = sum(map(bool, held)), sum(value is not None for value in held)
    if n_tested == 0:
        text = f"Not tested: {reason}"
    elif 2 * n_held > n_tested:
        text = f"Supported in {n_held} of {n_tested} {what}"
    elif 2 * n_held < n_tested:
        text = f"Refuted in {n_tested - n_held} of {n_tested} {what}"
    else:
        text = f"Undecided: holds in {n_held} of {n_tested} {what}"
    text = f"{text}{left_out}."
    return f"**{subject}: {text}**" if subject else f"**{text}**"

"""Show how far a job is."""

from tqdm import tqdm

BAR = "{desc} {percentage:3.0f}%|{bar:8}| {remaining} left{postfix}"


def progress_bar(label: str, total: int, done: int = 0) -> tqdm:
    """Return a progress bar of `total` steps, on the standard error; it is hidden if that is not a terminal."""
    return tqdm(total=total, initial=done, desc=label, bar_format=BAR, disable=None, leave=False, dynamic_ncols=True)

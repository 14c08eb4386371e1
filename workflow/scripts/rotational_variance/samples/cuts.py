"""Cut samples into batches. No sample is ever alone in one, as some layers fail on that, unless there is only one."""


def count_batches(n_samples: int, batch_size: int) -> int:
    """Return into how many nearly equal batches samples are cut: of at most `batch_size`, but of two or more samples.

    A sample that would be alone makes another batch larger by one.
    """
    return max(1, min(-(-n_samples // batch_size), n_samples // 2))


def cut(n_samples: int, batch_size: int) -> list[slice]:
    """Cut samples, in their order, into batches of `batch_size` and a rest, which the last batch takes if it is one."""
    starts = list(range(0, n_samples, max(2, batch_size)))
    if n_samples > 1 and starts[-1] == n_samples - 1:
        starts.pop()
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], n_samples], strict=True)]

"""How planning and finding nothing to do grow with seeds: python -m benchmarks.scaling 10 100 1000

A study of one small model, two trainings and so many seeds: `snakemake -n` with nothing done, for one training alone,
as each job of a cluster plans, and then again with all done. Its results are empty files, put there with `--touch`, as
only their number counts. Prints a table of the shortest of some runs each, in seconds.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.no_op import STUDY, make_project, snakemake
from benchmarks.results import seconds

SMALL = STUDY | {"study": {"models": ["simple_conv"], "datasets": ["one"]}}
N_TRAININGS = 2
ONE = "results/checkpoints/simple_conv_one_rotated_seed0.pt"
RUNS = {10: 5, 100: 3}  # by the number of seeds; once for more


def main(numbers: list[int]) -> None:
    """Print a row for each number of seeds."""
    print("| seeds | networks | jobs | plan all of it | plan one training | find nothing to do |")
    print("|---:|---:|---:|---:|---:|---:|")
    for n_seeds in numbers:
        n_jobs, *times = measure(n_seeds)
        cells = [*(f"{n:,}" for n in (n_seeds, N_TRAININGS * n_seeds, n_jobs)), *(f"{time:.1f} s" for time in times)]
        print(f"| {' | '.join(cells)} |", flush=True)


def measure(n_seeds: int) -> tuple[int, float, float, float]:
    """Return the number of jobs, and the seconds of dry runs: of all, of one training, and of all that is done."""
    with tempfile.TemporaryDirectory() as folder:
        make_project(folder, SMALL | {"study": {**SMALL["study"], "seeds": list(range(n_seeds))}})
        n_runs = RUNS.get(n_seeds, 1)
        planned = snakemake(folder, "-n")
        planning = min(seconds(lambda: snakemake(folder, "-n")) for _ in range(n_runs))
        one = min(seconds(lambda: snakemake(folder, ONE, "-n")) for _ in range(n_runs))
        touch_all(folder)
        nothing = min(seconds(lambda: snakemake(folder, "-n", expected="Nothing to be done")) for _ in range(n_runs))
    return planned.count("\nJob "), planning, one, nothing


def touch_all(folder: str) -> None:
    """Make all results as empty files, and let Snakemake record them as made."""
    table = snakemake(folder, "--summary").partition("output_file")[2].splitlines()[1:]
    for line in table:
        path = Path(folder, line.split("\t")[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    snakemake(folder, "--touch")


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]])

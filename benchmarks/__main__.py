"""Run all benchmarks, or those that are named; print one table, and write it to results.csv, with details.txt beside.

Each ratio compares two ways to do the same, measured side by side in one process: the shortest of several runs of each,
or of training the median of pairs.
"""

import csv
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import (
    agreement,
    bare_pass,
    figures,
    memory,
    no_op,
    precision,
    threads,
    tmeasures_library,
    train_loop,
    train_threads,
)

HERE = Path(__file__).resolve().parent


BENCHMARKS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        bare_pass,
        tmeasures_library,
        memory,
        threads,
        precision,
        agreement,
        no_op,
        figures,
        train_loop,
        train_threads,
    )
}


def main(names: list[str]) -> None:
    """Run the benchmarks of these names and replace their rows; without names, all of them, from nothing."""
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    machine = describe_machine()
    print(machine, flush=True)
    rows = _read_rows() if names else {}
    missed = []
    for name in names or BENCHMARKS:
        for result in BENCHMARKS[name].run():
            print(result, flush=True)
            ratio = f"{result.ratio:.3g}"
            rows[result.name] = [result.name, ratio, result.bound, result.runs, f"{result.details}; {machine}"]
            if not result.holds:
                missed.append(result.name)
    print()
    print_table(list(rows.values()))
    _write_rows(rows)
    if missed:
        sys.exit(f"Out of bounds: {'; '.join(missed)}")


def _read_rows() -> dict[str, list]:
    """Return the rows of the last run by name: name, ratio, bound, runs, details."""
    with open(HERE / "results.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    details = (HERE / "details.txt").read_text(encoding="utf-8").splitlines()
    return {row[0]: [*row, line.partition(": ")[2]] for row, line in zip(rows, details, strict=True)}


def _write_rows(rows: dict[str, list]) -> None:
    with open(HERE / "results.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "ratio", "bound", "runs"])
        writer.writerows(row[:4] for row in rows.values())
    details = "".join(f"{row[0]}: {row[4]}\n" for row in rows.values())
    (HERE / "details.txt").write_text(details, encoding="utf-8")


def describe_machine() -> str:
    names = [line.partition(":")[2].strip() for line in _cpu_info() if line.startswith("model name")]
    parts = [
        f"{torch.get_num_threads()} threads of {names[0] if names else platform.processor() or platform.machine()}",
        torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU",
        f"Python {platform.python_version()}",
        f"torch {version('torch')}",
    ]
    return ", ".join(parts)


def _cpu_info() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def print_table(rows: list[list]) -> None:
    width = max(len(row[0]) for row in rows)
    print(f"{'name':<{width}}  {'ratio':>8}  {'bound':>8}  runs")
    for name, ratio, bound, runs, _ in rows:
        print(f"{name:<{width}}  {ratio:>8}  {bound:>8}  {runs:>4}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Run all benchmarks, print one table, and write results.csv, precision.csv and details.txt beside this file.

Each ratio compares two ways to do the same, measured side by side in one process: the shortest of several runs of each.
"""

import csv
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import agreement, bare_pass, memory, precision, threads, tmeasures_library
from benchmarks.results import Result

HERE = Path(__file__).resolve().parent


def main() -> None:
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    machine = describe_machine()
    print(machine, flush=True)
    results: list[Result] = []
    for benchmark in (bare_pass, tmeasures_library, memory, threads, precision, agreement):
        for result in benchmark.run():
            print(result, flush=True)
            results.append(result)
    print()
    print_table(results)
    details = "".join(f"{line}\n" for line in (machine, *results))
    (HERE / "details.txt").write_text(details, encoding="utf-8")
    with open(HERE / "results.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "ratio", "bound", "runs"])
        writer.writerows([result.name, f"{result.ratio:.3g}", result.bound, result.runs] for result in results)
    missed = [result.name for result in results if not result.holds]
    if missed:
        sys.exit(f"Out of bounds: {'; '.join(missed)}")


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


def print_table(results: list[Result]) -> None:
    width = max(len(result.name) for result in results)
    print(f"{'name':<{width}}  {'ratio':>8}  {'bound':>8}  runs")
    for result in results:
        print(f"{result.name:<{width}}  {result.ratio:>8.3g}  {result.bound:>8}  {result.runs:>4}")


if __name__ == "__main__":
    main()

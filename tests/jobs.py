"""Run one job's script as Snakemake would, but in this process: the script itself, given what Snakemake would give."""

import runpy
from pathlib import Path
from types import SimpleNamespace

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"


class Named(list):
    """A list whose items also have names."""

    def __init__(self, items: dict) -> None:
        super().__init__(items.values())
        self.__dict__.update(items)


def run_job(name: str, folder: Path, *, reads: dict, writes: dict, params: dict, **wildcards: str) -> None:
    """Run `name`.py on these files; its log is `folder`/job.log. Raises the SystemExit of a job that fails."""
    job = SimpleNamespace(
        input=Named({key: _text(value) for key, value in reads.items()}),
        output=Named({key: _text(value) for key, value in writes.items()}),
        params=Named(params),
        wildcards=Named(wildcards),
        log=[str(folder / "job.log")],
        threads=1,
    )
    runpy.run_path(str(SCRIPTS / f"{name}.py"), init_globals={"snakemake": job}, run_name="__main__")


def _text(files):
    return [str(path) for path in files] if isinstance(files, list) else str(files)

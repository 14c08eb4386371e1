"""What networks cost, asked of a process that has torch; what is counted is kept, so that it is counted once."""

import json
import os
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from rotational_variance.storage.files import replacing
from rv_study.errors import ConfigError
from rv_study.fingerprints import fingerprint

SCRIPTS = Path(__file__).resolve().parents[1]
COUNTER = "rv_jobs.count_costs"
COUNTED = {"flops", "parameter_bytes", "sample_bytes", "n_units"}  # as in its docstring


def try_networks(networks: list[dict], recipes: list[dict], device: str, threads: int) -> list[dict[str, float]]:
    """Return the costs of networks (arguments of `models.build`), with seconds of a short trial on this machine.

    recipes  the numbers of the training of each; those of equal steps are tried once
    """
    keys = [(_key(network), *_step(recipe)) for network, recipe in zip(networks, recipes, strict=True)]
    different = dict(zip(keys, zip(networks, recipes, strict=True), strict=True))
    if not different:
        return []
    networks, recipes = map(list, zip(*different.values(), strict=True))
    asked = {"networks": networks, "recipes": recipes, "device": device, "threads": threads}
    costs = dict(zip(different, _ask(asked), strict=True))
    return [costs[key] for key in keys]


def _step(recipe: dict) -> tuple:
    """Return the numbers of a training that decide how long a step takes."""
    return recipe["optimizer"], recipe["batch_size"], recipe["label_smoothing"] > 0


def count_once(networks: list[dict], kept: Path) -> list[dict[str, int]]:
    """Return the COUNTED costs of each network; count those of networks that the file `kept` does not hold yet."""
    known = _read(kept)
    keys = [_key(network) for network in networks]
    unknown = {key: network for key, network in zip(keys, networks, strict=True) if key not in known}
    if unknown:
        asked = {"networks": list(unknown.values()), "recipes": None, "device": "cpu", "threads": 1}
        known |= dict(zip(unknown, _ask(asked), strict=True))
        with suppress(OSError), replacing(kept) as temporary:
            temporary.write_text(f"{json.dumps(known, indent=1)}\n", encoding="utf-8")
    return [known[key] for key in keys]


def _key(network: dict) -> str:
    """Return a network's arguments and the hash of the code that builds it."""
    models = SCRIPTS / "rotational_variance" / "models"
    return json.dumps([fingerprint(models / "__init__.py", models / f"{network['name']}.py"), network], sort_keys=True)


def _read(kept: Path) -> dict[str, dict[str, int]]:
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = found if isinstance(found, dict) else {}
    return {key: costs for key, costs in found.items() if isinstance(costs, dict) and costs.keys() == COUNTED}


def _ask(question: dict) -> list[dict[str, float]]:
    """Raises ConfigError if the process fails: torch may be missing, or a model may be unfit."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(SCRIPTS), os.environ.get("PYTHONPATH", "")])}
    command = [*shlex.split(sys.executable), "-m", COUNTER]  # setup.smk quotes it
    done = subprocess.run(
        command, input=json.dumps(question), env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise ConfigError(f"the costs of networks cannot be counted: {reason}")
    return json.loads(done.stdout)

"""Choose the device of a job. Rules call this on the machine that the job runs on."""

_ALIASES = {"gpu": "cuda"}


def choose_device(wanted: str) -> str:
    """Return the device that torch is asked for: auto, cpu or cuda.

    wanted  `execution.device` of the config
    """
    return _ALIASES.get(wanted, wanted)

"""Which models tell what a study found: those whose networks learned something. Standard library only."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)

N_TOLD = 2  # trainings, of which the first is what the others are compared with


def sound_models(learned_nothing: Mapping[Name, Mapping[str, bool]]) -> list[Name]:
    """Return the models of which no training that is told of learned nothing.

    learned_nothing  by model, then by training, in their order: whether all its seeds were trained, and are at chance
    """
    return [name for name, of_model in learned_nothing.items() if not any(list(of_model.values())[:N_TOLD])]

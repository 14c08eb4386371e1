"""A training of the study, as figures, tables and the page name it. Standard library only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Training:
    """An entry of the config's table of trainings.

    name   the name in the config, and in names of files
    cell   the name in tables, such as "rotated"
    label  the name elsewhere, such as "rotated training"
    look   the number of its look in all figures and on the page (`figures.parts.training_looks`)
    """

    name: str
    cell: str
    label: str
    look: int

"""The look of each training in figures and on the page. Standard library only: the page draws nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """A colour, the dashes of lines, and the hatching of bars, so that trainings can be told apart without colour."""

    color: str
    dashes: str | tuple
    hatch: str | None


# The first two colours are of Okabe and Ito 2008. The others are ours: the most distant ones that we found from these,
# and from each other, for readers of any colour vision (CIEDE2000 of 20 or more, also as simulated after Machado et al.
# 2009) and in print without colour. No model has one of them.
LOOKS = (
    Look("#D55E00", (0, (4, 1.5)), "/////"),
    Look("#0072B2", "solid", None),
    Look("#4D2600", (0, (5, 1.2, 1, 1.2)), "....."),
    Look("#949494", (0, (1, 1.2)), "\\\\\\\\\\"),
)

"""Fonts for characters that the usual font of figures lacks, as those of Chinese: found among the installed ones."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontEntry, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font

USUAL_WEIGHT = 400
MAX_NAMED = 8  # characters that a notice shows
EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH"}
OF_NOTO = {  # first words of names of characters, and of the fonts that have them
    "ARABIC", "ARMENIAN", "BENGALI", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GUJARATI", "GURMUKHI", "HEBREW", "KANNADA",
    "KHMER", "LAO", "MALAYALAM", "MONGOLIAN", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU", "THAI",
}  # fmt: skip
NOT_DRAWN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}  # categories of Unicode: spaces, and what no font has
NO_SHAPES = (
    "Last Resort",
    "LastResort",
    "Adobe Blank",
    "Color Emoji",
)  # in names of fonts without usable glyphs


@dataclass(frozen=True)
class Fonts:
    """The fonts to draw with beside the usual one: their families, in order, and the characters that none has."""

    families: tuple[str, ...] = ()
    missing: str = ""


def find_fonts(texts: Iterable[str]) -> Fonts:
    """Find installed fonts for the characters of `texts` that the usual font lacks.

    Each time the font that has most of those left, of equals one without serifs, then the first by name: so the same
    fonts give the same figures. Texts that the usual font has get no other.
    """
    left = {one for text in texts for one in unicodedata.normalize("NFC", text) if _is_drawn(one)}
    left -= _covered(FontEntry(str(fontManager.findfont("DejaVu Sans"))), left)
    families = []
    while left:
        covers = {family: _covered(entry, left) for family, entry in _installed().items()}
        family = min(covers, key=lambda name: (-len(covers[name]), "Sans" not in name, name), default="")
        if not covers.get(family):
            break
        families.append(family)
        left -= covers[family]
    return Fonts(tuple(families), "".join(sorted(left)))


def describe_missing(missing: str) -> str:
    """Name characters that no font has, and in brackets a font that is known to have them."""
    by_font = {}
    for character in missing:
        by_font.setdefault(_font_with(character), []).append(character)
    shown = {font: "".join(found[:MAX_NAMED]) for font, found in by_font.items()}
    more = {font: f" and {len(found) - MAX_NAMED} more" for font, found in by_font.items() if len(found) > MAX_NAMED}
    return ", ".join(f"{characters}{more.get(font, '')} ({font})" for font, characters in shown.items())


def _font_with(character: str) -> str:
    """Name a font that has a character; those of Noto are free, and there for all systems."""
    script = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    if script in EAST_ASIAN:
        return "Noto Sans CJK"
    if script in OF_NOTO:
        return f"Noto Sans {script.title()}"
    return "Noto Emoji" if unicodedata.category(character) == "So" else "Noto, perhaps"


def _is_drawn(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f"  # which of two looks a character has
    return unicodedata.category(character) not in NOT_DRAWN and not is_selector


def _covered(entry: FontEntry, characters: set[str]) -> set[str]:
    """Return those of the characters that a font has; none of a font that cannot be read."""
    try:
        font = FT2Font(entry.fname, face_index=entry.index)
    except (OSError, RuntimeError):
        return set()
    return {character for character in characters if font.get_char_index(ord(character))}


@cache
def _installed() -> dict[str, FontEntry]:
    """Return the installed fonts by family: of each the one for usual text, upright and of the usual weight."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):  # installed after matplotlib made its list
        try:
            fontManager.addfont(path)
        except Exception:  # as matplotlib does: a font that it cannot use is none
            continue
    own = Path(mpl.get_data_path())  # for mathematics, with glyphs at places of others
    entries = [entry for entry in fontManager.ttflist if own not in Path(entry.fname).parents]
    best_last = sorted(entries, key=_difference, reverse=True)  # of several of one family, the last stays
    return {entry.name: entry for entry in best_last if not any(part in entry.name for part in NO_SHAPES)}


def _difference(entry: FontEntry) -> tuple:
    """Return how far a font is from that for usual text; never the same for two."""
    weight = entry.weight if isinstance(entry.weight, int) else USUAL_WEIGHT
    return entry.style != "normal", abs(weight - USUAL_WEIGHT), entry.fname, entry.index

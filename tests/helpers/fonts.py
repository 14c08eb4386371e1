"""A font file that is made up: each of its glyphs is a square."""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen


def write_font(path, family, characters, *, is_truetype=True):
    """Write a font that has these characters, in the outlines of TrueType, or of OpenType (CFF)."""
    builder = FontBuilder(1000, isTTF=is_truetype)
    names = [".notdef", *(f"uni{ord(character):04X}" for character in characters)]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(character): f"uni{ord(character):04X}" for character in characters})
    if is_truetype:
        builder.setupGlyf({name: _draw_square(TTGlyphPen(None)).glyph() for name in names})
    else:
        square = _draw_square(T2CharStringPen(1000, None)).getCharString()
        builder.setupCFF(family.replace(" ", ""), {}, dict.fromkeys(names, square), {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def _draw_square(pen):
    pen.moveTo((100, 0))
    for corner in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen

"""Captions (reStructuredText) and tables (Markdown): text in, HTML out. Neither may contain HTML or include files."""

import io
import re

from docutils.core import publish_parts
from docutils.utils import SystemMessage
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

# Ignore the user's own settings, include no files and no HTML, and treat a warning as an error.
RESTRUCTURED_TEXT = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "doctitle_xform": False,
    "math_output": "MathML",
    "report_level": 5,
    "halt_level": 2,
}


FOLDED = "Single seeds"  # the beginning of headings whose sections the page folds


def caption_html(text: str) -> Markup:
    """Convert a figure's caption. Raises ValueError for text that is not valid reStructuredText."""
    settings = {**RESTRUCTURED_TEXT, "warning_stream": io.StringIO()}
    try:
        parts = publish_parts(text, writer="html5", settings_overrides=settings)
    except SystemMessage as error:
        raise ValueError(f"not a caption ({' '.join(str(error).split())})") from error
    return Markup(parts["fragment"].strip())


def plain(name: str) -> str:
    """Escape the characters of a name that would be markup: `mine_` would be a link."""
    return re.sub(r"_(?![A-Za-z0-9])|[\\*`|]", r"\\\g<0>", name)


def markdown_html(text: str, level: int) -> tuple[str, Markup]:
    """Convert Markdown that begins with a heading: return its title, and the rest as HTML.

    level  of the title's own heading on the page; the headings below it continue from there
    Each table is put into its own box, which scrolls. Raises ValueError if the text does not begin with a heading, or
    if nothing follows the heading.
    """
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Tables).enable("table").disable("image")
    tokens = parser.parse(text)
    kinds = [token.type for token in tokens[:3]]
    if kinds != ["heading_open", "inline", "heading_close"] or tokens[0].tag != "h1":
        raise ValueError("does not begin with a heading")
    if not tokens[3:]:
        raise ValueError("nothing follows its heading")
    tokens[3:] = _fold(tokens[3:])
    for token in tokens[3:]:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + level - 1, 6)}"
        elif token.type == "th_open":
            token.attrSet("scope", "col")
    return _text(tokens[1]), Markup(parser.renderer.render(tokens[3:], parser.options, {}))


def _fold(tokens: list[Token]) -> list[Token]:
    """Fold each section of level 2 whose heading begins with FOLDED: its heading becomes what unfolds it."""
    found, is_open = [], False
    for i, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            found += [_html("</details>\n")] if is_open else []
            is_open = tokens[i + 1].content.startswith(FOLDED)
            found += [_html("<details>\n")] if is_open else []
        token.meta["is_folded"] = is_open
        is_summary = is_open and token.type in ("heading_open", "heading_close") and token.tag == "h2"
        found.append(_html("<summary>" if token.nesting == 1 else "</summary>\n") if is_summary else token)
    return [*found, _html("</details>\n")] if is_open else found


def _text(inline: Token) -> str:
    """Return what a reader sees of a line of Markdown, without its markup."""
    return "".join(token.content for token in inline.children)


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text)


class _Tables(RendererHTML):
    """Folds each table that is in no fold yet, and puts it into a box that scrolls sideways, also by the keyboard.

    The heading above is its label.
    """

    def table_open(self, tokens: list[Token], index: int, options: dict, env: dict) -> str:
        above = [_text(tokens[i + 1]) for i in range(index) if tokens[i].type == "heading_open"]
        label = f"Table: {above[-1]}" if above else "Table"
        box = f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">\n<table>\n'
        if tokens[index].meta["is_folded"]:
            return box
        n_rows = _count_rows(tokens[index:])
        note = f'<span class="note">{n_rows} row{"s" * (n_rows != 1)}</span>'
        return f"<details>\n<summary>The numbers {note}</summary>\n{box}"

    def table_close(self, tokens: list[Token], index: int, options: dict, env: dict) -> str:
        return "</table>\n</div>\n" + ("" if tokens[index].meta["is_folded"] else "</details>\n")


def _count_rows(tokens: list[Token]) -> int:
    """Count the rows of a table, which begins with the first token, without its header."""
    kinds = [token.type for token in tokens]
    return kinds[: kinds.index("table_close")].count("tr_open") - 1

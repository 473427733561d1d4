"""Definitions of figures, as they stand in the code, for people: paragraphs, lists, bold words and code."""

from __future__ import annotations

import re
from inspect import cleandoc

from flask import Flask
from markupsafe import Markup, escape

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`+(.+?)`+")


def html(text: str) -> Markup:
    """A docstring as HTML. Whatever is in it comes out as text but for `**bold**`, code and `- lists`."""
    blocks = re.split(r"\n\s*\n", cleandoc(text))
    return Markup("").join(_block(block) for block in blocks if block.strip())


def register(app: Flask) -> None:
    """Add the filter `explained`."""
    app.add_template_filter(html, "explained")


def _block(block: str) -> Markup:
    if not block.startswith("- "):
        return Markup("<p>{}</p>").format(_line(block))
    items = re.split(r"\n- ", block[2:])
    return Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(_line(item)) for item in items)
    )


def _line(text: str) -> Markup:
    flat = str(escape(" ".join(text.split())))
    return Markup(_CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<strong>\1</strong>", flat)))  # noqa: S704  escaped above

"""The colours in tokens.css: readable for everybody, and told apart with any kind of colour vision."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "src" / "app" / "css" / "tokens.css"
PAIR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
THEMES = {"light": 0, "dark": 1}

Colour = tuple[float, float, float]
VISION: dict[str, tuple[Colour, Colour, Colour]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    # Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.01182, 0.04294, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.3039),
    ),
}


def tokens(theme: str) -> dict[str, Colour]:
    found = PAIR.findall(TOKENS.read_text())
    return {name: linear(pair[THEMES[theme]]) for name, *pair in found}


def linear(code: str) -> Colour:
    r, g, b = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (r, g, b))  # type: ignore[return-value]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(colour: Colour, eyes: str) -> Colour:
    r, g, b = (max(0.0, sum(w * v for w, v in zip(row, colour, strict=True))) for row in VISION[eyes])
    cone = (
        (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3),
        (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3),
        (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3),
    )
    return (
        0.2104542553 * cone[0] + 0.7936177850 * cone[1] - 0.0040720468 * cone[2],
        1.9779984951 * cone[0] - 2.4285922050 * cone[1] + 0.4505937099 * cone[2],
        0.0259040371 * cone[0] + 0.7827717662 * cone[1] - 0.8086757660 * cone[2],
    )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eyes", VISION)
def test_chart_colours_are_far_apart(theme: str, eyes: str) -> None:
    palette = [colour for name, colour in tokens(theme).items() if name.startswith("chart-")]
    assert len(palette) == 7
    seen = [oklab(colour, eyes) for colour in palette]
    assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) >= 0.1


@pytest.mark.parametrize("theme", THEMES)
def test_texts_and_shapes_stand_out(theme: str) -> None:
    found = tokens(theme)
    grounds = [found[name] for name in ("page-ground", "surface", "sunken")]
    for text in ("ink", "ink-soft", "accent", "accent-strong", "good", "bad", "warn"):
        assert min(contrast(found[text], ground) for ground in grounds) >= 4.5, text
    for kind in ("accent", "good", "bad", "warn"):
        strong = "accent-strong" if kind == "accent" else kind
        assert contrast(found[strong], found[f"{kind}-soft"]) >= 4.5, kind
    assert contrast(found["accent-ink"], found["accent"]) >= 4.5
    for shape in ("line-strong", "focus", *(f"chart-{n}" for n in range(1, 8))):
        assert contrast(found[shape], found["surface"]) >= 3, shape

"""How a measurement is shown: figure, target, and the ratio to what the machine can do at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure. `yardstick` is the same work without us, in the same unit."""

    what: str
    figure: float
    unit: str
    target: float
    higher_is_better: bool = True
    yardstick: float | None = None
    yardstick_name: str = ""

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        return self.figure >= self.target if self.higher_is_better else self.figure <= self.target

    def line(self) -> str:
        """One line of the report."""
        bound = "≥" if self.higher_is_better else "≤"
        mark = "ok  " if self.reached else "MISS"
        ratio = f"{self.figure / self.yardstick:.2f} × {self.yardstick_name}" if self.yardstick else ""
        figures = f"{self.figure:>12,.1f} {self.unit:<10} {bound} {self.target:>10,.1f}"
        return f"{mark} {self.what:<58} {figures}  {ratio}"

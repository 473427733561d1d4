"""Imports point down. The table is the architecture; ARCHITECTURE.md shows the same one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tracker"

EVERYONE = {"errors", "clock"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "domain": set(),
    "config": set(),
    "files": set(),
    "logs": set(),
    "extensions": set(),
    "enrich": {"domain"},
    "models": {"extensions"},
    "ledger": {"domain"},
    "columns": {"domain", "ledger"},
    "doors": {"domain"},
    "ingest": {"domain", "enrich"},
    "analytics": {"domain", "columns"},
    "client": set(),
    "demo": {"domain"},
    "archive": {"domain", "ledger"},
    "accounts": {"domain", "config", "extensions", "models", "ledger"},
    "backup": {"config", "ledger", "accounts"},
    "privacy": {"domain"},
    "definitions": {"analytics", "accounts", "extensions", "models"},
    "parts": {"config", "logs", "ledger", "accounts", "backup"},
    "road": {"config", "files", "enrich", "ingest", "accounts"},
    "services": {
        "config", "domain", "doors", "ingest", "ledger", "columns", "analytics", "history", "notify",
    },
    "support": {"domain", "doors", "ingest", "ledger"},
    "notify": {"config", "domain", "extensions", "models", "ledger", "accounts"},
    "history": {"domain", "doors", "ingest", "ledger"},
    "keeping": {"config", "domain", "ledger", "columns", "analytics"},
    "jobs": {
        "config", "domain", "enrich", "ledger", "columns", "accounts", "backup", "services", "archive",
        "keeping",
    },
    "web": {
        "config", "domain", "extensions", "models", "ledger", "columns", "analytics", "accounts", "services",
        "doors", "enrich", "definitions", "backup", "support", "history", "privacy", "notify",
        "keeping", "archive",
    },
    "app": {
        "config", "domain", "extensions", "models", "enrich", "ingest", "doors", "ledger", "columns",
        "analytics", "accounts", "jobs", "services", "web", "files", "notify", "history", "parts", "road",
    },
    "server": {
        "config", "domain", "doors", "enrich", "ledger", "accounts", "services", "app", "web", "logs",
    },
    "doctor": {"config", "ledger", "accounts", "backup", "keeping"},
    "cli": {
        "config", "domain", "ledger", "columns", "accounts", "services", "app", "server", "demo", "models",
        "extensions", "logs", "doors", "ingest", "analytics", "enrich", "files", "doctor",
        "backup", "support", "history", "privacy", "archive", "keeping", "web", "parts", "road",
    },
}  # fmt: skip
NAMELESS = {"utils", "util", "helpers", "common", "misc", "manager", "base_utils"}


def files() -> Iterator[Path]:
    # Migrations are history: written once, by a tool.
    yield from (path for path in sorted(PACKAGE.rglob("*.py")) if "versions" not in path.parts)


def area(path: Path) -> str:
    part = path.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            module = node.module or ""
            if module == "tracker":
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif module.startswith("tracker."):
                yield node.lineno, module.split(".")[1]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("tracker."):
                    yield node.lineno, alias.name.split(".")[1]


@pytest.mark.parametrize("path", list(files()), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    own = area(path)
    if own == "__init__":
        return
    allowed = MAY_IMPORT[own] | EVERYONE | {own, "__version__"}
    tree = ast.parse(path.read_text())
    wrong = [f"line {line}: tracker.{name}" for line, name in imported(tree) if name not in allowed]
    assert not wrong, f"{own} may import {sorted(allowed)} only"


def test_the_table_names_what_there_is() -> None:
    assert {area(path) for path in files()} - {"__init__"} <= set(MAY_IMPORT)


def test_only_the_clock_reads_the_time() -> None:
    """`time.monotonic` and `perf_counter` measure how long something takes; they tell no time."""
    wrong = []
    for path in files():
        if area(path) == "clock":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                call = f"{node.value.id}.{node.attr}"
                if call in {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "date.today"}:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {call}")
    assert not wrong


def test_the_package_root_holds_the_version_only() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    assert [type(node) for node in tree.body] == [ast.Expr, ast.ImportFrom, ast.Assign, ast.Expr]


def test_files_and_functions_keep_their_size() -> None:
    wrong = []
    for path in files():
        text = path.read_text()
        name = path.relative_to(ROOT)
        if path.stem in NAMELESS:
            wrong.append(f"{name}: name the noun instead")
        if text.count("\n") > 400:
            wrong.append(f"{name}: {text.count(chr(10))} lines, 400 at most")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 80:
                    wrong.append(f"{name}:{node.lineno} {node.name}: {lines} lines, 80 at most")
    assert not wrong


def test_every_broad_except_says_why() -> None:
    wrong = []
    for path in files():
        lines = path.read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                near = lines[node.lineno - 1 : node.lineno + 2]
                if not any("#" in line for line in near):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def _is_broad(caught: ast.expr | None) -> bool:
    return caught is None or getattr(caught, "id", "") in ("Exception", "BaseException")

"""Groups whose commands are loaded when asked for: `user list` need not wait for what `erase` needs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Late(NamedTuple):
    """Where a command is, and the sentence that lists of commands show of it."""

    module: str
    function: str
    told: str


class LateGroup(click.Group):
    """A group with commands by name that are not loaded yet, nor are they for its help."""

    def __init__(self, *args: Any, late: Mapping[str, Late], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names: in the order of the table, or where some are here already, by the alphabet."""
        return sorted([*self.late, *self.commands]) if self.commands else list(self.late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in self.late:
            return super().get_command(ctx, cmd_name)
        where = self.late[cmd_name]
        found: click.Command = getattr(importlib.import_module(where.module), where.function)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, out of what the table tells of them."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(len(name) for name in names)
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._shown(name).get_short_help_str(room)) for name in names])

    def _shown(self, name: str) -> click.Command:
        return click.Command(name, help=self.late[name].told) if name in self.late else self.commands[name]

"""The decorator: calls of a function as events, with how long they took and how they ended."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ParamSpec, Protocol, TypeVar, cast

MOST_TEXT = 500
"""Characters of an error's message."""

P = ParamSpec("P")
R = TypeVar("R")


class Tracks(Protocol):
    """What is needed of a tracker."""

    def track(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        user: Any = None,
        interactive: bool | None = None,
    ) -> None: ...
    def problem(self, sentence: str) -> None: ...


def error_message(error: BaseException) -> str:
    """`ValueError: no such plan`, bounded; the server takes secrets out."""
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - an error of the program's own, whose text is broken, too
        said = ""
    return ": ".join(part for part in (type(error).__name__, said[:MOST_TEXT]) if part)


def watching(
    tracker: Tracks, name: str, properties: Any, user: Any, interactive: bool | None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The decorator of `Tracker.tracked`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        def call(*args: Any, **kwargs: Any) -> _Call:
            told = functools.partial(_told, tracker, args=args, kwargs=kwargs)
            return _Call(
                tracker, name, functools.partial(told, properties), functools.partial(told, user), interactive
            )

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run_later(*args: P.args, **kwargs: P.kwargs) -> Any:
                with call(*args, **kwargs):
                    return await function(*args, **kwargs)

            return cast("Callable[P, R]", run_later)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with call(*args, **kwargs):
                return function(*args, **kwargs)

        return run

    return decorate


def _told(tracker: Tracks, what: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A value, or what a function of the call's arguments says."""
    if not callable(what):
        return what
    try:
        return what(*args, **kwargs)
    except Exception as error:  # noqa: BLE001 - the program's own function: it must not spoil the call it describes
        tracker.problem(f"What a tracked call tells of itself could not be found out: {error_message(error)}")
        return None


class _Call:
    """One call under way."""

    def __init__(
        self,
        tracker: Tracks,
        name: str,
        properties: Callable[[], Any],
        user: Callable[[], Any],
        interactive: bool | None,
    ) -> None:
        self._tracker = tracker
        self._name = name
        self._properties = properties
        self._user = user
        self._interactive = interactive

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, Exception):
            return  # stopped from outside (a task cancelled, the program ended): no success and no failure
        outcome: dict[str, Any] = {
            "duration": round(time.perf_counter() - self._began, 6),
            "status": "success",
        }
        if error is not None:
            outcome |= {"status": "failed", "error_message": error_message(error)}
        more = self._properties()
        self._tracker.track(
            self._name,
            {**more, **outcome} if isinstance(more, Mapping) else outcome,
            user=self._user(),
            interactive=self._interactive,
        )

"""Running gunicorn with one worker of ours."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
from typing import Any

from gunicorn.app.base import BaseApplication

from tracker.config import PREFIX, Settings
from tracker.server.worker import BoundedProtocol

PR_SET_PDEATHSIG = 1


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, told everything by our settings and nothing by its own command line or files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Translate our settings into gunicorn's."""
        settings = self._settings
        chosen: dict[str, Any] = {
            "bind": settings.bind,
            "workers": 1,
            "worker_class": "tracker.server.worker.Worker",
            "worker_connections": settings.connections,
            "backlog": 2048,
            "asgi_loop": "uvloop",
            "asgi_lifespan": "on",
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 30,
            "limit_request_line": 8190,
            "accesslog": None,
            "loglevel": "warning",
            "logger_class": "tracker.server.logger.GunicornLogger",
            "forwarded_allow_ips": ",".join(settings.trusted_proxies) or "127.0.0.1,::1",
            "control_socket_disable": True,
            "post_fork": _die_with_parent,
            "proc_name": "desirepath",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)
        # The worker is forked from this process and finds it there.
        BoundedProtocol.header_seconds = float(settings.body_timeout)

    def load(self) -> Any:
        """Called in the worker; the import is what loads Flask and all the rest."""
        gc.disable()  # nothing made from here to the end of `Application._start` becomes garbage
        from tracker.server.asgi import application  # noqa: PLC0415 - the parent process stays small

        return application


def serve(settings: Settings) -> None:
    """Serve until told to stop. Does not return."""
    for name in ("data", "bind"):
        # The worker reads its settings from the environment; what the command line said goes along.
        os.environ[PREFIX + name.upper()] = str(getattr(settings, name))
    Server(settings).run()


def _die_with_parent(server: Any, worker: Any) -> None:
    """Without its parent nothing would restart a worker, and it would keep the port from the next."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return  # not Linux: the worker itself notices within a second

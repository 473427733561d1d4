"""Files that come with a form: in memory only, since nothing has been scrubbed from them."""

from __future__ import annotations

import io
from typing import IO

from flask import Request

from tracker.domain.event import MAX_IMPORT_BYTES

UPLOAD_BYTES = 2 * MAX_IMPORT_BYTES
"""A form with a file: more than a file may have, so that the page itself can say what is too large."""


class PageRequest(Request):
    """A request whose files never touch the disk; its size is bounded before."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()

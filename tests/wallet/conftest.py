"""The browser script, built as the tests of the browser script have it."""

from tests.browser.conftest import script

__all__ = ["script"]

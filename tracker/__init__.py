"""Desirepath: self-hosted product analytics in one process."""

from importlib.metadata import version

__version__ = version("desirepath")
"""Told by the git tag it was built from."""

"""Invented people on three invented sites, as requests: for demonstrations, tests and benchmarks."""

from tracker.demo.request import DemoRequest, DemoSite
from tracker.demo.stories import SITES
from tracker.demo.stream import requests

__all__ = ["SITES", "DemoRequest", "DemoSite", "requests"]

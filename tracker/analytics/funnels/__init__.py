"""Funnels: how far people get through steps in order."""

"""Letting go by age and for want of room."""

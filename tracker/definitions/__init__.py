"""Segments, goals, funnels and features as people keep them, and questions asked with them."""

"""Letting old details go by age or for want of room, and what is kept of them."""

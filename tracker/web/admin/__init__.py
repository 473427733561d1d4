"""Sites, their settings, keys, people and the install page."""

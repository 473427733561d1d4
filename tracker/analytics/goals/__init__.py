"""Goals: what a site wants people to do."""

"""What a site's settings mean for the people who visit it."""

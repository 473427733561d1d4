"""What support people do for one user, from pages, the API and the command line alike."""

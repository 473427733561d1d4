"""Flask: every view parses its request, calls one function, and renders what it gives."""

"""The OpenAPI 3.1 description of everything under /api."""

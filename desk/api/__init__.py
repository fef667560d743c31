"""Owns the routes of the API: each reads its input, asks, and gives a shape back."""

"""Trunks as things: the lines to the outside world, by name, and how each wants its calls."""

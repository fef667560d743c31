"""Random ways of a call through the house, each party with a tone: `python -m bench.ways`."""

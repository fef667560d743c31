"""How the trunks are: which lines lead out, and what keeps one from working."""

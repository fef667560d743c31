"""Owns how people come in: passwords, lock-outs, the cookie, and who vouches for them (SEC-3)."""

"""Passkeys of accounts, and the codes for who has lost them."""

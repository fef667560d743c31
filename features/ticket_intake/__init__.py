"""Tickets from letters, faxes, visits and other programs, with the time of receipt (TKT-10)."""

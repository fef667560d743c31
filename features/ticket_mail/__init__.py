"""Tickets by mail: letters that come in, and ours that go out (TKT-10)."""

"""The people around the hotline: real SIP user agents that call it and that answer for it."""

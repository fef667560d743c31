"""A simulated shift: agents at work, callers who ring, a check of each call."""

"""What the pages, the wallboard and the API say of calls, held to what callers and agents noted."""

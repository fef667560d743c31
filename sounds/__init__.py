"""What the hotline says: the words, the voices that speak them, and the files that callers hear."""

"""Analysis of a recording from its audio alone: who talks when, how fast, how loud, and tones."""

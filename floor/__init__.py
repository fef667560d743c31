"""The floor: who is at work, who waits, who talks, live; runs inside the desk's process."""

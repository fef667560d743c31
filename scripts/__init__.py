"""What runs before anything is installed: scripts/bootstrap and scripts/lock."""

"""What brings a hotline up and keeps it up: Asterisk, configuration, ports, secrets, processes."""

"""AGI, the protocol by which Asterisk asks us what to do with a call."""

"""Copies of SIP messages that Asterisk sends us (HEP, `hep.conf`)."""

"""AMI, the protocol by which we hear from Asterisk and act on its channels."""

"""What the files of a home say of one person: found in every spelling, and taken out."""

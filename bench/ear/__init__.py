"""Shows how well the ear hears: a labelled set rebuilt from Debian's packages, tuning, figures."""

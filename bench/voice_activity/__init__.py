"""Shows how well the ear hears: a labelled set rebuilt from Debian's packages, tuning, figures."""

import os

# before numpy is loaded: over such small matrices threads cost more than they bring
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

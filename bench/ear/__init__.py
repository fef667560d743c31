"""Shows how well the ear hears: a labelled set rebuilt from Debian's packages, tuning, figures."""

import os

# before numpy is loaded: its matrices are small here, and threads that wait for each other cost more
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

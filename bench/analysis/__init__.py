"""Shows how well recordings are analysed: constructed calls of known spans, figures, the cost."""

import os

# before numpy is loaded: over such small matrices threads cost more than they bring
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

"""THE MATHS: numbers in, numbers out; no people, no dates, no I/O."""

import os

# Its matrices are small: threads would cost more than they save, and wait for each other on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

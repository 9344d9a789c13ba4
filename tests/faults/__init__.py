import os

# the program asks for it before it loads what computes; a process forked from the tests has it loaded already
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

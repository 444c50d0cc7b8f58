"""THE MATHS: numbers in, numbers out; no people, no dates, no I/O."""

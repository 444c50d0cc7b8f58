"""From where on the second ear takes a message for one of danger.

Set on `tests/care/calibration.tsv`, which was written apart from the bank, so that the ear alone takes at most one
ordinary message in twenty for danger, in each language. Reviewed by / on: not yet reviewed by a clinician.
"""

THRESHOLD = 0.65

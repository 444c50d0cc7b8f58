"""Which seeds may be looked at while a model is tuned, and which may not."""

TUNING_SEEDS = range(100_000)
"""For whoever changes the model, a prior or a threshold: look at these as often as you like."""

HELD_OUT_SEEDS = range(1_000_000, 1_100_000)
"""Only to print the figures by which a version is judged. A choice that was made after looking at them is worth
nothing: then move this range and say so in docs/model.md."""

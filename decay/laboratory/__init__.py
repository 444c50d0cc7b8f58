"""THE LABORATORY: people who do not exist, with a hidden truth; no curve and no number of it is taken from the model that
is judged by it."""

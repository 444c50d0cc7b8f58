"""THE LABORATORY: people who do not exist, with a hidden truth; no curve and no number of it comes from the model that
is judged by it."""

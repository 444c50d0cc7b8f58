"""THE LABORATORY: people who do not exist, with a hidden truth; it shares no line with the model that is judged by
it."""

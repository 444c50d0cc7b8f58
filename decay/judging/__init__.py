"""THE JUDGE: how good forecasts were, once it is known what came true; numbers only."""

"""THE DAY: one step a file, one item a call; never Telegram, never a commit."""

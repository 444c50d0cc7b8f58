"""THE VOICE: Telegram and the running process."""

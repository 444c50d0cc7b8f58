"""The stage: a stand-in for Telegram, made-up patients, and the page to chat in."""

"""Telegram: where people talk to the bot. What to say is decided elsewhere, in `conversation`."""

"""The specification of the passport as something people work on: its book, its editions, what conforms to it."""

"""The web shell: server-rendered pages over domain commands and views, Arabic first. It must never touch a table."""

"""Key ceremonies: reviewed steps, done in order before witnesses, with a signed transcript of what was made."""

"""Training of what the service runs but does not learn: by hand (`make ocr-b`), in an environment of its own."""

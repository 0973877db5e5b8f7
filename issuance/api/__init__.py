"""The HTTP edge: routes, problem documents, guards. It calls domain commands and views and must never touch a table."""

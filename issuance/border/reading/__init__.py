"""Reading a document's page from its picture: readers, one repair, and what their readings come to together."""

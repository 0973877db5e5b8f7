"""The kit by which another implementation proves itself: which documents, what is wrong with each, and its index.

The documents are made by `issuance.jobs.kit`, which holds the keys; here stands what they are to be.
"""

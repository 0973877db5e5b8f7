"""Does a document keep the specification? Each clause kept, broken or not judged, with what was measured.

`run.conform` judges one document, `batch.conform_batch` a folder of packages; `registry.JUDGES` says which clause has a
judge. It judges conformity with an edition, not authenticity: that is `issuance verify`.
"""

"""Measuring a printed data page from its picture alone: edges and skew, ink in boxes, cells of the MRZ. No wanted value
is judged here; the judges compare."""

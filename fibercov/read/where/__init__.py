"""Expressions over the columns of a table, such as `typ != 'fritidshus' and n > 1`.

They mean what they mean to `pandas.DataFrame.query`, but nothing is evaluated that is not listed here,
and all of it is bounded: an expression may come from a form. What is taken, and what an empty cell is,
stands in docs/reference/where.md.
"""

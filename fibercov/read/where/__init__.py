"""Expressions over the columns of a table, such as `typ != 'fritidshus' and n > 1`.

They mean what they mean in `pandas.DataFrame.query`, but only what is listed here is evaluated, and all
of it is bounded: an expression may come from a web form. docs/reference/where.md says what is allowed
and how empty cells compare.
"""

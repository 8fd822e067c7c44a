"""Malformed, damaged and hostile input by the ten thousand, and runs that are killed half-way.

`python -m tests.attack` makes them all and counts what each comes to. An attack is a function that
makes one input of a seed, gives it to fibercov, and judges what comes out by an oracle of its own.
"""

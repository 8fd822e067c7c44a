"""Parse an expression, and bound it before anything is evaluated."""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from fibercov import checks
from fibercov.errors import ArgumentError
from fibercov.read.where.values import column_name

_MOST_CHARACTERS = 100_000
_MOST_LEVELS = 100
_MOST_PARTS = 2_000  # columns and operations; constants may be more
_MOST_SEARCHES = 10  # the only parts that take more than a moment on a million rows
_LARGEST = 2**63
# A text, a name in backticks, or & and |, which pandas reads as `and` and `or`.
_TOKEN = re.compile(
    r"""('''|\"""|'|")(?:\\.|(?!\1).)*(?:\1|\Z)|`((?:[^`]|``)+)`|[&|@]""", re.DOTALL
)
HINT = (
    "Write a comparison such as typ != 'fritidshus', or `Antal hushåll` > 1 (backticks around a "
    "name with spaces), or typ.str.startswith('fri')."
)


def parsed(where: object) -> ast.expr:
    """Parse an expression as Python; raise if that fails or it is too large."""
    if not isinstance(where, str):
        raise checks.refusal("where", "must be an expression, a text", where)
    try:
        if len(where) > _MOST_CHARACTERS:
            raise ValueError(f"it has more than {_MOST_CHARACTERS:,} characters")  # noqa: TRY301 - told as one
        tree = _tree(where)
        _check_size(tree)
    except (SyntaxError, ValueError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else error
        raise ArgumentError(
            "where", f"cannot be evaluated: {checks.shown(where)} ({reason}).", HINT
        ) from error
    except (MemoryError, RecursionError) as error:
        raise ArgumentError(
            "where", f"cannot be evaluated: {checks.shown(where)} is nested too deep.", HINT
        ) from error
    return tree


def column_names(where: object) -> list[str]:
    """List the columns that an expression names."""
    if where is None:
        return []
    found = (column_name(node) for node in ast.walk(parsed(where)) if isinstance(node, ast.Name))
    return list(dict.fromkeys(found))


def _tree(where: str) -> ast.expr:
    """Parse an expression; names that are no Python identifiers are in backticks."""
    quoted: dict[str, str] = {}

    def plain(token: re.Match[str]) -> str:
        if token[0] == "@":
            raise ValueError("it sees no variables of a script, as @ would name: write the value")
        if token[0] in {"&", "|"}:
            return " and " if token[0] == "&" else " or "
        if token[2] is None:
            return token[0]
        name = token[2].replace("``", "`")
        quotes = not name.isidentifier() or keyword.iskeyword(name)
        placeholder = f"_quoted_{len(quoted)}_"
        quoted[placeholder] = f"`{token[2]}`" if quotes else name
        return f" {placeholder} "

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about '\d' and the like
        tree = ast.parse(_TOKEN.sub(plain, where).strip(), mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = quoted.get(node.id, node.id)
        elif isinstance(node, ast.Attribute):
            node.attr = quoted.get(node.attr, node.attr)
    return tree


def _check_size(tree: ast.expr) -> None:
    """Raise if an expression is larger than anyone would write."""
    parts = searches = levels = 0
    level: list[ast.AST] = [tree]
    while level:
        levels += 1
        for node in level:
            parts += isinstance(node, ast.expr) and not isinstance(node, ast.Constant)
            if isinstance(node, ast.Attribute):
                searches += node.attr in {"contains", "match", "fullmatch"}
            number = node.value if isinstance(node, ast.Constant) else 0
            if isinstance(number, int) and abs(number) >= _LARGEST:
                raise ValueError("it holds a number beyond 2 ** 63")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    for number, most, what in (
        (levels, _MOST_LEVELS, "levels"),
        (parts, _MOST_PARTS, "columns and operations; write COLUMN in ['a', 'b'] for many values"),
        (searches, _MOST_SEARCHES, "searches in text"),
    ):
        if number > most:
            raise ValueError(f"it has more than {most:,} {what}")

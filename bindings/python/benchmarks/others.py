"""The same scorecard and rules in Polars expressions, in NumPy and in DuckDB's SQL, one thread each."""

import ast

import duckdb
import numpy as np
import polars as pl
from workload import GROUPS, METRICS, SPEC

OPERATORS = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Div: "/", ast.Mult: "*", ast.Sub: "-", ast.Add: "+",
}  # fmt: skip
DO = {
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "/": lambda a, b: a / b, "*": lambda a, b: a * b, "-": lambda a, b: a - b, "+": lambda a, b: a + b,
}  # fmt: skip


def tree(rule):
    return ast.parse(rule["when"].replace("&&", "and").replace("||", "or"), mode="eval").body


def apply(node, names):
    """A condition over columns of NumPy or expressions of Polars."""
    match node:
        case ast.BoolOp(op=ast.And()):
            first, *rest = (apply(it, names) for it in node.values)
            for it in rest:
                first = first & it
            return first
        case ast.BoolOp(op=ast.Or()):
            first, *rest = (apply(it, names) for it in node.values)
            for it in rest:
                first = first | it
            return first
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return DO[OPERATORS[type(op)]](apply(left, names), apply(right, names))
        case ast.BinOp(left=left, op=op, right=right):
            return DO[OPERATORS[type(op)]](apply(left, names), apply(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=it):
            return -apply(it, names)
        case ast.Name(id=name):
            return names(name)
        case ast.Constant(value=it):
            return names.text(it) if isinstance(it, str) else it
    raise ValueError(ast.dump(node))


class Names:
    def __init__(self, find, text=lambda it: it):
        self.find, self.text = find, text

    def __call__(self, name):
        return self.find(name)


def by_numpy(columns):
    """`columns` are doubles, NaN where missing."""
    scores = {}

    def mean(parts):
        above, below = 0.0, 0.0
        for weight, points in parts:
            there = ~np.isnan(points)
            above = above + np.where(there, weight * points, 0.0)
            below = below + weight * there
        with np.errstate(invalid="ignore"):
            return above / below

    for group in SPEC["groups"]:
        points = []
        for it in group["factors"]:
            xs, ys = zip(*it["points"])
            points.append((it["weight"], np.interp(columns[it["metric"]], xs, ys)))
        scores[group["name"]] = mean(points)
    scores["total"] = mean([(it["weight"], scores[it["name"]]) for it in SPEC["groups"]])
    edges = [it["below"] for it in SPEC["bands"] if "below" in it]
    bands = [it["name"] for it in SPEC["bands"]]
    scores["band"] = np.searchsorted(edges, scores["total"], side="right")
    names = Names(lambda it: scores[it] if it in scores else columns[it], bands.index)
    with np.errstate(invalid="ignore"):
        return scores | {it["id"]: apply(tree(it), names) for it in SPEC["rules"]}


def by_polars(frame):
    """`frame` has nulls where something is missing."""

    def points(it):
        x = pl.col(it["metric"])
        knots = it["points"]
        out = pl.when(x.is_null()).then(None).when(x <= knots[0][0]).then(float(knots[0][1]))
        for (x0, y0), (x1, y1) in zip(knots, knots[1:]):
            out = out.when(x <= x1).then(y0 + (x - x0) * ((y1 - y0) / (x1 - x0)))
        return out.otherwise(float(knots[-1][1]))

    def mean(parts):
        above = sum((weight * it).fill_null(0.0) for weight, it in parts)
        return above / sum(it.is_not_null() * float(weight) for weight, it in parts)

    factors = {
        (group["name"], it["metric"]): points(it).alias(f"{group['name']}/{it['metric']}")
        for group in SPEC["groups"]
        for it in group["factors"]
    }
    groups = [
        mean([(it["weight"], pl.col(f"{group['name']}/{it['metric']}")) for it in group["factors"]]).alias(group["name"])
        for group in SPEC["groups"]
    ]
    total = mean([(it["weight"], pl.col(it["name"]).fill_nan(None)) for it in SPEC["groups"]]).alias("total")
    number = pl.lit(0)
    for at, it in enumerate(SPEC["bands"][:-1], 1):
        number = pl.when(pl.col("total") >= it["below"]).then(at).otherwise(number)
    bands = [it["name"] for it in SPEC["bands"]]
    names = Names(pl.col, bands.index)
    rules = [apply(tree(it), names).alias(it["id"]) for it in SPEC["rules"]]
    return (
        frame.lazy()
        .with_columns(*factors.values())
        .with_columns(*groups)
        .with_columns(total)
        .with_columns(number.alias("band"))
        .select(*GROUPS, "total", "band", *rules)
        .collect()
    )


def sql():
    """The job as one query over a table `given`."""

    def points(it):
        x, knots = it["metric"], it["points"]
        cases = [f"WHEN {x} IS NULL THEN NULL WHEN {x} <= {knots[0][0]!r}::DOUBLE THEN {knots[0][1]!r}::DOUBLE"]
        for (x0, y0), (x1, y1) in zip(knots, knots[1:]):
            slope = (y1 - y0) / (x1 - x0)
            cases.append(f"WHEN {x} <= {x1!r}::DOUBLE THEN {y0!r}::DOUBLE + ({x} - {x0!r}::DOUBLE) * {slope!r}::DOUBLE")
        return f"CASE {' '.join(cases)} ELSE {knots[-1][1]!r}::DOUBLE END"

    def mean(parts):
        above = " + ".join(f"coalesce({weight!r}::DOUBLE * {it}, 0)" for weight, it in parts)
        below = " + ".join(f"CASE WHEN {it} IS NULL THEN 0 ELSE {weight!r}::DOUBLE END" for weight, it in parts)
        return f"({above}) / nullif({below}, 0)"

    def show(node):
        match node:
            case ast.BoolOp(op=op):
                word = " AND " if isinstance(op, ast.And) else " OR "
                return "(" + word.join(show(it) for it in node.values) + ")"
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sign = OPERATORS[type(op)].replace("==", "=")
                return f"({show(left)} {sign} {show(right)})"
            case ast.BinOp(left=left, op=op, right=right):
                return f"({show(left)} {OPERATORS[type(op)]} {show(right)})"
            case ast.UnaryOp(operand=it):
                return f"(-{show(it)})"
            case ast.Name(id=name):
                return name
            case ast.Constant(value=it):
                return str(bands.index(it)) if isinstance(it, str) else f"{it!r}::DOUBLE"
        raise ValueError(ast.dump(node))

    bands = [it["name"] for it in SPEC["bands"]]
    number = " ".join(f"WHEN total < {it['below']!r} THEN {at}" for at, it in enumerate(SPEC["bands"][:-1]))
    factors = [f"{points(it)} AS p_{it['metric']}" for group in SPEC["groups"] for it in group["factors"]]
    groups = [
        f"{mean([(it['weight'], 'p_' + it['metric']) for it in group['factors']])} AS {group['name']}"
        for group in SPEC["groups"]
    ]
    total = mean([(it["weight"], it["name"]) for it in SPEC["groups"]])
    rules = [f"{show(tree(it))} AS {it['id']}" for it in SPEC["rules"]]
    return (
        f"WITH a AS (SELECT {', '.join(METRICS)}, {', '.join(factors)} FROM given), "
        f"b AS (SELECT *, {', '.join(groups)} FROM a), c AS (SELECT *, {total} AS total FROM b), "
        f"d AS (SELECT *, CASE {number} ELSE {len(bands) - 1} END AS band FROM c) "
        f"SELECT {', '.join(GROUPS)}, total, band, {', '.join(rules)} FROM d"
    )


def duckdb_ready(table):
    """A connection of one thread that holds the table as its own."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = true")
    connection.register("arrow", table)
    connection.execute("CREATE TABLE given AS SELECT * FROM arrow")
    return connection


def by_duckdb(connection):
    return connection.execute(sql()).to_arrow_table()

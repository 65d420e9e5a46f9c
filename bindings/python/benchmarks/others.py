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
    """A value over columns of NumPy or expressions of Polars, without `and` and `or`."""
    match node:
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


def reads(node):
    return sorted({it.id for it in ast.walk(node) if isinstance(it, ast.Name)})


def three_valued(node, names):
    """True where a condition holds, and true where it has an answer, as arrays. From left to right: what decides comes
    first, and what it touches must be there.
    """
    if not isinstance(node, ast.BoolOp):
        known = True
        for it in reads(node):
            known = known & names.known(it)
        return apply(node, names) & known, known
    yes, known = three_valued(node.values[0], names)
    for it in node.values[1:]:
        more, there = three_valued(it, names)
        if isinstance(node.op, ast.And):
            yes, known = yes & more, known & (~yes | there)
        else:
            yes, known = yes | (known & more), known & (yes | there)
    return yes, known


def in_order(node, names):
    """The same as an expression of Polars, null where it has no answer."""
    if not isinstance(node, ast.BoolOp):
        return apply(node, names)
    out = in_order(node.values[0], names)
    for it in node.values[1:]:
        it = in_order(it, names)
        if isinstance(node.op, ast.And):
            # Polars says false where one is null and the other false; what comes first decides.
            out = pl.when(out.is_not_null()).then(out & it)
        else:
            out = pl.when(out.is_not_null()).then(out | it)
    return out


class Names:
    def __init__(self, find, text, known=None):
        self.find, self.text, self.known = find, text, known

    def __call__(self, name):
        return self.find(name)


def by_numpy(columns):
    """`columns` are doubles, NaN where missing."""
    scores = {}

    def mean(parts):
        above, below, measured, whole = 0.0, 0.0, 0.0, 0.0
        for weight, points, coverage in parts:
            there = ~np.isnan(points)
            above = above + np.where(there, weight * points, 0.0)
            below = below + weight * there
            measured = measured + weight * (there if coverage is None else coverage)
            whole += weight
        with np.errstate(invalid="ignore"):
            return above / below, measured / whole

    coverage = {}
    for group in SPEC["groups"]:
        points = []
        for it in group["factors"]:
            xs, ys = zip(*it["points"])
            points.append((it["weight"], np.interp(columns[it["metric"]], xs, ys), None))
        scores[group["name"]], coverage[group["name"]] = mean(points)
    groups = [(it["weight"], scores[it["name"]], coverage[it["name"]]) for it in SPEC["groups"]]
    scores["total"], scores["coverage"] = mean(groups)
    edges = [it["below"] for it in SPEC["bands"] if "below" in it]
    bands = [it["name"] for it in SPEC["bands"]]
    scores["band"] = np.searchsorted(edges, scores["total"], side="right")
    known = {name: ~np.isnan(it) for name, it in {**columns, **scores}.items() if name != "band"}
    known["band"] = known["total"]
    names = Names(lambda it: scores[it] if it in scores else columns[it], bands.index, known.get)
    with np.errstate(invalid="ignore"):
        return scores | {it["id"]: three_valued(tree(it), names) for it in SPEC["rules"]}


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
        return (above / sum(it.is_not_null() * float(weight) for weight, it in parts)).fill_nan(None)

    def measured(parts):
        return sum(it * float(weight) for weight, it in parts) / sum(weight for weight, _ in parts)

    factors = {
        (group["name"], it["metric"]): points(it).alias(f"{group['name']}/{it['metric']}")
        for group in SPEC["groups"]
        for it in group["factors"]
    }
    groups = [
        mean([(it["weight"], pl.col(f"{group['name']}/{it['metric']}")) for it in group["factors"]]).alias(group["name"])
        for group in SPEC["groups"]
    ]
    groups += [
        measured(
            [(it["weight"], pl.col(f"{group['name']}/{it['metric']}").is_not_null()) for it in group["factors"]]
        ).alias(f"{group['name']}/coverage")
        for group in SPEC["groups"]
    ]
    total = mean([(it["weight"], pl.col(it["name"])) for it in SPEC["groups"]]).alias("total")
    coverage = measured([(it["weight"], pl.col(f"{it['name']}/coverage")) for it in SPEC["groups"]]).alias("coverage")
    number = pl.when(pl.col("total").is_not_null()).then(0)
    for at, it in enumerate(SPEC["bands"][:-1], 1):
        number = pl.when(pl.col("total") >= it["below"]).then(at).otherwise(number)
    bands = [it["name"] for it in SPEC["bands"]]
    names = Names(pl.col, bands.index)
    rules = [in_order(tree(it), names).alias(it["id"]) for it in SPEC["rules"]]
    return (
        frame.lazy()
        .with_columns(*factors.values())
        .with_columns(*groups)
        .with_columns(total, coverage)
        .with_columns(number.alias("band"))
        .select(*GROUPS, "total", "coverage", "band", *rules)
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

    def measured(parts):
        return f"({' + '.join(f'{weight!r}::DOUBLE * {it}' for weight, it in parts)}) / {sum(it[0] for it in parts)!r}"

    def show(node):
        match node:
            case ast.BoolOp(op=op, values=[*before, last]) if len(before) > 1:
                return show(ast.BoolOp(op, [ast.BoolOp(op, before), last]))
            case ast.BoolOp(op=op, values=[first, last]):
                first, last = show(first), show(last)
                # SQL says false where one is null and the other false; what comes first decides.
                if isinstance(op, ast.And):
                    return f"(CASE WHEN {first} THEN {last} WHEN NOT {first} THEN false END)"
                return f"(CASE WHEN {first} THEN true WHEN NOT {first} THEN {last} END)"
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
    groups += [
        measured([(it["weight"], f"(p_{it['metric']} IS NOT NULL)::DOUBLE") for it in group["factors"]])
        + f" AS c_{group['name']}"
        for group in SPEC["groups"]
    ]
    total = mean([(it["weight"], it["name"]) for it in SPEC["groups"]])
    coverage = measured([(it["weight"], f"c_{it['name']}") for it in SPEC["groups"]])
    rules = [f"{show(tree(it))} AS {it['id']}" for it in SPEC["rules"]]
    return (
        f"WITH a AS (SELECT {', '.join(METRICS)}, {', '.join(factors)} FROM given), "
        f"b AS (SELECT *, {', '.join(groups)} FROM a), c AS (SELECT *, {total} AS total, {coverage} AS coverage FROM b), "
        f"d AS (SELECT *, CASE WHEN total IS NULL THEN NULL {number} ELSE {len(bands) - 1} END AS band FROM c) "
        f"SELECT {', '.join(GROUPS)}, total, coverage, band, {', '.join(rules)} FROM d"
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
    return connection.sql(sql()).to_arrow_table()

"""Every case file of `tests/cases` through Python, with the bits that Rust has.

The bits stand in a snapshot that the Rust tests keep.
"""

import datetime
import pickle
import struct
import tomllib

import pyarrow as pa
import pytest
from conftest import CASES, REPOSITORY

import foretell

KINDS = ["company", "account", "subscription", "case"]
BITS = REPOSITORY / "tests" / "snapshots" / "foretell__cases__bits.snap"
FILES = sorted(it.relative_to(CASES).as_posix() for it in CASES.rglob("*.cases.toml"))


def snapshot(path):
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def wanted():
    found = {}
    for line in snapshot(BITS).splitlines():
        file, rest = line.split(": ", 1)
        found.setdefault(file, []).append(rest)
    return found


def bits(number):
    return "-" if number is None else struct.pack(">d", number).hex()


def value(cell):
    return cell["value"] if isinstance(cell, dict) else cell


def table(kind, rows):
    """The rows as a table, with the days of observation of each metric in a column beside it."""
    columns, observed = {"id": pa.array([it["id"] for it in rows])}, {}
    for parent in KINDS[: KINDS.index(kind)]:
        parents = [it["parents"].get(parent) for it in rows]
        columns[f"{parent}_id"] = pa.array(parents, pa.string())
    for name in sorted({name for it in rows for name in it["given"]}):
        cells = [it["given"].get(name) for it in rows]
        values = [value(it) for it in cells]
        some = next(it for it in values if it is not None)
        if isinstance(some, (int, float)) and not isinstance(some, bool):
            values = [None if it is None else float(it) for it in values]
        columns[name] = pa.array(values)
        observed[name] = f"{name}@day"
        days = [it["observed"] if isinstance(it, dict) else None for it in cells]
        columns[f"{name}@day"] = pa.array(days, pa.date32())
    return pa.table(columns), observed


def subjects(file, given, day):
    """The subjects of a day."""
    usual = {**file.get("given", {}), **given}
    if not day.get("subjects"):
        usual = {name: it for name, it in usual.items() if name not in day.get("missing", [])}
        return [{"kind": "subscription", "id": "s", "parents": {}, "given": usual}]
    rows = []
    for it in day["subjects"]:
        kind, own = it.get("kind", "subscription"), it.get("given", {})
        if kind == "subscription":
            own = {**usual, **own}
            own = {name: cell for name, cell in own.items() if name not in it.get("missing", [])}
        rows.append({"kind": kind, "id": it["id"], "parents": it.get("parents", {}), "given": own})
    return rows


def said(faults):
    return [f"{it.code} at {it.path}" for it in faults]


def told(engine, assessment, scores, rows):
    """The lines of the snapshot. What `score` says has the bits of what `assess` says."""
    tables = {}
    for kind in {it["kind"] for it in rows}:
        one = {it["id"]: it for it in assessment.scores(kind).to_pylist()}
        two = {it["id"]: it for it in scores.table(kind).to_pylist()}
        assert one.keys() == two.keys()
        for id, row in two.items():
            assert {name: repr(it) for name, it in row.items()} == {
                name: repr(one[id][name]) for name in row
            }
        tables[kind] = one
    lines = []
    for it in rows:
        row, id = tables[it["kind"]][it["id"]], it["id"]
        for card in assessment.scorecards:
            if card not in row:
                continue
            names = [card, f"{card}.raw_score", f"{card}.coverage", f"{card}.low", f"{card}.high"]
            line = " ".join(bits(row[name]) for name in names)
            for name in ["band", "raw_band"]:
                line += " " + (row[f"{card}.{name}"] or "-")
            explanation = engine.explain(assessment, id, scorecard=card)
            assert bits(explanation.score) == bits(row[card])
            assert pickle.loads(pickle.dumps(explanation)) == explanation
            for part in explanation.lines:
                line += " " + bits(part["contribution"])
            lines.append(f"{id} {card}: {line}")
        rules = {name[6:]: it for name, it in row.items() if name.startswith("rules.")}
        if rules:
            marks = {None: "?", True: "1", False: "0"}
            lines.append(f"{id} rules: " + " ".join(f"{name}={marks[it]}" for name, it in rules.items()))
    return lines


def run(file, case):
    text = case.get("config") or file.get("config")
    if text is None:
        text = (CASES / file["config_file"]).read_text(encoding="utf-8")
    if case.get("faults"):
        with pytest.raises(foretell.ConfigError) as error:
            foretell.Engine.from_toml(text)
        assert said(error.value.faults) == case["faults"]
        return []
    engine = foretell.Engine.from_toml(text)
    assert said(engine.lint()) == (case if "config" in case else file).get("warnings", [])
    lines, state = [], foretell.State()
    days = case.get("days") or [{"as_of": file.get("as_of"), **case, "given": {}}]
    for day in days:
        rows = subjects(file, {**case.get("given", {}), **day.get("given", {})}, day)
        tables, observed = {}, {}
        for kind in KINDS:
            of_kind = [it for it in rows if it["kind"] == kind]
            if of_kind:
                tables[kind], observed[kind] = table(kind, of_kind)
        given = {"as_of": day["as_of"], "state": state, "strict": False}
        # What is observed is said for all tables together: each has its own metrics.
        given["observed"] = {name: it for part in observed.values() for name, it in part.items()}
        assessment = engine.assess(tables, **given)
        scores = engine.score(tables, **given)
        assert assessment.faults == []
        lines += [f"{day['as_of']} {it}" for it in told(engine, assessment, scores, rows)]
        again = pickle.loads(pickle.dumps(assessment))
        assert again.to_json() == assessment.to_json()
        state = foretell.State.from_json(assessment.state.to_json())
        assert state == again.state
    return [f"{case['name']}: {it}" for it in lines]


@pytest.mark.parametrize("name", FILES)
def test_a_case_has_the_bits_of_rust(name):
    file = tomllib.loads((CASES / name).read_text(encoding="utf-8"))
    got = [line for case in file["case"] for line in run(file, case)]
    assert got == wanted().get(name, [])


def test_faults_print_as_those_of_rust():
    with pytest.raises(foretell.ConfigError) as error:
        foretell.Engine.from_toml(CASES / "faults" / "ten.toml")
    shown = snapshot(REPOSITORY / "tests" / "snapshots" / "foretell__faults__ten.snap")
    assert str(error.value).strip() == shown.strip()
    assert len(error.value.faults) >= 10


# Timelines: one value of x and y a day, and what is to come of it. `tests/alerts/timeline.rs` says how they read.

FIRST = datetime.date(2026, 1, 1)


def on(number):
    return FIRST + datetime.timedelta(days=int(number))


def number(day):
    return (day - FIRST).days


def series(text):
    tokens = [it.split("x") for it in str(text).split()]
    return [it[0] for it in tokens for _ in range(int(it[1]) if len(it) > 1 else 1)]


def timeline(path):
    return tomllib.loads((CASES / path).read_text(encoding="utf-8"))["case"]


def days(case):
    """Each evaluation: its day, and the values of x and y."""
    now, second, last = 0, series(case.get("second", "")), ("0", "_")
    for at, x in enumerate(series(case["series"])):
        y = second[at] if at < len(second) else "_"
        again, _, other = x.partition(":")
        here = now - 1 if again == "again" else now
        now = here + 1
        if x == ".":
            continue
        if again == "again":
            x, y = (other, y) if other else last
        last = x, y
        yield here, x, y


def whole(x, *kinds):
    """The kinds of which all subjects are given, or only some."""
    return [] if x in ("none", "away") else kinds


def plain(text):
    return None if text in ("_", "-", "none", "away") else float(text)


def frame(x, y):
    ids = {"-": ["b"], "away": ["b"], "none": []}.get(x, ["a"])
    column = lambda it: pa.array([plain(it)] * len(ids), pa.float64())  # noqa: E731
    ids = pa.array(ids, pa.string())
    accounts = pa.array(["p"] * len(ids), pa.string())
    return pa.table({"id": ids, "x": column(x), "y": column(y), "account_id": accounts})


def silence(text):
    start, end = text.split("..")
    return {
        "id": "s", "matches": {"rules": ["r"]}, "author": "ann", "reason": "known",
        "from": on(start), "until": on(end),
    }  # fmt: skip


def rule_text(rule, *, playbook=False):
    keys = rule.split(";") if rule.strip() else []
    has = lambda key: any(it.strip().startswith(key) for it in keys)  # noqa: E731
    lines = ["[[rules]]", 'name = "r"']
    if not has("when"):
        lines.append('when = "x > 0"')
    if playbook and not has("playbook"):
        lines.append('playbook = "p"')
    return "\n".join(lines + keys) + "\n"


def alert_engine(rule, config):
    text = '[[metrics]]\nname = "x"\n[[metrics]]\nname = "y"\n[[metrics]]\nname = "z"\nsubject = "account"\n'
    if rule != "removed":
        text += rule_text(rule)
    return foretell.Engine.from_toml(text + config)


def show_event(it):
    day = number(datetime.date.fromisoformat(it["day"]))
    change = it["change"]
    names = {"no_data": "no data", "rule_removed": "removed", "rule_changed": "changed", "subject_gone": "gone"}
    text = f"{change['kind']}@{day}"
    if change["kind"] == "resolved":
        text += f"({names.get(change['reason'], change['reason'])})"
    if change["kind"] == "health_changed":
        text = f"health@{day}({change['health'].replace('_', '')})"
    if it["rule"] != "r":
        text = f"{it['rule']}:{text}"
    if it.get("suppressed_by"):
        loud = "!" if it["told_before"] and change["kind"] == "resolved" else ""
        text += "[" + " ".join(by["by"] for by in it["suppressed_by"]) + loud + "]"
    return text


ALERTS = [(it.name, case) for it in sorted((CASES / "alerts").glob("*.toml")) for case in timeline(it)]


@pytest.mark.parametrize(("table", "case"), ALERTS, ids=[f"{it[0]}: {it[1]['name']}" for it in ALERTS])
def test_alerts_over_time_are_as_the_tables_say(table, case):
    before = alert_engine(case.get("rule", ""), case.get("config", ""))
    after, since = before, int(case.get("change_day", 0))
    if since:
        after = alert_engine(case.get("change_rule", ""), case.get("change_config", ""))
    suppressions = {"silences": [], "snoozes": [], "calendars": []}
    if "silence" in case:
        suppressions["silences"].append(silence(case["silence"]))
    if "snooze" in case:
        start, end = case["snooze"].split("..")
        snooze = {"rule": "r", "subject": "a", "author": "ann", "reason": "known"}
        suppressions["snoozes"].append({**snooze, "from": on(start), "until": on(end)})
    if "quiet" in case:
        calendar = {"name": "quiet"}
        if case["quiet"] == "weekends":
            calendar["weekends"] = True
        else:
            calendar["spans"] = [[on(it) for it in case["quiet"].split("..")]]
        suppressions["calendars"].append(calendar)
    state, events, last, seen = foretell.State(), [], "inactive", set()
    for here, x, y in days(case):
        engine = after if since and since <= here else before
        accounts = pa.table({"id": ["p"], "z": pa.array([plain(y)], pa.float64())})
        data = {"subscription": frame(x, y), "account": accounts}
        given = {"suppressions": suppressions, "complete": whole(x, "subscriptions", "accounts")}
        out = engine.assess(data, as_of=on(here), state=state, **given)
        events += [show_event(it) for it in out.to_dict()["events"]]
        ids = out.events().column("id")
        assert not seen.intersection(ids) and len(set(ids)) == len(ids)
        seen.update(ids)
        assert out.events().column("message") == [it["message"] for it in out.to_dict()["events"]]
        open_alerts = {it["rule"]: it["phase"] for it in out.alerts().to_pylist()}
        last = open_alerts.get("r", "inactive")
        state = pickle.loads(pickle.dumps(out.state))
        assert state == out.state
    assert (" ".join(events), last) == (case["events"], case["last"])


def playbook_engine(rule, playbook, steps, config):
    removed = playbook == "removed"
    text = '[[metrics]]\nname = "x"\n[[metrics]]\nname = "y"\n' + rule_text(rule, playbook=not removed)
    if not removed:
        text += '[[playbooks]]\nname = "p"\n' + playbook.replace(";", "\n") + "\n"
        for step in filter(str.strip, steps.split("|")):
            head, *keys = step.split(";")
            name, *after = head.split()
            text += f'[[playbooks.steps]]\nname = "{name}"\nchannel = "task"\ntitle = "do {name}"\n'
            text += "".join(f'after = "{it}"\n' for it in after)
            text += "".join(f"{it.strip()}\n" for it in keys)
    return foretell.Engine.from_toml(text + config)


def key(action):
    return action["step"] + ("!" if action["sort"] == "escalation" else "")


def show_action(it):
    text = f"{key(it)}@{number(it['day'])}"
    if it["due"] != it["day"]:
        text += f"({number(it['due'])})"
    if it["deadline"] and it["sort"] == "step":
        text += f"<{number(it['deadline'])}"
    return text if it["rule"] == "r" else f"{it['rule']}:{text}"


def show_turn(it):
    day, turn = number(datetime.date.fromisoformat(it["day"])), it["turn"]
    names = {"no_data": "no data", "playbook_removed": "removed", "subject_gone": "gone"}
    reason = names.get(turn.get("reason"), turn.get("reason"))
    text = {
        "begun": lambda: f"begun@{day}",
        "declined": lambda: f"declined@{day}({turn['enrolled_by']})",
        "reported": lambda: f"{turn['step']}={turn['outcome']}@{day}",
        "skipped": lambda: f"skipped:{turn['step']}@{day}({reason})",
        "ended": lambda: f"end@{day}({reason})",
    }[turn["kind"]]()
    return text if it["rule"] == "r" else f"{it['rule']}:{text}"


def under_way(it):
    text = f"{it['rule']}:"
    if it["next"]:
        due = it["next"]["due"]
        text += f" {it['next']['step']}@{number(datetime.date.fromisoformat(due)) if due else 'never'}"
        if it["next"]["waits_for"]:
            text += f" after {it['next']['waits_for']}"
    if it["awaited"]:
        text += " awaits " + " ".join(it["awaited"])
    return text


PLAYBOOKS = [
    (it.name, case) for it in sorted((CASES / "playbooks").glob("*.toml")) for case in timeline(it)
]


@pytest.mark.parametrize(
    ("table", "case"), PLAYBOOKS, ids=[f"{it[0]}: {it[1]['name']}" for it in PLAYBOOKS]
)
def test_playbooks_over_time_are_as_the_tables_say(table, case):
    parts = ["rule", "playbook", "steps", "config"]
    one = {it: case.get(it, "") for it in parts}
    two = {it: case.get(f"change_{it}") or one[it] for it in parts}
    before, after = playbook_engine(**one), playbook_engine(**two)
    since = int(case["change_day"]) if "change_day" in case else None
    holidays = {"holidays": [on(it) for it in str(case.get("holidays", "")).split()]}
    reports = []
    for it in case.get("reports", "").split():
        of, rest = it.split(":")
        outcome, when = rest.split("@")
        day, _, handed = when.partition(">")
        reports.append({"of": of, "outcome": outcome, "day": on(day), "handed": int(handed or day)})
    suppressions = {"silences": [silence(case["silence"])] if "silence" in case else []}
    state, events, open_runs, ids = foretell.State(), [], "", {}
    for here, x, y in days(case):
        engine = after if since is not None and since <= here else before
        out = engine.assess(
            frame(x, y),
            as_of=on(here),
            state=state,
            suppressions=suppressions,
            work_calendar=holidays,
            complete=whole(x, "subscription"),
            reports=[
                {"action": ids.get(it["of"], it["of"]), "outcome": it["outcome"], "day": it["day"]}
                for it in reports
                if it["handed"] == here
            ],
        )
        assert out.faults == []
        actions, more = out.actions().to_pylist(), out.to_dict()
        ids.update({key(it): it["id"] for it in actions})
        early = [it["turn"]["kind"] in ("begun", "declined", "reported") for it in more["enrolment_changes"]]
        turns = [show_turn(it) for it in more["enrolment_changes"]]
        events += [it for it, is_early in zip(turns, early) if is_early]
        events += [show_action(it) for it in actions]
        events += [it for it, is_early in zip(turns, early) if not is_early]
        unused = [it["Report"]["reason"] for it in out.notes if "Report" in it]
        names = {"unknown_action": "unknown", "not_yet": "not yet", "same_day": "same day"}
        events += [f"unused({names[it]})" for it in unused]
        open_runs = ", ".join(under_way(it) for it in more["enrolments"])
        state = foretell.State.from_json(out.state.to_json())
    assert (" ".join(events), open_runs) == (case["events"], case["open"])


def test_no_case_file_is_left_out():
    run_here = {*FILES, "faults/ten.toml", "faults/lint.toml"}
    run_here |= {f"alerts/{it[0]}" for it in ALERTS} | {f"playbooks/{it[0]}" for it in PLAYBOOKS}
    everything = {it.relative_to(CASES).as_posix() for it in CASES.rglob("*.toml")}
    shared = {
        tomllib.loads((CASES / it).read_text(encoding="utf-8")).get("config_file") for it in FILES
    }
    assert everything - run_here == {it for it in shared if it}
    assert set(wanted()) <= set(FILES)

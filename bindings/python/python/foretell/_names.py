"""What the headings of tables say: names of metrics, and words that tell ids, outcomes, and what is better."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Optional

# Names that a config has already, or that its language keeps.
OURS = {"true", "false", "let", "if", "else", "in", "switch", "segment", "stage", "health"}
KINDS = ["subscription", "account", "company", "case"]


def metric_name(heading: str) -> str:
    """A heading in small letters, digits and `_`: `MonthlyCharges` is `monthly_charges`. Empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3_\2", plain)
    name = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")
    return f"n_{name}" if name[:1].isdigit() else name


def called(headings: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """By heading, the metric that it stands for: where no column has the metric's name, the one whose heading is read as it."""
    headings = list(headings)
    found: dict[str, str] = {}
    for name in set(names).difference(headings):
        same = [it for it in headings if it != name and metric_name(it) == name]
        if len(same) == 1:
            found[same[0]] = name
    return found


def _has(words: list[str], known: str) -> Optional[str]:
    """The first word that is one of the known; a known one that ends in `*` may go on."""
    for word in words:
        for it in known.split():
            if word in (it, it + "s", it + "es") or (it.endswith("*") and word.startswith(it[:-1])):
                return word
    return None


ID_ALWAYS = "id ids uuid guid"
ID_LAST = "key sku serial email mail phone mobile iban username url website domain name"
ID_WHOLE = "customer account client user subscriber company subscription contract member case index row unnamed_0"
NUMBERS_ROWS = "number no nr num index row code serial"


def is_id(name: str, many: bool) -> bool:
    """Whether a name says that the column tells rows apart, or names what they are of; `many` where it says many things."""
    words = name.split("_")
    if words[-1] in ID_ALWAYS.split() or words[0] in ID_ALWAYS.split():
        return True
    return many and bool(_has(words[-1:], ID_LAST) or name in ID_WHOLE.split())


def numbers_rows(name: str) -> bool:
    """Whether a name says that the column numbers rows, if its numbers do."""
    return name == "" or bool(_has(name.split("_"), NUMBERS_ROWS))


SURELY = "churn* attrit* unregist* withdraw* withdrawn unenrol* resigned"
PERHAPS = (
    "cancel* terminat* lapse* unsubscrib* exit exited label target outcome class y lost left quit renewed retained stayed won "
    "closed deactivated expired survived result gone ended"
)
BESIDE = "final is has did was will flag label status yn indicator target date reason reasons type category value customer account user client subscription"


def is_outcome(name: str, few: bool) -> bool:
    """Whether a name is that of what happened, not of what could be known before; `few` where it says two things at most."""
    words = name.split("_")
    if _has(words, SURELY):
        return True
    rest = [it for it in words if not _has([it], BESIDE) or it in ("label", "target")]
    told = few or bool(_has(words, "date reason reasons"))
    return bool(rest) and told and all(_has([it], PERHAPS) for it in rest)


ENDS = "churn* cancel* withdrawn withdrew lost left lapse* terminat* expired exited deactivated"


def tells_outcome(texts: Iterable[str]) -> bool:
    """Whether a value of a column is that a customer went."""
    return any(_has(metric_name(it).split("_"), ENDS) for it in texts)


WHO = (
    "gender sex senior citizen country region city zip zipcode postal postcode latitude longitude lat lon lng language industry "
    "sector education marital married partner dependent race ethnicity nationality birth* family household geography territory "
    "county street address surname timezone currency"
)


def is_who(name: str) -> bool:
    """Whether a name says who someone is, which is for segments and no better or worse."""
    words = name.split("_")
    aged = words[0] == "age" and (len(words) == 1 or bool(_has(words[1:], "group band bracket class range")))
    return aged or name in ("state", "customer_age", "user_age") or bool(_has(words, WHO))


CODES = "group type class category code plan tier level status grade kind method channel tariff mode version"


def is_code(name: str) -> bool:
    """Whether whole numbers of that name stand for kinds of things."""
    return bool(_has(name.split("_"), CODES))


def is_day(name: str) -> bool:
    """Whether a name is that of a day, a moment or a part of one."""
    words = name.split("_")
    return name in "year month day week weekday quarter hour dow doy".split() or bool(
        _has(words[-1:], "date datetime timestamp ts at year") or _has(words[:1], "date datetime timestamp")
    )


WORST = "risk* churn* detractor* inactiv* unpaid unresolved unused unhappy dissatisf* unanswered"
JUDGED = "satisf* nps csat ces rating rate_of_answer resolved solved met recovered"
LOWER = (
    "late lateness latency open ticket case complain* incident error fail* breach* bug debt outstanding overdue wait* escalat* "
    "downtime outage bounce* refund* dispute* downgrade* delay* missed backlog drop* declin* idle dormant recency since "
    "delinquen* reopened reject* stuck block* abandon* spam penalt* arrear* silen* cancel* unsubscrib* chargeback defect crash*"
)
HIGHER = (
    "usage use used user login session active adopt* engag* feature visit view click tenure length months age mrr arr revenue "
    "spend* spent value renew* autorenew paid frequency upgrade* referral seat license licence score attend* training loyalty "
    "streak utiliz* utilis* onboard* advoca* champion integrat* growth balance deposit sms message purchase order transaction "
    "event contact meeting points sponsor verified opened"
)


def direction(name: str) -> tuple[Optional[str], Optional[str]]:
    """Whether more of it is better, `higher` or `lower`, and the word that says so; nothing where no word does."""
    words = name.split("_")
    if _has(words, "response resolution handling reply load wait") and _has(words, "time hour minute second day"):
        return "lower", "time"
    # Not `no_of_days`, which is a number of them.
    if _has(words, "day week month") and _has(words, "no without") and "of" not in words:
        return "lower", "without"
    for known, better in [(WORST, "lower"), (JUDGED, "higher"), (LOWER, "lower"), (HIGHER, "higher")]:
        word = _has(words, known)
        if word:
            return better, word
    return None, None


TERMS = [
    ["monthly", "month-to-month", "month to month", "month", "one month", "1 month"],
    ["quarterly", "quarter", "3 months"],
    ["half-yearly", "semi-annual", "6 months"],
    ["yearly", "annual", "annually", "one year", "1 year", "year", "12 months"],
    ["two year", "two years", "2 years", "2 year", "biennial", "24 months"],
    ["three year", "three years", "3 years", "3 year", "36 months"],
]
# From the worst to the best.
SCALES = [
    TERMS,
    [["no", "n"], ["yes", "y"]],
    [["detractor"], ["passive"], ["promoter"]],
    [["negative"], ["neutral"], ["positive"]],
    [["very dissatisfied"], ["dissatisfied"], ["neutral"], ["satisfied"], ["very satisfied"]],
    [["terrible", "very poor"], ["poor", "bad"], ["fair", "average", "ok"], ["good"], ["very good", "great"], ["excellent"]],
    [["red"], ["yellow", "amber", "orange"], ["green"]],
    [["never"], ["rarely", "seldom"], ["sometimes"], ["often", "regularly"], ["always", "daily"]],
    [["low"], ["medium", "normal", "moderate"], ["high"], ["urgent", "critical", "very high"]],
]
# Of these the name has to say which way they go.
OPEN = [SCALES[1], SCALES[-1]]


def scale(name: str, texts: Iterable[str]) -> tuple[dict[str, float], str]:
    """The points of texts that stand on a known scale, and why; none where they do not, or no one can say which end is better."""
    found = {text: text.strip().casefold() for text in texts}
    for steps in SCALES:
        at = {word: step for step, words in enumerate(steps) for word in words}
        there = sorted({at[it] for it in found.values() if it in at})
        if len(there) < 2 or not all(it in at for it in found.values()):
            continue
        better, word = direction(name)
        if _has(name.split("_"), "priority severity urgency impact"):
            better, word = "lower", "priority"
        if steps in OPEN and better is None:
            return {}, ""
        why = f"as `{word}` says" if steps in OPEN else "as such words go"
        if steps is TERMS:
            better, why = "higher", "who is bound for longer stays longer"
        if steps not in OPEN:
            better = "higher"
        share = {step: 100 * place / (len(there) - 1) for place, step in enumerate(there)}
        points = {text: share[at[it]] for text, it in found.items()}
        return {text: 100 - it if better == "lower" else it for text, it in points.items()}, why
    return {}, ""


def ids_of(headings: Mapping[str, bool]) -> Optional[str]:
    """The column that tells rows apart: by heading, whether it says something else in each row."""
    usual = ["id", *(f"{it}_id" for it in KINDS)]
    for name in usual:
        if headings.get(name):
            return name
    return next((it for it, apart in headings.items() if apart), None)

import pytest

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.web.formats import Formats
from central.web.gates import GateState, gate_rows
from central.web.judgement import Tone, answer, decision_rule_in
from central.web.law import finding_rows
from central.web.translation import language
from contract.limits import evaluate, weighed_of
from contract.records import Identity
from contract.rules import rule_pack
from contract.verdicts import Bar, DecisionRule, Gate
from tests.central.web.passages import passage
from tests.signing_station import T0_US, SigningStation

LIGHT = (5_000, 7_000, 7_000, 6_000, 6_000)
AT_THE_LIMIT = (6_500, 9_200, 9_200, 9_300, 9_000)
BRAKING = Gate(bar=Bar.ACCELERATION, detail="-2.10 m/s²; allowed is at most 1 m/s² either way")


def formats(code: str) -> Formats:
    return Formats(language(code), CHINA_STANDARD_TIME)


@pytest.mark.parametrize(
    ("changes", "tone", "finding", "standing"),
    [
        ({}, Tone.ENFORCE, "43.0\u00a0t allowed, 49.2\u00a0±\u00a01.0\u00a0t measured: 6.2\u00a0t over (14.4\u00a0%).", "Enforceable."),
        (
            {"barred_by": (BRAKING,)},
            Tone.BARRED,
            "43.0\u00a0t allowed, 49.2\u00a0±\u00a01.0\u00a0t measured: 6.2\u00a0t over (14.4\u00a0%).",
            "Not enforceable: it was accelerating or braking.",
        ),
        ({"loads_kg": LIGHT}, Tone.PLAIN, "43.0\u00a0t allowed, 31.0\u00a0±\u00a00.7\u00a0t measured: within limits.", ""),
        (
            {"loads_kg": AT_THE_LIMIT},
            Tone.LOOK,
            "43.0\u00a0t allowed, 43.2\u00a0±\u00a00.9\u00a0t measured: "
            "0.2\u00a0t above, inside the guard band of 0.9\u00a0t. No overload.",
            "",
        ),
    ],
)
def test_the_page_opens_with_the_answer(changes, tone, finding, standing):
    given = answer(passage(SigningStation(), **changes), formats("en"))
    assert (given.tone, given.finding, given.standing) == (tone, finding, standing)


def test_the_answer_in_chinese():
    given = answer(passage(SigningStation(), barred_by=(BRAKING,)), formats("zh"))
    assert given.finding == "限值43.0\u00a0t，实测49.2\u00a0±\u00a01.0\u00a0t：超限6.2\u00a0t（14.4\u00a0%）。"
    assert given.standing == "不得作为执法依据：通过时加速或制动。"


TANDEM_OVER = (5_000, 8_500, 8_500, 6_000, 6_000)


def american(loads_kg):
    """Give a passage under the American pack, which enforces every run of axles and not the gross weight alone."""
    pack = rule_pack("us")
    record = passage(SigningStation(), loads_kg=loads_kg, rules=Identity(id=pack.id, sha256=pack.sha256))
    return record.model_copy(update={"verdict": evaluate(pack, weighed_of(record), DecisionRule.NONE)})


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("en", "Axles 2 to 3: 15.4\u00a0t allowed, 17.0\u00a0t measured"),
        ("zh", "第2至第3轴：限值15.4\u00a0t，实测17.0\u00a0t"),
    ],
)
def test_an_overload_that_the_gross_weight_does_not_bear_names_what_does(code, finding):
    given = answer(american(TANDEM_OVER), formats(code))
    assert given.tone is Tone.ENFORCE
    assert given.finding.startswith(finding)


def test_a_run_of_axles_has_its_rule_s_text():
    rows = finding_rows(american(TANDEM_OVER), language("en"))
    assert all(row.text for row in rows)
    assert {"Gross weight", "Axle 2", "Axles 2 to 3"} <= {row.subject for row in rows}


@pytest.mark.parametrize(
    ("rule", "ppm", "en", "zh"),
    [
        (DecisionRule.NONE, None, "no guard band", "不设保护带"),
        (DecisionRule.EXPANDED_UNCERTAINTY, None, "guard band: the expanded uncertainty U (k = 2)", "保护带"),
        (DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, 50_000, "the maximum permissible error in service, 5.00 % of the load", "5.00%"),
    ],
)
def test_the_decision_rule_is_said_in_words_with_its_share(rule, ppm, en, zh):
    record = passage(SigningStation())
    verdict = evaluate(rule_pack("cn"), weighed_of(record), rule, ppm)
    assert en in decision_rule_in(verdict, formats("en"))
    assert zh in decision_rule_in(verdict, formats("zh"))


def test_a_gate_with_nothing_to_judge_is_not_ticked():
    states = {
        row.bar: row.state
        for row in gate_rows(passage(SigningStation(), barred_by=(Gate(bar=Bar.NO_PLATE, detail="none"),)).verdict, certified=True)
    }
    assert states[Bar.NO_PLATE] is GateState.FELL
    assert states[Bar.PLATE] is GateState.MOOT
    assert states[Bar.SPEED] is GateState.HELD


def test_an_uncertainty_is_never_rounded_to_none():
    assert str(formats("en").load(1_453, 41)) == "1.45 ± 0.05"
    assert str(formats("en").load(61_312, 1_240)) == "61.3 ± 1.3"


def test_times_are_local_with_their_offset():
    assert formats("en").moment(T0_US) == "2026-09-21 22:13:20 +08:00"
    assert formats("en").moment_long(T0_US) == "21 September 2026, 22:13:20 +08:00"
    assert formats("zh").moment_long(T0_US) == "2026年9月21日 22:13:20 +08:00"
    assert formats("en").utc(T0_US) == "2026-09-21T14:13:20.000000Z"
    assert formats("zh").ago(T0_US, T0_US + 180_000_000) == "3分钟前"


def test_no_negative_zero_and_no_certainty():
    assert formats("en").number(-0.04, 1) == "0.0"
    assert formats("en").number(-2.14, 1) == "−2.1"
    assert formats("en").ppm(1_000_000) == "> 99.99\u00a0%"
    assert formats("en").ppm(0) == "< 0.01\u00a0%"
    assert formats("en").size(36) == "36\u00a0B"

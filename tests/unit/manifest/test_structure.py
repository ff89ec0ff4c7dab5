"""Structure: one fault is one finding, at the smallest place, with the near miss."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.diagnostics.codes import WRONG_VALUE
from jo.manifest.lower import lower
from jo.manifest.structure import check, kind_of
from jo.model.address import LATER_KINDS, Kind
from jo.model.cursor import Cursor, DocumentFault
from jo.steps import LATER_TYPES
from tests.support.documents import DOCUMENTS
from tests.support.manifests import SCHEMAS, compiled, said

PROGRAM = """\
kind: program
name: onboarding
audience: people
entry: {existing: skip}
steps:
"""


def faults_of(yaml: str) -> list[tuple[str, str, str]]:
    """Return code, detail and help of each structure fault, the references aside."""
    found = compiled(yaml).diagnostics
    return [(item.code.id, item.detail, item.help) for item in found if not item.code.id.startswith("J2")]


def steps_faults(steps: str) -> list[tuple[str, str, str]]:
    return faults_of(PROGRAM + "\n".join("  " + line for line in steps.splitlines()))


@pytest.mark.parametrize(
    ("yaml", "code", "detail", "advice"),
    [
        ("- a", "J101", "this is a list", "Begin the document with `kind:`"),
        ("name: x", "J101", "it has no `kind`", "`power_list`"),
        ("kind: progam\nname: x", "J102", "no kind `progam`", "Did you mean `program`?"),
        ("kind: [a]\nname: x", "J105", "Expected a text, found a list.", "`program`"),
        ("kind: topic\nname: x", "J104", "`topic` needs `title`. What recipients read", "`title: Tips"),
        ("kind: topic\ntitle: x", "J104", "`topic` needs `name`.", "`name: onboarding`"),
        ("kind: topic\nname: x\ntitel: y", "J103", "`topic` has no key `titel`.", "Did you mean `title`?"),
        ("kind: topic\nname: x\ntitle:", "J105", "Expected a text, found nothing.", "or leave the key out"),
        ("kind: topic\nname: x\ntitle: ''", "J106", "The text is empty.", "Write a value"),
        ("kind: topic\nname: 2026\ntitle: y", "J105", "Expected a text, found `2026`.", 'quotes: "2026"'),
        ("kind: topic\nname: Big News\ntitle: y", "J110", "`Big News` cannot be", "Did you mean `big-news`?"),
        ("kind: policy\nname: p\ncaps: {all: 2 per day}", "J103", "`caps` has no key `all`.", "`marketing`"),
        ("kind: policy\nname: p\ncaps: [a]", "J105", "Expected a map, found a list.", "{marketing: "),
        (
            "kind: policy\nname: p\nrules: {max_first_day_sends: {limit: -1, level: approval}}",
            "J106",
            "-1 is too small.",
            "Write 0 or more.",
        ),
        (
            "kind: policy\nname: p\nrules: {max_first_day_sends: {limit: 1, level: aproval}}",
            "J106",
            "`aproval` is not one of `advisory`, `approval`, `mandatory`.",
            "Did you mean `approval`?",
        ),
        (
            "kind: sender\nname: s\nfrom_name: Acme\nfrom_address: nobody",
            "J106",
            "`nobody` is not allowed here.",
            "A mail address",
        ),
    ],
)
def test_a_document_with_one_fault_has_one_finding(yaml: str, code: str, detail: str, advice: str) -> None:
    [(found, said_detail, said_help)] = faults_of(yaml)
    assert found == code
    assert detail in said_detail
    assert advice in said_help


@pytest.mark.parametrize(
    ("steps", "code", "detail", "advice"),
    [
        ("a: {emial: welcome}", "J111", "no step type `emial`", "Did you mean `email`?"),
        ("a: {after: 1 day}", "J111", "does not say what it does", "`wait_for`"),
        ("a: {met: b, timeout: c}", "J111", "does not say what it does", "`wait_for`"),
        ("a: {}", "J111", "does not say what it does", "`email`"),
        ("a: {email: x, wait: 1 day}", "J112", "`email` and `wait`", "Make a step of each."),
        ("a: welcome", "J105", "A step is a map", "{email: welcome}"),
        ("a: {email: x, nxet: b}", "J103", "`email` has no key `nxet`.", "Did you mean `next`?"),
        ("a: {email: x, met: b}", "J103", "`email` has no key `met`.", ""),
        ("a: {email: x, to: company.csm}", "J107", "somebody else than the participant", "Leave `to` out"),
        ("a: {email: x, next: {exi: b}}", "J103", "`next` has no key `exi`.", "Did you mean `exit`?"),
        ("a: {wait: 3 dayz}", "J109", "`3 dayz` is not a duration.", "`3 days`"),
        ("a: {wait: 3}", "J105", "Expected a text or a map, found `3`.", "For example: "),
        (
            "a: {wait: {untill: Tuesday 09:00}}",
            "J103",
            "`wait` has no key `untill`.",
            "Did you mean `until`?",
        ),
        ("a: {wait: {until: Tuesday}}", "J405", "", ""),
        ("a: {branch: [], otherwise: end}", "J106", "The list has 0 entries and needs 1 or more.", ""),
        (
            "a: {email: x, between: [entered]}",
            "J106",
            "The list has 1 entry and needs 2.",
            "Write 2 entries.",
        ),
        ("a: {split: {b: 0}}", "J106", "0 is too small.", "Write 1 or more."),
        ("a: {split: {}}", "J106", "`split` is empty.", "{a: 50, b: 50}"),
        ("a: {email: x, if: [{all: c}]}", "J105", "Expected a list, found the text `c`.", ""),
        ("a: {email: x, if: {any: [a.b], or: [c.d]}}", "J103", "no key `or`", ""),
        ("a: {wait_for: {within: 1 day}}", "J104", "not said what is waited for", "Add `event`"),
        ("a: {wait_for: {event: b, when: c.d}}", "J106", "`event` and `when` cannot stand", "Leave one"),
        ("a: {wait_for: {when: a.b, within: 1 day, until: a.b}}", "J106", "`within` and `until`", ""),
        ("a: {exit: b, next: c}", "J106", "Nobody leaves this step by `next`", "Leave `next` out"),
        ("end: {exit: b}", "J110", "`end` is where a program ends", ""),
    ],
)
def test_a_step_with_one_fault_has_one_finding(steps: str, code: str, detail: str, advice: str) -> None:
    [(found, said_detail, said_help)] = steps_faults(steps)
    assert found == code
    assert detail in said_detail
    assert advice in said_help


@pytest.mark.parametrize("kind", sorted(LATER_KINDS))
def test_a_kind_of_a_later_release_is_said_to_be_one(kind: str) -> None:
    [(code, detail, _)] = faults_of(f"kind: {kind}\nname: x")
    assert (code, detail) == ("J107", f"Resources of the kind `{kind}` come with a later release of jo.")


@pytest.mark.parametrize("name", sorted(LATER_TYPES))
def test_a_step_of_a_later_release_is_said_to_be_one(name: str) -> None:
    [(code, detail, _)] = steps_faults(f"a: {{{name}: x}}")
    assert (code, detail) == ("J107", f"Steps of the type `{name}` come with a later release of jo.")


@pytest.mark.parametrize(
    "line",
    [
        "concurrency: {group: nurture, limit: 1}",
        "content: pinned",
        "rollout: {in_flight: migrate}",
        "rollout: {from: [fp1:3f9c]}",
    ],
)
def test_a_key_of_a_later_release_is_said_to_be_one(line: str) -> None:
    [(code, detail, _)] = faults_of(PROGRAM + "  a: {email: b}\n" + line)
    assert code == "J107"
    assert "later release" in detail


def test_all_faults_of_a_file_come_in_one_run_at_their_places() -> None:
    found = compiled(
        """\
        kind: program
        name: onboarding
        audiance: people
        entry: {existing: skp}
        steps:
          hello: {email: welcome, after: soon}
          Bad Name: {wait: 1 day}
          c: {email: 3, next: d, if: "a.b ="}
        exit_when: {churned: "company.churned = "}
        holdout: {percent: 150}
        ---
        kind: topic
        name: t
        """
    )
    assert said(found.diagnostics) == [
        "J103 0.yaml:3:1",
        "J106 0.yaml:4:19",
        "J109 0.yaml:6:34",
        "J110 0.yaml:7:3",
        "J105 0.yaml:8:14",
        "J108 0.yaml:8:35",
        "J108 0.yaml:9:39",
        "J106 0.yaml:10:20",
        "J104 0.yaml:13:1",
    ]
    by_place = {item.at.start.line: item.address for item in found.diagnostics if item.at is not None}
    assert by_place[6] == "program/onboarding#hello"
    assert by_place[10] == "program/onboarding"


# -- explanation and library agree ---------------------------------------------------------------------

_scalars = st.none() | st.booleans() | st.integers(-5, 200) | st.sampled_from(["", "x", "Bad Name", "end"])
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["exit", "next", "times", "when", "all", "Bad Name", "x"]), inner, max_size=3
        )
    ),
    max_leaves=4,
)


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    """A full document with one to three values replaced, added or taken away, at any depth."""
    plain = DOCUMENTS[draw(st.sampled_from(list(Kind)))]
    for _ in range(draw(st.integers(1, 3))):
        plain = _mutated(draw, plain)
    return plain


def _mutated(draw: st.DrawFn, plain: Any) -> Any:
    is_map = isinstance(plain, dict)
    if not plain or not (is_map or isinstance(plain, list)) or draw(st.integers(0, 5)) == 0:
        return draw(_values)
    keys = list(plain) if is_map else list(range(len(plain)))
    key = draw(st.sampled_from(keys))
    action = draw(st.sampled_from(["into", "into", "into", "drop", "add"]))
    copy = dict(plain) if is_map else list(plain)
    if action == "drop":
        del copy[key]
    elif action == "add" and is_map:
        copy[draw(st.sampled_from(["audience", "x", "Email", "if", "next"]))] = draw(_values)
    else:
        copy[key] = _mutated(draw, plain[key])
    return copy


@settings(max_examples=600, derandomize=True, deadline=None)
@given(mutants())
def test_whatever_the_library_refuses_is_explained_and_whatever_it_accepts_lowers(plain: Any) -> None:
    kind = kind_of(plain)
    if isinstance(kind, DocumentFault):
        return
    accepted = SCHEMAS.accepts(kind, plain)
    found = check(SCHEMAS, kind, plain)
    assert bool(found) is not accepted
    assert not any(fault.code is WRONG_VALUE and "schema objects" in fault.detail for fault in found), found
    assert len({(fault.path, fault.code, fault.detail) for fault in found}) == len(found)
    if accepted:
        lower(kind, Cursor(plain), {})

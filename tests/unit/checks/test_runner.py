from datetime import date

import pytest

from jo.checks.context import Context
from jo.checks.explain import near_miss, page
from jo.checks.rule import At, Found
from jo.checks.runner import run
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.model.address import Address, Kind
from tests.support.rules import Case, compile_case

TWO = """
kind: program
name: one
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome, next: nowhere}
---
kind: program
name: two
audience: admins
entry: {existing: skip}
steps:
  hello: {email: welcome, next: end}
  lost: {email: tips, if: contact.nickname is not null}
---
kind: outreach
name: old
audience: admins
template: welcome
schedule: {at: "2020-01-01 09:00"}
"""


def compiled(text):
    return compile_case(Case(manifests={"journeys/case.yaml": text}))


def ids(found):
    return [each.code.id for each in found if each.code != codes.UNUSED_RESOURCE]


def test_everything_comes_in_the_order_of_the_files():
    found = run(compiled(TWO), today=date(2026, 1, 1))
    assert ids(found) == ["J301", "J302", "J203", "J406"]
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_one_resource_can_be_checked_alone():
    found = run(compiled(TWO), only=Address(Kind.PROGRAM, "two"))
    assert ids(found) == ["J302", "J203"]
    assert {each.address for each in found} == {"program/two#lost"}


def test_chosen_rules_can_run_alone():
    found = run(compiled(TWO), codes=[codes.DANGLING_NEXT, codes.UNREACHABLE_STEP])
    assert ids(found) == ["J301", "J302"]


def test_without_a_date_nothing_is_said_of_the_past():
    assert "J406" not in ids(run(compiled(TWO)))


def test_nothing_is_said_of_the_past_where_a_date_cannot_be_read():
    text = 'kind: outreach\nname: news\naudience: a\ntemplate: t\nschedule: {at: "2026-02-30 09:00"}\n'
    found = run(compiled(text), today=date(2026, 11, 1))
    assert "J405" in ids(found)
    assert "J406" not in ids(found)


def test_a_finding_of_compiling_that_is_a_warning_can_be_ignored_too():
    text = "kind: topic\nname: news\n# jo: ignore[swallowed-comment] a comment is meant\ntitle: News #1\n"
    assert ids(run(compiled(text))) == []


def test_an_ignore_in_a_file_that_could_not_be_read_whole_is_not_called_stale():
    text = "kind: topic\nname: news  # jo: ignore[J205] may well be there\ntitel: News\n"
    assert ids(run(compiled(text))) == ["J103"]


def test_an_overlay_shows_its_own_lines():
    text = (
        "kind: program\nname: one\naudience: admins\nentry: {existing: skip}\n"
        "steps:\n  hello: {email: welcome}\n  tips: {email: tips}\n"
        "---\noverlay: staging\nkind: program\nname: one\nsteps:\n  hello: {next: tisp}\n"
    )
    from jo.manifest.compile import compile_project
    from jo.workspace.files import load_schemas
    from tests.support.rules import prelude

    manifests, bodies = prelude()
    files = {**manifests, "journeys/one.yaml": text}
    project = compile_project(
        {name: text.encode() for name, text in files.items()},
        {name: text.encode() for name, text in bodies.items()},
        load_schemas(),
        environment="staging",
    )
    [found] = [each for each in run(project) if each.code == codes.DANGLING_NEXT]
    assert found.at is not None
    assert found.at.start.line == 13


def test_a_finding_without_a_label_is_refused():
    at = At(address=Address(Kind.TOPIC, "news"))
    with pytest.raises(ValueError, match="no label"):
        Found(at=at, label=" ", detail="Something.")


def test_equal_texts_in_one_scope_share_their_faults():
    context = Context(compiled=compiled(TWO))
    one, two = context.programs
    scopes = context.scopes
    path = ("steps", "hello", "if")
    assert scopes.of(one, path, "contact.role = 'x'") is scopes.of(two, path, "contact.role = 'x'")
    with_steps = scopes.of(two, path, "sent('lost')")
    assert with_steps is not None
    assert with_steps.steps == {"hello", "lost"}


def test_a_page_says_whether_it_can_be_ignored():
    assert "# jo: ignore[J302]" in page(codes.UNREACHABLE_STEP)
    assert "ignore" not in page(codes.DANGLING_NEXT)


@pytest.mark.parametrize(
    ("name", "code"),
    [("unreachable-stp", codes.UNREACHABLE_STEP), ("J3o2", codes.UNREACHABLE_STEP), ("xyzzy-plugh", None)],
)
def test_a_misspelled_code_is_recognized(name, code):
    assert near_miss(name) == code


def test_a_program_with_very_many_circles_is_checked_in_no_time():
    ways = ", ".join(f"{{when: contact.role = '{n}', next: s{n}}}" for n in range(40))
    steps = "".join(f"  s{n}: {{branch: [{ways}], otherwise: end}}\n" for n in range(40))
    text = f"kind: program\nname: maze\naudience: admins\nentry: {{existing: skip}}\nsteps:\n{steps}"
    found = [each for each in run(compiled(text)) if each.code == codes.UNBOUNDED_CYCLE]
    assert 0 < len(found) <= 40
    assert all(each.severity is Severity.ERROR for each in found)


def test_a_template_without_its_file_is_blamed_for_nothing_else():
    text = (
        "kind: template\nname: news\nclass: marketing\ntopic: onboarding\nsender: success-team\n"
        "subject: News\nbody: newz.md.j2\n"
    )
    assert ids(run(compiled(text))) == ["J208"]

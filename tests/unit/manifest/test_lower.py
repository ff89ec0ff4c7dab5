"""Lowering: the forms in which authors write each kind, and the faults that only reading them can find."""

from datetime import date, datetime, time

import pytest

from jo.model.address import Address, Kind
from jo.model.calendar import CalendarResource
from jo.model.outreach import Once, Recurring
from jo.model.power_list import Bounds
from jo.model.program import EventAudience, Reentry, ReentryAfter
from jo.model.source import singular
from jo.model.step import Bounded, Goto, Leave
from jo.steps.branch import Branch
from jo.steps.exit import Exit
from jo.steps.wait_for import WaitFor
from jo.timing.calendars import Span
from jo.timing.durations import Duration, Unit
from tests.support.manifests import compiled
from tests.support.programs import program


def faults_of(yaml: str) -> list[tuple[str, str]]:
    found = compiled(yaml).diagnostics
    return [(item.code.id, f"{item.at}") for item in found if not item.code.id.startswith("J20")]


def calendar(hours: str, rest: str = "") -> CalendarResource:
    found = compiled(f"kind: calendar\nname: c\nhours: {hours}\n{rest}")
    assert found.diagnostics == ()
    return found.project.calendars["c"]


class TestCalendars:
    def test_days_replace_groups_and_narrow_groups_wide_ones(self) -> None:
        week = calendar("{daily: 10:00-12:00, weekdays: 09:00-17:00, friday: [], saturday: 08:00-24:00}")
        nine_to_five, ten_to_twelve = Span(time(9), time(17)), Span(time(10), time(12))
        assert week.hours.hours.days == (
            *((nine_to_five,),) * 4,
            (),
            (Span(time(8), time(0)),),
            (ten_to_twelve,),
        )

    def test_dates_may_be_ranges(self) -> None:
        found = calendar("{weekdays: 09:00-17:00}", "holidays: [2026-12-30 to 2027-01-02, 2026-12-25]")
        assert found.hours.holidays == {
            date(2026, 12, 25),
            date(2026, 12, 30),
            date(2026, 12, 31),
            date(2027, 1, 1),
            date(2027, 1, 2),
        }

    @pytest.mark.parametrize(
        ("hours", "rest", "fault"),
        [
            ("{weekdays: 9-17}", "", ("J405", "0.yaml:3:19")),
            ("{weekdays: ['09:00-17:00', '09:00']}", "", ("J405", "0.yaml:3:35")),
            ("{daily: 09:00-17:00}", "holidays: [2026-02-30]", ("J405", "0.yaml:4:12")),
            ("{daily: 09:00-17:00}", "blackout: [2026-02-03 to 2026-02-01]", ("J106", "0.yaml:4:12")),
        ],
    )
    def test_a_fault_is_at_its_place(self, hours: str, rest: str, fault: tuple[str, str]) -> None:
        assert faults_of(f"kind: calendar\nname: c\nhours: {hours}\n{rest}") == [fault]


class TestOutreaches:
    HEAD = "kind: outreach\nname: o\naudience: a\ntemplate: t\nschedule: "

    def test_a_schedule_is_once_or_recurs(self) -> None:
        schedules = {
            '{at: "2026-12-01 09:00"}': Once(at=datetime(2026, 12, 1, 9)),  # noqa: DTZ001 - local times are naive
            "{at: 2026-12-01}": Once(at=datetime(2026, 12, 1)),  # noqa: DTZ001
        }
        for written, meant in schedules.items():
            found = compiled(self.HEAD + written).project.outreaches["o"]
            assert found.schedule.when == meant
        for written in ("{cron: 0 9 * * fri#4}", "{recurs: monthly on the 4th Friday at 09:00}"):
            when = compiled(self.HEAD + written).project.outreaches["o"].schedule.when
            assert isinstance(when, Recurring)
            assert when.recurrence.cron == "0 9 * * FRI#4"

    @pytest.mark.parametrize(
        ("schedule", "fault"),
        [
            ('{at: "2026-02-30 09:00"}', ("J405", "0.yaml:5:16")),
            ('{at: "2026-02-28 9:00"}', ("J405", "0.yaml:5:16")),
            ('{at: "2026-02-28 09:00", cron: 0 9 * * *}', ("J402", "0.yaml:5:36")),
            ("{timezone: contact}", ("J402", "0.yaml:5:1")),
            ("{cron: 0 9 * *}", ("J402", "0.yaml:5:18")),
            ("{recurs: sometimes}", ("J402", "0.yaml:5:20")),
            ("{recurs: before_send}", ("J402", "0.yaml:5:20")),
            ("{recurs: hourly, timezone: Europe/Berln}", ("J401", "0.yaml:5:38")),
            ("{field: contact.renewal}", ("J107", "0.yaml:5:12")),
            ('{cron: 0 9 * * *}\nversions: {ja: {at: "2026-12-01 09:00"}}', ("J402", "0.yaml:6:1")),
        ],
    )
    def test_a_fault_of_the_schedule_is_at_its_place(self, schedule: str, fault: tuple[str, str]) -> None:
        assert faults_of(self.HEAD + schedule) == [fault]


class TestPrograms:
    HEAD = "kind: program\nname: p\nsteps: {a: {exit: b}}\n"

    def test_who_is_in_a_list_already_must_be_spoken_of(self) -> None:
        assert faults_of(self.HEAD + "audience: people\n") == [("J104", "0.yaml:2:1")]
        assert faults_of(self.HEAD + "audience: people\nentry: {reentry: never}\n") == [
            ("J104", "0.yaml:5:1")
        ]

    def test_an_event_has_nobody_yet(self) -> None:
        found = compiled(self.HEAD + "audience: {event: e, contacts: l}\n").project.programs["p"]
        assert found.audience == EventAudience(event="e", contacts="l")

    def test_reentry_is_never_or_after_a_while(self) -> None:
        head = self.HEAD + "audience: people\nentry: {existing: skip, identity: contact"
        never = compiled(head + "}").project.programs["p"].entry
        later = compiled(head + ", reentry: {after: 180 days}}").project.programs["p"].entry
        assert (never.reentry, never.identity) == (Reentry.NEVER, ("contact",))
        assert later.reentry == ReentryAfter(after=Duration(180, Unit.DAY))


class TestSteps:
    def test_a_step_goes_to_the_next_one_in_the_file_and_the_last_one_ends(self) -> None:
        steps = program("a: {email: x}\nb: {wait: 1 day}\nc: {email: y}").steps
        assert [step.next for step in steps.values()] == [Goto("b"), Goto("c"), Leave()]

    def test_targets_are_steps_ends_and_reasons(self) -> None:
        steps = program(
            "a: {email: x, next: c}\nb: {email: x, next: end}\nc: {email: y, next: {exit: done}}"
        ).steps
        assert [step.next for step in steps.values()] == [Goto("c"), Leave(), Leave("done")]

    def test_what_a_wait_does_not_say_goes_by_next(self) -> None:
        plain, said = program(
            "a: {wait_for: {event: e, within: 1 day}, timeout: {next: a, times: 2, then: end}}\n"
            "b: {wait_for: {event: e, within: 1 day}, next: a}"
        ).steps.values()
        assert isinstance(plain, WaitFor)
        assert isinstance(said, WaitFor)
        assert plain.met == Goto("b")
        assert plain.timeout == Bounded(next=Goto("a"), times=2, then=Leave())
        assert (said.met, said.timeout) == (Goto("a"), Goto("a"))

    def test_only_a_step_that_can_be_skipped_keeps_a_next_beside_its_own_edges(self) -> None:
        steps = program(
            "a: {branch: [{when: x.y, next: c}], otherwise: c}\n"
            "b: {branch: [{when: x.y, next: c}], otherwise: c, if: x.z}\n"
            "c: {exit: done, if: x.y}\n"
            "d: {split: {a: 1, b: 3}}"
        ).steps
        edges = {name: [(edge.name, edge.target) for edge in step.edges()] for name, step in steps.items()}
        assert edges == {
            "a": [("when.0", Goto("c")), ("otherwise", Goto("c"))],
            "b": [("when.0", Goto("c")), ("otherwise", Goto("c")), ("next", Goto("c"))],
            "c": [("exit", Leave("done")), ("next", Goto("d"))],
            "d": [("share.a", Goto("a")), ("share.b", Goto("b"))],
        }
        branch = steps["a"]
        assert isinstance(branch, Branch)
        assert branch.next == Leave()

    def test_a_forgotten_otherwise_is_remembered_for_the_checks(self) -> None:
        [step] = program("a: {branch: [{when: x.y, next: a}]}").steps.values()
        assert isinstance(step, Branch)
        assert step.otherwise is None
        assert step.edges()[-1].target == Leave()

    def test_steps_refer_to_templates_calendars_events_and_programs(self) -> None:
        steps = program(
            "a: {email: welcome, send_window: hours}\n"
            "b: {wait_for: {event: e, within: 1 day}}\n"
            "c: {enroll: next}"
        ).steps
        assert {name: list(step.references()) for name, step in steps.items()} == {
            "a": [
                (("email",), Address(Kind.TEMPLATE, "welcome")),
                (("send_window",), Address(Kind.CALENDAR, "hours")),
            ],
            "b": [(("wait_for", "event"), Address(Kind.EVENT, "e"))],
            "c": [(("enroll",), Address(Kind.PROGRAM, "next"))],
        }
        assert steps["a"].templates() == ("welcome",)
        assert isinstance(program("a: {exit: b}").steps["a"], Exit)


class TestOthers:
    @pytest.mark.parametrize(("written", "percent"), [("30%", 30), ('"30 %"', 30), ("30", 30)])
    def test_a_change_is_bounded_in_percent(self, written: str, percent: int) -> None:
        text = f"kind: power_list\nname: l\nfrom: s\nrefresh: hourly\nbounds: {{max_change: {written}}}"
        assert compiled(text).project.lists["l"].bounds == Bounds(max_change=percent)

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("kind: power_list\nname: l\nfrom: s\nrefresh: often", ("J402", "0.yaml:4:10")),
            (
                "kind: power_list\nname: l\nfrom: s\nrefresh: hourly\nbounds: {max_change: lots}",
                ("J106", "0.yaml:5:22"),
            ),
            (
                "kind: power_list\nname: l\nfrom: s\nrefresh: hourly\nwhere: [a.b = 1, a.b =]",
                ("J108", "0.yaml:5:22"),
            ),
            ("kind: policy\nname: p\ncaps: {marketing: two a day}", ("J106", "0.yaml:3:19")),
            ('kind: policy\nname: p\nquiet_hours: {from: "25:00", to: "08:00"}', ("J405", "0.yaml:3:21")),
            ('kind: policy\nname: p\nquiet_hours: {from: "08:00", to: "08:00"}', ("J404", "0.yaml:3:34")),
            (
                "kind: permit\nname: p\nreason: r\nexpires: soon\nallow: {delete: program/a, fingerprint: x}",
                ("J405", "0.yaml:4:10"),
            ),
            (
                "kind: permit\nname: p\nreason: r\nexpires: 2026-12-31\n"
                "allow: {delete: winter, fingerprint: x}",
                ("J106", "0.yaml:5:17"),
            ),
        ],
    )
    def test_what_cannot_be_read_is_shown_at_its_place(self, text: str, fault: tuple[str, str]) -> None:
        assert faults_of(text) == [fault]

    @pytest.mark.parametrize(
        ("plural", "one"),
        [
            ("contacts", "contact"),
            ("companies", "company"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("glass", "glass"),
            ("usage", "usage"),
        ],
    )
    def test_a_row_is_called_by_the_singular_of_its_source(self, plural: str, one: str) -> None:
        assert singular(plural) == one

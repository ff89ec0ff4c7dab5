"""Tables that people write are held to the tables of the code."""

import re

from jo.conditions import parse as conditions
from jo.conditions.functions import FUNCTIONS, Slot
from jo.conditions.translate import MAX_DEPTH, MAX_WORDS
from jo.conditions.types import FieldType, Place
from jo.flow.intent import DEFAULT_EXPIRY
from jo.manifest.reader import limits
from jo.plan.change import ChangeKind, Reach, Update, kind, reach
from jo.plan.state import Fingerprints, Part, Spec
from jo.render.filters import BOMBS, FILTERS
from jo.render.guard import LOOP_DEPTH, LOOP_ITEMS
from jo.render.pieces import LARGEST_TEXT
from jo.render.wording import LANGUAGES, NAMED_FORMATS
from jo.steps import LATER_TYPES, types
from tests.docs.reading import DOCS
from tools.reference_pages import PARTS

LANGUAGE_NAMES = {
    "nl": "Dutch",
    "en": "English",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "ja": "Japanese",
    "pt": "Portuguese",
    "es": "Spanish",
}
LANGUAGE = (DOCS / "language.md").read_text(encoding="utf-8")


def _section(heading: str) -> str:
    """Return the text below a heading, as far as the next one of any level."""
    return re.split(r"^##+ ", LANGUAGE.partition(f" {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def _first_cells(text: str) -> str:
    return "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))


def test_every_function_is_in_the_table_of_its_place():
    everywhere, in_programs = _section("Functions").split("in programs only:")
    for text, places in ((everywhere, frozenset(Place)), (in_programs, frozenset({Place.PROGRAM}))):
        told = set(re.findall(r"`(\w+)\(", _first_cells(text)))
        assert told == {name for name, each in FUNCTIONS.items() if each.places == places}


def test_functions_are_told_with_as_many_arguments_as_they_take():
    for name, arguments in re.findall(r"`(\w+)\(([^`]*)\)`", _first_cells(_section("Functions"))):
        count = len(arguments.split(",")) if arguments else 0
        assert FUNCTIONS[name].accepts(count), f"{name}({arguments})"


def test_names_in_functions_stand_in_quotes_and_numbers_do_not():
    quoted = {Slot.STEP, Slot.EVENT, Slot.LIST, Slot.TEMPLATE, Slot.PROGRAM, Slot.LINK}
    for name, arguments in re.findall(r"`(\w+)\(([^`]+)\)`", _first_cells(_section("Functions"))):
        for argument, slot in zip(arguments.split(", "), FUNCTIONS[name].forms[0].takes, strict=False):
            assert argument.startswith("'") == (slot in quoted), f"{name}({arguments})"


def test_every_type_is_told():
    told = re.findall(r"`(\w+)", _first_cells(_section("Sources: what the data means")))
    assert told == [*FieldType, "ref"]


def test_every_filter_is_told_and_no_other():
    table = _first_cells(_section("Mails: what"))
    assert set(re.findall(r"(?:^ |, )`(\w+)", table, re.MULTILINE)) == set(FILTERS)
    assert all(f"`{name}`" in _section("Mails: what") for name in NAMED_FORMATS)
    assert LANGUAGE_NAMES.keys() == LANGUAGES.keys()
    assert all(name in _section("Mails: what") for name in LANGUAGE_NAMES.values())


def test_every_refused_filter_is_told_and_the_limits_are_right():
    refused = _section("What templates refuse")
    assert {name for name in BOMBS if f"`{name}`" not in refused} == {"e"}, "`e` is `escape` by another name"
    assert f"more than {LOOP_DEPTH} deep, or over more than {LOOP_ITEMS} items" in refused
    assert f"{LARGEST_TEXT:,} characters" in refused


def test_every_step_type_is_told():
    told = re.findall(r"^\*\*`(\w+)`\*\*", _section("The steps of this release"), re.MULTILINE)
    assert set(told) == set(types())
    assert all(f"`{name}`" in _section("Not in this release") for name in LATER_TYPES)


def test_parts_mean_for_people_what_a_plan_says_of_them():
    said = {part: (kind(_change(part)), reach(_change(part))) for part in Part}
    assert said == {
        Part.GRAPH: (ChangeKind.BEHAVIOR, Reach.FUTURE_ENTRANTS),
        Part.CONTENT: (ChangeKind.CONTENT, Reach.PENDING_SENDS),
        Part.SAFETY: (ChangeKind.BEHAVIOR, Reach.PEOPLE_INSIDE),
        Part.ENTRY: (ChangeKind.BEHAVIOR, Reach.FUTURE_ENTRANTS),
        Part.DESCRIPTION: (ChangeKind.COSMETIC, Reach.NONE),
        Part.TRANSITION: (ChangeKind.COSMETIC, Reach.NONE),
    }, "then the words in tools/reference_pages.py have to change as well"
    assert PARTS.keys() == set(Part)


def _change(part: Part) -> Update:
    """Return an update of a program in which one part differs."""

    def spec(digest: str) -> Spec:
        prints = Fingerprints(whole=digest, parts={part: digest})
        return Spec(address="program/welcome", document={}, fingerprints=prints)

    return Update(before=spec("before"), after=spec("after"))


def test_limits_are_told_as_they_are():
    assert f"{conditions.MAX_LENGTH:,} characters and is nested at most {MAX_DEPTH} deep" in LANGUAGE
    assert f"(at most {MAX_WORDS} words)" in LANGUAGE
    mebibytes = limits.FILE_BYTES >> 20
    assert f"{mebibytes} MiB, {limits.DEPTH} levels and {limits.ALIASES} aliases" in LANGUAGE
    assert f"or {DEFAULT_EXPIRY.days} days) it is dropped" in LANGUAGE

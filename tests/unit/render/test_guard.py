"""What a template may say: tokens, logic, and everything that is refused."""

import pytest

from jo.diagnostics.codes import Severity
from jo.render.faults import Place, Where
from jo.render.guard import Reading, read_pieces
from jo.render.names import PROVIDED, Names
from jo.render.pieces import cut, pieces_of
from tests.unit.render.samples import SCOPE, VARIABLES

NAMES = Names(scope=SCOPE, constants=VARIABLES, provided=PROVIDED)


def read(text: str) -> Reading:
    items, faults = cut(text, Place(version="default", where=Where.BODY))
    assert not faults
    return read_pieces(pieces_of(items), NAMES)


def errors(text: str) -> list[str]:
    return [fault.code.slug for fault in read(text).faults if fault.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ 'a' * 10**8 }}",
        "{% if false %}{{ 'a' * 10**8 }}{% endif %}",
        "{{ 10 ** 10 }}",
        "{{ contact.name * 1000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ contact.name ~ contact.name }}",
        "{{ contact.name + contact.name }}",
        "{% set a = 'x' %}{% set b = a + a %}",
        "{% for x in range(10**9) %}{{ x }}{% endfor %}",
        "{{ range(10) }}",
        "{{ lipsum(10**6) }}",
        "{{ 'x' | center(10**9) }}",
        "{{ '%d' | format(1) }}",
        "{{ 'x' | indent(10**9) }}",
        "{{ 'x' | wordwrap(1) }}",
        "{{ 'a' | replace('a', 'aaaaaaaaaa') }}",
        "{{ [1] | batch(10**9) }}",
        "{{ [1] | slice(10**9) }}",
        "{% for x in [" + "1," * 101 + "] %}{% endfor %}",
        "{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{{ " + "9" * 5000 + " }}",
        "{% if 1 %}" * 2000 + "{% endif %}" * 2000,
    ],
)
def test_what_could_explode_is_refused_as_costly(bomb: str) -> None:
    assert errors(bomb)[:1] == ["costly-template"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.name.upper() }}",
        "{{ contact.__class__ }}",
        "{{ contact['__class__'] }}",
        "{{ contact._private }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ [].append(1) }}",
        "{{ contact.name[0:2] }}",
        "{{ [1][0] }}",
        "{{ {'a': 1} | length }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% block b %}{% endblock %}",
        "{% call m() %}{% endcall %}",
        "{% raw %}{{ x }}{% endraw %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with %}{% endwith %}",
        "{% set x %}long{% endset %}",
        "{% set contact = 1 %}",
        "{% set _x = 1 %}",
        "{% set a, b = [1, 2] %}",
        "{% for a, b in [[1, 2]] %}{% endfor %}",
        "{% for x in contact.name %}{% endfor %}",
        "{% for x in [1] recursive %}{% endfor %}",
        "{{ contact.name | safe }}",
        "{{ contact.name | attr('x') }}",
        "{{ [1] | map('upper') }}",
        "{{ [1, 2] | random }}",
        "{{ contact.name | nosuch }}",
        "{{ contact.name | truncate(contact.logins) }}",
        "{{ 'a' if contact.logins }}",
        "{{ contact.name is callable }}",
    ],
)
def test_what_reaches_beyond_the_data_is_refused(text: str) -> None:
    assert set(errors(text)) & {"refused-template-feature", "broken-template"}


@pytest.mark.parametrize(
    "text",
    [
        "{{ }}",
        "{{ a b }}",
        "{{ {'a': 1}}}",
        "{% if %}",
        "{% if x %}",
        "{% endif %}",
        "{{ 'a' | }}",
        "{% for %}",
    ],
)
def test_what_jinja_cannot_read_is_broken(text: str) -> None:
    assert errors(text) == ["broken-template"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.name }}",
        "{{ contact['name'] }}",
        "{{ contact.company.name }}",
        "{{ company.csm.name | default('we') }}",
        "{{ participant.tier | default('none', true) }}",
        "{{ product | upper | truncate(length=5, end='') }}",
        "{{ contact.since | date('%-d. %B %Y', 'de') }}",
        "{{ sender_name }} {{ unsubscribe_url }}",
    ],
)
def test_a_name_with_filters_is_a_token(text: str) -> None:
    reading = read(text)

    assert not reading.faults
    assert len(reading.tokens) == text.count("{{")


@pytest.mark.parametrize(
    "text",
    [
        "{% if contact.logins > 3 and not contact.name %}a{% elif contact.logins %}b{% else %}c{% endif %}",
        "{% for x in ['a', 'b'] %}{{ loop.index }}{{ x | upper }}{% if loop.last %},{% endif %}{% endfor %}",
        "{% set greeting = 'Dear ' %}{{ greeting }}",
        "{{ contact.first_name or 'you' }}",
        "{{ 'a' if contact.logins is divisibleby(2) else 'b' }}",
        "{{ contact.logins + 1 }}{{ contact.logins - contact.logins }}{{ -contact.logins }}",
        "{% if contact.name in ['a', 'b'] %}x{% endif %}",
    ],
)
def test_logic_is_accepted_and_is_no_token(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "detail", "help"),
    [
        ("{{ contact.frist_name }}", "`contact` has no field `frist_name`.", "Did you mean `first_name`?"),
        (
            "{{ contcat.name }}",
            "There is no `contcat` that a template could name.",
            "Did you mean `contact`?",
        ),
        ("{{ contact.name.x }}", "`contact.name` is a single value and has no `x`.", ""),
        ("{{ product.x }}", "`product` is a text and has no `x`.", ""),
        (
            "{% for x in [1] %}{{ loop.indx }}{% endfor %}",
            "`loop` has no such value.",
            "Did you mean `index`?",
        ),
    ],
)
def test_an_unknown_name_says_the_nearest(text: str, detail: str, help: str) -> None:
    (fault,) = read(text).faults

    assert (fault.code.slug, fault.detail, fault.help) == ("unknown-token", detail, help)


def test_a_whole_row_is_no_token() -> None:
    details = [fault.detail for fault in read("{{ contact }} {{ contact.company }}").faults]

    assert details == ["`contact` is a whole row.", "`contact.company` refers to a whole row."]


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("{{ contact.first_name }}", True),
        ("{{ contact.first_name | upper }}", True),
        ("{{ company.csm.name }}", True),
        ("{{ contact.first_name | default('you') | upper }}", False),
        ("{% if contact.first_name %}{{ contact.first_name }}{% endif %}", False),
        ("{% if contact.first_name %}a{% else %}{{ contact.first_name }}{% endif %}", True),
        ("{% if company.csm %}{% endif %}{{ contact.name }}", None),
        ("{% if contact.first_name is not none %}{{ contact.first_name }}{% endif %}", False),
        ("{% if contact.first_name != none %}{{ contact.first_name }}{% endif %}", False),
        ("{% if contact.first_name == none %}{{ contact.first_name }}{% endif %}", True),
        ("{% if contact.first_name == 'x' and contact.logins %}{{ contact.first_name }}{% endif %}", False),
        ("{{ contact.first_name if contact.first_name else 'you' }}", False),
        ("{{ contact.first_name or 'you' }}", False),
        ("{% for x in [contact.first_name] %}{{ x }}{% endfor %}", True),
    ],
)
def test_a_token_that_may_be_null_is_warned_of(text: str, warned: bool | None) -> None:
    faults = read(text).faults

    if warned is not None:
        assert [fault.code.slug for fault in faults] == (["unguarded-null"] if warned else [])


def test_a_fault_stands_at_its_piece() -> None:
    (fault,) = read("one\ntwo {{ contact.name }} and {{ contact.nme\n }}").faults

    assert (fault.at.line, fault.at.column, fault.at.end_column) == (2, 28, 42)


def test_every_value_that_is_read_is_known() -> None:
    reading = read("{{ contact.name }}{% if company.csm.name %}x{% endif %}{{ product }}")

    assert reading.paths == {("contact", "name"), ("company", "csm", "name")}

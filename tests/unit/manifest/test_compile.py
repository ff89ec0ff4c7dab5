"""Compiling a project: files, overlays, duplicates, references and bodies, each fault at its place."""

from textwrap import dedent

import pytest

from jo.diagnostics.diagnostic import Diagnostic
from jo.manifest.compile import assemble
from jo.manifest.document import Part
from jo.manifest.unit import compile_file
from jo.model.address import Address
from jo.model.content import Syntax
from jo.model.power_list import PowerList
from tests.support.manifests import SCHEMAS, compiled, said

SOURCES = """\
kind: source
name: contacts
key: id
fields: {id: text, email: text, language: "text?", company: ref companies}
roles: {address: email, language: language, company: company}
---
kind: source
name: companies
key: id
fields: {id: integer, segment: text, parent: "ref companies?"}
"""

LIST = """\
kind: power_list
name: admins
from: contacts
refresh: hourly
"""


def address(text: str) -> Address:
    return Address.parse(text)


def only(diagnostics: tuple[Diagnostic, ...]) -> Diagnostic:
    [found] = diagnostics
    return found


class TestFiles:
    def test_a_project_is_all_documents_of_all_files(self) -> None:
        found = compiled(SOURCES, LIST)
        assert found.diagnostics == ()
        assert sorted(map(str, found.project.resources)) == [
            "power_list/admins",
            "source/companies",
            "source/contacts",
        ]

    def test_a_broken_document_is_left_out_and_known_as_broken(self) -> None:
        found = compiled(SOURCES, LIST.replace("refresh", "refrsh"))
        assert said(found.diagnostics) == ["J103 1.yaml:4:1"]
        assert found.broken == {address("power_list/admins")}

    def test_a_reference_to_a_broken_resource_is_no_second_fault(self) -> None:
        found = compiled(SOURCES.replace("key: id", "kee: id", 1), LIST)
        assert said(found.diagnostics) == ["J103 0.yaml:3:1"]

    def test_a_reference_into_a_file_that_cannot_be_read_is_no_second_fault(self) -> None:
        found = compiled("kind: source\nname: contacts\nkey: [id\n", LIST)
        assert {item.code.id for item in found.diagnostics} == {"J001"}

    def test_a_reference_to_a_resource_of_an_unknown_kind_is_no_second_fault(self) -> None:
        found = compiled("kind: sorce\nname: contacts\nkey: id\n", LIST)
        assert said(found.diagnostics) == ["J102 0.yaml:1:7"]

    def test_of_two_resources_with_one_address_both_places_are_shown(self) -> None:
        found = compiled(SOURCES, LIST, LIST)
        twin = only(found.diagnostics)
        assert (twin.code.id, str(twin.at), str(twin.others[0].span)) == ("J201", "2.yaml:2:7", "1.yaml:2:7")

    def test_units_can_be_compiled_apart_and_assembled(self) -> None:
        units = [
            compile_file(f"{index}.yaml", text.encode(), {}, SCHEMAS)
            for index, text in enumerate((SOURCES, LIST))
        ]
        assert assemble(units, {}, SCHEMAS) == compiled(SOURCES, LIST)


class TestOverlays:
    OVERLAY = """\
    overlay: staging
    kind: power_list
    name: admins
    refresh: daily at 05:00
    bounds: {max: 50}
    """

    def _list(self, *texts: str, environment: str | None) -> PowerList:
        found = compiled(SOURCES, *texts, environment=environment)
        assert found.diagnostics == ()
        return found.project.lists["admins"]

    def test_an_overlay_says_only_what_differs_in_its_environment(self) -> None:
        plain = self._list(LIST, self.OVERLAY, environment="production")
        staging = self._list(LIST, self.OVERLAY, environment="staging")
        assert (plain.refresh.cron, plain.bounds.max) == ("0 * * * *", None)
        assert (staging.refresh.cron, staging.bounds.max, staging.from_) == ("0 5 * * *", 50, "contacts")

    def test_maps_merge_lists_replace_and_null_removes(self) -> None:
        base = LIST + "bounds: {min: 1, max: 9}\nexclude: [admins2]\ndistinct: address\n"
        over = (
            "overlay: staging\nkind: power_list\nname: admins\n"
            "bounds: {max: 5}\nexclude: []\ndistinct: null\n"
        )
        found = compiled(SOURCES, base, over, LIST.replace("admins", "admins2"), environment="staging")
        merged = found.project.lists["admins"]
        assert (merged.bounds.min, merged.bounds.max, merged.exclude, merged.distinct) == (1, 5, (), None)

    def test_positions_are_those_of_the_overlay_for_its_keys(self) -> None:
        found = compiled(SOURCES, LIST, dedent(self.OVERLAY), environment="staging")
        locate = found.origins.locate
        assert str(locate(address("power_list/admins"), ("bounds", "max"))) == "2.yaml:5:15"
        assert str(locate(address("power_list/admins"), ("bounds", "max"), Part.KEY)) == "2.yaml:5:10"
        assert str(locate(address("power_list/admins"), ("from",))) == "1.yaml:3:7"

    def test_a_fault_of_an_overlay_is_at_its_place_in_every_environment(self) -> None:
        over = dedent(self.OVERLAY).replace("daily at 05:00", "sometimes")
        for environment in (None, "staging", "production"):
            found = compiled(SOURCES, LIST, over, environment=environment)
            assert said(found.diagnostics) == ["J402 2.yaml:4:10"]

    def test_an_overlay_may_mend_what_its_resource_lacks(self) -> None:
        base = LIST.replace("refresh: hourly\n", "")
        assert said(compiled(SOURCES, base, self.OVERLAY, environment="staging").diagnostics) == []
        assert said(compiled(SOURCES, base, self.OVERLAY).diagnostics) == ["J104 1.yaml:2:1"]

    def test_an_overlay_of_nothing_is_a_dangling_reference(self) -> None:
        found = only(compiled(SOURCES, LIST, dedent(self.OVERLAY).replace("admins", "admin")).diagnostics)
        assert (found.code.id, str(found.at), found.help) == ("J202", "2.yaml:3:7", "Did you mean `admins`?")

    def test_an_overlay_of_what_cannot_be_read_is_no_second_fault(self) -> None:
        found = compiled(SOURCES, LIST.replace("power_list", "powerlist"), self.OVERLAY)
        assert said(found.diagnostics) == ["J102 1.yaml:1:7"]

    def test_what_a_resource_lacks_is_shown_in_its_own_document(self) -> None:
        over = "overlay: staging\nkind: power_list\nname: admins\nrefresh: null\n"
        found = compiled(SOURCES, LIST, over, environment="staging")
        assert said(found.diagnostics) == ["J104 1.yaml:2:1"]

    def test_two_overlays_of_one_resource_in_one_environment_are_one_too_many(self) -> None:
        found = compiled(SOURCES, LIST, self.OVERLAY, self.OVERLAY)
        assert said(found.diagnostics) == ["J201 3.yaml:3:7"]

    def test_an_overlay_without_a_name_says_what_it_needs(self) -> None:
        found = only(compiled("overlay: staging\nkind: power_list\nbounds: {max: 5}\n").diagnostics)
        assert (found.code.id, str(found.at)) == ("J110", "0.yaml:1:1")


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "place", "detail", "advice"),
        [
            (
                LIST.replace("from: contacts", "from: contcts"),
                "1.yaml:3:7",
                "There is no source `contcts`.",
                "`contacts`",
            ),
            (LIST + "exclude: [others]", "1.yaml:5:11", "There is no power list `others`.", "`admins`"),
            (LIST + "exclude: others", "1.yaml:5:10", "There is no power list `others`.", "`admins`"),
            (
                "kind: program\nname: p\naudience: contacts\nentry: {existing: skip}\nsteps: {a: {exit: b}}",
                "1.yaml:3:11",
                "`contacts` is a source, and a power list is wanted here.",
                "no power list to choose",
            ),
            (
                LIST + "---\nkind: program\nname: p\naudience: admins\nentry: {existing: skip}\nsteps:\n"
                "  a: {email: welcome, send_window: nights}",
                None,
                "",
                "",
            ),
        ],
    )
    def test_a_name_that_refers_to_nothing_is_shown(
        self, text: str, place: str | None, detail: str, advice: str
    ) -> None:
        found = compiled(SOURCES, text).diagnostics
        if place is None:
            assert said(found) == ["J202 1.yaml:11:14", "J202 1.yaml:11:36"]
            assert {item.address for item in found} == {"program/p#a"}
            return
        dangling = only(found)
        assert (dangling.code.id, str(dangling.at)) == ("J202", place)
        assert detail in dangling.detail
        assert advice in dangling.help

    def test_lists_that_depend_on_each_other_are_one_circle_with_every_edge(self) -> None:
        lists = "---\n".join(
            f"kind: power_list\nname: {name}\nfrom: contacts\nrefresh: hourly\n{key}: {other}\n"
            for name, key, other in (
                ("a", "include", "b"),
                ("b", "exclude", "[c]"),
                ("c", "include", "a"),
                ("d", "include", "a"),
            )
        )
        circle = only(compiled(SOURCES, lists).diagnostics)
        assert (circle.code.id, str(circle.at)) == ("J207", "1.yaml:5:10")
        assert "`a` → `b` → `c` → `a`" in circle.detail
        assert [str(label.span) for label in circle.others] == ["1.yaml:11:11", "1.yaml:17:10"]

    def test_sources_may_refer_to_themselves(self) -> None:
        assert compiled(SOURCES).diagnostics == ()

    def test_a_reference_has_the_type_of_the_key_it_points_to(self) -> None:
        tables = compiled(SOURCES).project.tables
        assert tables["contacts"].fields["company"].type == "integer"
        assert tables["companies"].fields["parent"].type == "integer"


class TestFields:
    @pytest.mark.parametrize(
        ("change", "code", "place"),
        [
            (("key: id", "key: idd"), "J203", "0.yaml:3:6"),
            (("key: id", "key: language"), "J209", "0.yaml:3:6"),
            (("key: id", "key: id\nstable: [id, compny]"), "J203", "0.yaml:4:14"),
            (("address: email", "address: mail"), "J203", "0.yaml:5:18"),
            (("company: company}", "company: email}"), "J209", "0.yaml:5:54"),
            (("company: company}", "company: company, marketing_consent: email}"), "J209", "0.yaml:5:82"),
            (("id: text", "id: txt"), "J106", "0.yaml:4:14"),
            (("ref companies", "ref company"), "J202", "0.yaml:4:61"),
            (("roles:", "row: person\nroles:"), "J106", "0.yaml:5:6"),
        ],
    )
    def test_a_source_names_fields_that_suit(self, change: tuple[str, str], code: str, place: str) -> None:
        found = compiled(SOURCES.replace(*change, 1))
        assert said(found.diagnostics) == [f"{code} {place}"]

    def test_the_recipient_of_a_list_is_a_path_of_references(self) -> None:
        contracts = (
            "kind: source\nname: contracts\nkey: id\nfields: {id: text, signer: ref contacts, note: text}\n"
        )
        lists = LIST.replace("from: contacts", "from: contracts") + "recipient: {}\n"
        for path, detail in (
            ("contract.signer", None),
            ("contracts.signer", "is called `contract`"),
            ("contract.signr", "no field `signr`"),
            ("contract.note", "`note` is no reference"),
        ):
            found = compiled(SOURCES, contracts, lists.replace("{}", path)).diagnostics
            if detail is None:
                assert found == ()
            else:
                assert detail in only(found).detail

    def test_identity_and_holdout_name_fields_of_the_contact(self) -> None:
        program = (
            "kind: program\nname: p\naudience: admins\nsteps: {a: {exit: b}}\n"
            "entry: {identity: [contact, compny], existing: skip}\nholdout: {percent: 5, by: segment}\n"
        )
        found = compiled(SOURCES, LIST, program).diagnostics
        assert said(found) == ["J203 2.yaml:5:29", "J203 2.yaml:6:27"]
        assert found[0].help == "Did you mean `company`?"

    def test_an_event_names_fields_that_suit(self) -> None:
        event = (
            "kind: event\nname: e\nfields: {id: text, at: timestamp, who: ref contacts, co: ref companies}\n"
            "roles: {id: id, time: id, contact: co, keys: [trial]}\n"
        )
        assert said(compiled(SOURCES, event).diagnostics) == [
            "J209 1.yaml:4:23",
            "J209 1.yaml:4:36",
            "J203 1.yaml:4:47",
        ]


class TestTemplates:
    TEMPLATE = """\
    kind: sender
    name: us
    from_name: Us
    from_address: us@acme.example
    ---
    kind: template
    name: welcome
    class: transactional
    sender: us
    subject: Hi
    body: welcome.md.j2
    layout: brand
    versions:
      ja: {when: "contact.language = 'ja'", body: ja/welcome.html.j2}
    """
    BODIES = {  # noqa: RUF012 - never changed
        "welcome.md.j2": "# Hi\r\n",
        "ja/welcome.html.j2": "<p>やあ</p>",
        "layouts/brand.mjml.j2": "<mjml></mjml>",
    }

    def test_bodies_and_layout_come_from_their_files(self) -> None:
        found = compiled(self.TEMPLATE, bodies=self.BODIES)
        assert found.diagnostics == ()
        template = found.project.templates["welcome"]
        assert (template.body.syntax, template.body.text) == (Syntax.MARKDOWN, "# Hi\n")
        assert template.layout is not None
        assert template.layout.syntax is Syntax.MJML
        here = address("template/welcome")
        assert found.origins.bodies == {
            (here, "default"): "templates/welcome.md.j2",
            (here, "ja"): "templates/ja/welcome.html.j2",
            (here, "layout"): "templates/layouts/brand.mjml.j2",
        }

    @pytest.mark.parametrize(
        ("change", "code", "detail", "advice"),
        [
            (
                ("welcome.md.j2", "welcom.md.j2"),
                "J208",
                "no file `templates/welcom.md.j2`",
                "`welcome.md.j2`",
            ),
            (("body: welcome.md.j2", "body: welcome.txt"), "J106", "ending of `welcome.txt`", "`.md.j2`"),
            (("layout: brand", "layout: brnd"), "J208", "`templates/layouts/brnd.mjml.j2`", "`brand`"),
            (("ja: {", "layout: {"), "J110", "`layout` has a meaning of its own", ""),
            (("ja: {", "default: {"), "J110", "`default` has a meaning of its own", ""),
        ],
    )
    def test_a_file_that_is_not_there_is_shown_with_the_near_miss(
        self, change: tuple[str, str], code: str, detail: str, advice: str
    ) -> None:
        found = only(compiled(self.TEMPLATE.replace(*change), bodies=self.BODIES).diagnostics)
        assert found.code.id == code
        assert detail in found.detail
        assert advice in found.help

    def test_a_time_of_a_version_needs_that_version(self) -> None:
        outreach = (
            "kind: outreach\nname: o\naudience: admins\ntemplate: welcome\n"
            'schedule: {at: "2026-12-01 09:00"}\nversions: {jp: {at: "2026-12-02 09:00"}}\n'
        )
        found = only(compiled(SOURCES, LIST, self.TEMPLATE, outreach, bodies=self.BODIES).diagnostics)
        assert (found.code.id, found.help) == ("J202", "Known versions: `ja`.")

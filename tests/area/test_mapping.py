"""Mappings: those that come with the product can be used, and a mistake in another's is named by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from joinedup.area.mapping import read_source, source_from, source_names
from joinedup.area.schema import schema
from joinedup.refusal import Refusal

GOOD = """
[source]
title = "Test"
zone = "Europe/London"

[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"

[[tables]]
table = "sites"

[tables.columns]
site_id = [{ column = "ID" }]
service_id = [{ constant = "fire" }]
name = [{ columns = ["A", "B"], join = "-" }]
"""


def test_the_sources_of_the_issue_come_with_the_product() -> None:
    assert {
        "montgomery-911",
        "london-fire-stations",
        "osm-ambulance-stations",
        "osm-police-stations",
    } <= set(source_names())


@pytest.mark.parametrize("name", source_names())
def test_a_source_says_what_it_is_and_fills_what_its_tables_need(name: str) -> None:
    source = read_source(name)
    assert source.name == name
    assert source.title
    assert source.licence
    assert source.messy
    declared = {service["service_id"] for service in source.services}
    for table in source.tables:
        needed = {field.name for field in schema(table.table).fields if field.required}
        assert needed <= set(table.columns)
        constants = {way.constant for way in table.columns.get("service_id", ()) if way.constant}
        assert constants <= declared


def test_traffic_calls_of_montgomery_are_no_police() -> None:
    kinds = {service["service_id"]: service["kind"] for service in read_source("montgomery-911").services}
    assert kinds == {"ems": "ambulance", "fire": "fire", "traffic": "other"}


def test_public_lists_of_real_named_places_say_so_and_rows_of_calls_do_not() -> None:
    published = {name for name in source_names() if read_source(name).published}
    assert published == {
        "avon-estates",
        "derbyshire-estates",
        "home-office-fire-stations",
        "lfb-fleet",
        "london-fire-stations",
        "osm-ambulance-stations",
        "osm-police-stations",
    }


def test_anybody_s_mapping_is_read_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(GOOD)
    source = read_source(str(tmp_path / "ours.toml"))
    assert source.name == "ours"
    assert source.text == GOOD
    assert source.tables[0].columns["name"][0].columns == ("A", "B")
    assert not source.published


def test_a_source_that_is_not_there_is_named_with_one_that_is(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="source 'montgomery' is not known; did you mean 'montgomery-911'"):
        read_source("montgomery")
    with pytest.raises(Refusal, match="there is no such file"):
        read_source(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b'title = "caf\xe9"')
    with pytest.raises(Refusal, match=r"latin\.toml: cannot be read"):
        read_source(str(tmp_path / "latin.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(Refusal, match=r"folder\.toml: cannot be read"):
        read_source(str(tmp_path / "folder.toml"))


SITE_ID = 'site_id = [{ column = "ID" }]'
WRONG = [
    ("[source]", "[sauce]", "unknown key 'sauce'; did you mean 'source'"),
    ('title = "Test"', 'titel = "Test"', "unknown key 'titel'; did you mean 'title'"),
    ('title = "Test"', "", "'title' is missing under [source]"),
    ('title = "Test"', "title = 5", "'title' under [source] must be text in quotes"),
    (
        'title = "Test"',
        'title = "Test"\npublished = "yes"',
        "'published' under [source] must be true or false",
    ),
    ('title = "Test"', 'title = "Test"\nmessy = "very"', "'messy' under [source] must be a list"),
    ('zone = "Europe/London"', "", "'zone' is missing under [source]"),
    ('zone = "Europe/London"', 'zone = "London"', "zone 'London' under [source] is not a time zone"),
    ('kind = "fire"', 'kind = "fyre"', "'fyre' is not a kind of service; did you mean 'fire'"),
    ('kind = "fire"', "", "service_id, kind and name"),
    ('name = "Fire"', "name = 1", "'name' under [[services]] must be text"),
    ("[[services]]", "[services]", "[[services]] must be a list"),
    ("[[tables]]", "[[table]]", "unknown key 'table'; did you mean 'tables'"),
    ("[[tables]]", "[tables]", "[[tables]] must be a list"),
    ('table = "sites"', 'table = "sites"\nner = 50', "unknown key 'ner'; did you mean 'near'"),
    ('table = "sites"', 'table = "sights"', "table 'sights' is not known; did you mean 'sites'"),
    ('table = "sites"', "", "table 'None' is not known"),
    ('table = "sites"', 'table = "sites"\nnear = "close"', "'near' of sites must be a number of metres"),
    ('table = "sites"', 'table = "sites"\nnear = nan', "'near' of sites must be a number of metres"),
    ('table = "sites"', 'table = "sites"\nrepeats = "ID"', "repeats of sites must be a list"),
    ('table = "sites"', 'table = "sites"\nrepeats = [1]', "each name in repeats of sites must be text"),
    ("site_id =", "sight_id =", "sites has no column 'sight_id'; did you mean 'site_id'"),
    (SITE_ID, "", "sites needs the column 'site_id'"),
    (SITE_ID, "site_id = []", "sites.site_id has no way to get a value"),
    (SITE_ID, "site_id = 5", "sites.site_id must be a list"),
    (SITE_ID, 'site_id = "ID"', "sites.site_id must be a list"),
    (SITE_ID, 'site_id = ["ID"]', "must be a list of ways"),
    (SITE_ID, 'site_id = [{ colum = "ID" }]', "unknown key 'colum'; did you mean 'column'"),
    (SITE_ID, 'site_id = [{ column = "ID", row = true }]', "exactly one of column, columns, constant or row"),
    (SITE_ID, 'site_id = [{ prefix = "x" }]', "exactly one of column, columns, constant or row"),
    (SITE_ID, "site_id = [{ columns = [] }]", "exactly one of column, columns, constant or row"),
    (SITE_ID, "site_id = [{ column = 5 }]", "sites.site_id: 'column' must be text"),
    (SITE_ID, 'site_id = [{ columns = "ID" }]', "sites.site_id: 'columns' must be a list"),
    (SITE_ID, 'site_id = [{ column = "ID", slug = 1 }]', "sites.site_id: 'slug' must be true or false"),
    (SITE_ID, "site_id = [{ column = 'ID', extract = '(' }]", "the pattern '(' is not a regular expression"),
    (SITE_ID, "site_id = [{ column = 'ID', extract = '(?<=a)(b)' }]", "no looking ahead or back"),
    (SITE_ID, "site_id = [{ column = 'ID', unless = '(?!a)' }]", "no looking ahead or back"),
    (SITE_ID, "site_id = [{ column = 'ID', extract = 'a+' }]", "needs a group in brackets"),
    (SITE_ID, 'site_id = [{ column = "ID", lookup = "a" }]', "sites.site_id: 'lookup' must be a table"),
    (SITE_ID, 'site_id = [{ column = "ID", lookup = { a = 1 } }]', "each value of 'lookup' must be text"),
    (SITE_ID, "site_id = [{ column = 'ID', format = '%Y' }]", "sites.site_id has a format"),
    ("[tables.columns]", "[tables.colums]", "unknown key 'colums'; did you mean 'columns'"),
    (
        "[tables.columns]",
        '[[tables.leave_out]]\ncolumns = ["A"]\npattern = "x"\n[tables.columns]',
        "'why' is missing in sites leave_out",
    ),
    (
        "[tables.columns]",
        '[[tables.leave_out]]\ncolumns = ["A"]\npatern = "x"\nwhy = "y"\n[tables.columns]',
        "unknown key 'patern'; did you mean 'pattern'",
    ),
    (
        "[tables.columns]",
        '[[tables.leave_out]]\ncolumns = ["A"]\npattern = "["\nwhy = "y"\n[tables.columns]',
        "is not a regular expression",
    ),
    ("[source]", "[source", "cannot be read as TOML"),
]


def test_the_mapping_that_is_spoilt_below_is_a_good_one() -> None:
    assert source_from(GOOD, "good").tables[0].table == "sites"


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=[f"{new[:50]}" for _, new, _ in WRONG])
def test_a_mistake_in_a_mapping_is_named_by_its_key(old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(Refusal) as refused:
        source_from(GOOD.replace(old, new, 1), "bad")
    assert str(refused.value).startswith("bad.toml: ")
    assert words in str(refused.value)


def test_a_mapping_without_tables_reads_nothing_and_says_so() -> None:
    with pytest.raises(Refusal, match=r"no \[\[tables\]\]"):
        source_from('[source]\ntitle = "x"\nzone = "UTC"', "bad")

"""The public face: small, and changed only on purpose."""

import inspect
import re

import joinedup

FACE = {
    "Area": "(settings: 'Settings', plane: 'Plane', tables: 'Mapping[str, pl.DataFrame]') -> None",
    "CannotWrite": None,
    "Crossover": (
        "(window: 'Window', services: 'Mapping[str, ServiceRecords]', pairs: 'tuple[Pair, ...]', "
        "triples: 'tuple[Triple, ...]', found: 'Events', concentration: 'tuple[Concentration, ...]', "
        "note: 'str | None' = None) -> None"
    ),
    "Kind": None,
    "Option": (
        "(id: 'str', kind: 'str', title: 'str', partners: 'tuple[str, ...]', joins: 'tuple[str, ...]', "
        "names: 'tuple[str, ...]', changes: 'tuple[Change, ...]', uses: 'tuple[str, ...]', "
        "facts: 'dict[str, float | str | None]', incomplete: 'tuple[str, ...]' = (), exists: 'bool' = False, "
        "draws_on: 'tuple[str, ...]' = ()) -> None"
    ),
    "Published": (
        "(title: 'str', subtitle: 'str', chapters: 'tuple[PublishedChapter, ...]', footer: 'tuple[str, ...]', "
        "limit: 'int', pages: 'tuple[PublishedPage, ...]' = (), key: 'InitVar[object]' = None) -> None"
    ),
    "Refusal": None,
    "Settings": (
        "(name: 'str', zone: 'str', nation: 'str' = '', period: 'tuple[date, date] | None' = None, "
        "grid: 'str' = '', price_base: 'str' = '2025/26', standards: 'str' = '', partners: 'tuple[str, ...]' = (), "
        "tolerances: 'Mapping[str, Tolerance]' = <factory>, results_seen_on: 'date | None' = None, "
        "seed: 'int' = 1, overlap_only: 'bool' = False, "
        "travel: 'OwnTravel' = <factory>, roadmap: 'OwnLimits' = <factory>, evidence: 'OwnEvidence' = <factory>, "
        "weights: 'OwnWeights | None' = None) -> None"
    ),
    "Study": (
        "(folder: 'Path', area: 'Area', queries: 'Queries', assumptions: 'Mapping[str, Assumption]', "
        "progress: 'Callable[[str], None]') -> None"
    ),
    "draft": "(study: 'Study') -> 'Draft'",
    "kinds": "() -> 'tuple[Kind, ...]'",
    "measure": (
        "(area: 'Area', metres: 'float' = 500, minutes: 'float' = 30, progress: 'Callable[[str], None] | None' = None, "
        "matching: 'Matching | None' = None, workers: 'int | None' = None) -> 'Crossover'"
    ),
    "publish": "(draft: 'Draft', limit: 'int' = 5) -> 'Published'",
    "write_report": "(published: 'Published', folder: 'Path') -> 'Path'",
}

METHODS = {
    "Area.table": "(self, name: 'str') -> 'pl.DataFrame'",
    "Area.has": "(self, name: 'str', *columns: 'str') -> 'bool'",
    "Area.changed": "(self, changes: 'Iterable[Change]') -> 'Area'",
    "Kind.find": "(self, area: 'Area', assumptions: 'Mapping[str, Assumption]') -> 'Sequence[Option]'",
    "Kind.cash": "(self, area: 'Area', option: 'Option', draws: 'Draws') -> 'Sequence[Cash]'",
    "Kind.carry_on": "(self, area: 'Area', option: 'Option', draws: 'Draws') -> 'Sequence[Cash]'",
    "Kind.explain": "(self, option: 'Option') -> 'str'",
    "Option.as_json": "(self) -> 'dict[str, Any]'",
    "Option.from_json": "(given: 'dict[str, Any]') -> 'Option'",
    "Study.read": "(folder: 'Path', progress: 'Callable[[str], None]' = <lambda>, without: 'Collection[str]' = ()) -> 'Study'",
    "Study.crossover": "(self, metres: 'float' = 500.0, minutes: 'float' = 30.0) -> 'Crossover'",
}


def test_the_public_names_are_these() -> None:
    assert sorted(FACE) == joinedup.__all__


def test_what_the_public_functions_take_is_this() -> None:
    for name, wanted in FACE.items():
        if wanted is not None:
            assert str(inspect.signature(getattr(joinedup, name))) == wanted, name


def test_what_the_public_methods_take_is_this() -> None:
    for dotted, wanted in METHODS.items():
        name, method = dotted.split(".")
        taken = str(inspect.signature(getattr(getattr(joinedup, name), method)))
        assert re.sub(r"<function .*? at 0x\w+>", "<lambda>", taken) == wanted, dotted


def test_every_public_name_says_what_it_is_for() -> None:
    for name in joinedup.__all__:
        doc = inspect.getdoc(getattr(joinedup, name))
        assert doc, name
        assert doc.splitlines()[0].endswith((".", ":")), name


def test_a_refusal_ends_with_an_exit_status_of_its_own() -> None:
    assert issubclass(joinedup.CannotWrite, joinedup.Refusal)
    assert (joinedup.Refusal.exit_status, joinedup.CannotWrite.exit_status) == (1, 3)

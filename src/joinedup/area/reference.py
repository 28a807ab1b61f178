"""Reference pages, made from the schemas and mappings that reading itself uses, so that they cannot fall behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.area.mapping import Source, read_source, source_names
from joinedup.area.schema import TABLES, Field, Schema, schema

if TYPE_CHECKING:
    from pathlib import Path


def write_pages(folder: Path) -> None:
    """Write a page for each table under ``tables`` and for each source under ``sources``."""
    pages = {
        f"tables/{number:02}-{name}.md": table_page(schema(name))
        for number, name in enumerate(TABLES, start=1)
    }
    pages |= {f"sources/{name}.md": source_page(read_source(name)) for name in source_names()}
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def table_page(table: Schema) -> str:
    """Give the page of one table in Markdown."""
    lines = [
        f"# {table.title}",
        "",
        f"{table.description} The file is `tables/{table.name}.csv` (or `.parquet`, `.xlsx`, `.ods`).",
        "",
    ]
    if table.key:
        lines += [f"Identifier: {', '.join(f'`{each}`' for each in table.key)}.", ""]
    lines += [f"`{each.column}` must be found in `{each.table}`." for each in table.references]
    lines += [
        "",
        "| column | type | needed | unit | allowed | who may see it | what it is |",
        "|---|---|---|---|---|---|---|",
        *(_row(field) for field in table.fields),
        "",
    ]
    return "\n".join(lines)


def _row(field: Field) -> str:
    allowed = [", ".join(field.enum)] if field.enum else []
    if field.minimum is not None:
        allowed.append(f"at least {field.minimum:g}")
    if field.maximum is not None:
        allowed.append(f"at most {field.maximum:g}")
    if field.default:
        allowed.append(f"taken as {field.default} if empty")
    cells = (
        f"`{field.name}`",
        field.type,
        "yes" if field.required else "",
        field.unit,
        "; ".join(allowed),
        field.sensitivity.value,
        field.description,
    )
    return f"| {' | '.join(cells)} |"


def source_page(source: Source) -> str:
    """Give the page of one source in Markdown."""
    tables = ", ".join(f"`{each.table}`" for each in source.tables)
    lines = [
        f"# {source.name}",
        "",
        f"{source.title}. {source.about} Licence: {source.licence}.",
        "",
        "```shell",
        f"joinedup read {source.name} FILE --into DIR",
        "```",
        "",
        f"It fills {tables}; times without an offset are told in {source.zone}.",
        *(
            [
                "",
                "It lists real, named places: a study made from it is `overlap_only`, and proposes no option.",
            ]
            if source.published
            else []
        ),
        "",
        "What is messy, and what is done about it:",
        "",
        *(f"- {each}" for each in source.messy),
        "",
        *(
            ["What became of the rows of real files:", "", *(f"- {each}" for each in source.counts), ""]
            if source.counts
            else []
        ),
        "| table | column | made from |",
        "|---|---|---|",
    ]
    for table in source.tables:
        for column, ways in table.columns.items():
            made = "; else ".join(
                "the row's number"
                if way.row
                else f"always {way.constant}"
                if way.constant is not None
                else " and ".join(f"`{each}`" for each in way.sources)
                for way in ways
            )
            lines.append(f"| {table.table} | `{column}` | {made} |")
    return "\n".join([*lines, ""])

"""The forms in which the store gives its events away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from landed.store.sql_files import read_statement

__all__ = ["FORMATS", "FORMS", "ExportForm", "Form", "build_export"]

FORMATS: Final = {
    "tsv": "TabSeparatedWithNames",
    "csv": "CSVWithNames",
    "json": "JSON",
    "jsonl": "JSONEachRow",
    "parquet": "Parquet",
    "pretty": "PrettyCompact",
}
"""What free SQL can be answered as, and ClickHouse's name of it."""

ExportForm: TypeAlias = Literal["lines", "csv", "sql", "parquet", "binary"]


@dataclass(frozen=True)
class Form:
    """How rows become bytes.

    Attributes:
        name: Of ClickHouse's format.
        settings: Of the format.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


FORMS: Final[Mapping[ExportForm, Form]] = MappingProxyType(
    {
        "lines": Form("TSVRaw"),
        "csv": Form("CSV", {"date_time_output_format": "iso"}),
        # An INSERT for so many rows, each on a line.
        "sql": Form(
            "SQLInsert",
            {
                "output_format_sql_insert_table_name": "events",
                "output_format_sql_insert_max_batch_size": 1_000,
            },
        ),
        # Small groups of rows: the engine holds one in memory.
        "parquet": Form(
            "Parquet",
            {
                "output_format_parquet_row_group_size": 50_000,
                "output_format_parquet_compression_method": "zstd",
            },
        ),
        # For ourselves: each value as it lies in memory.
        "binary": Form("RowBinary"),
    }
)
"""What `Store.export` can make."""


def build_export(form: ExportForm) -> str:
    """The statement of an export.

    Args:
        form: A key of `FORMS`.
    """
    rows = read_statement("export")
    return read_statement("export_lines").replace("$rows", rows) if form == "lines" else rows

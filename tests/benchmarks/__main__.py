"""`make bench`: runs every benchmark, prints tables, and writes their sections of docs/performance.md."""

from tests.benchmarks import answering_while_ingesting, bulk, encoding, inline, searching
from tests.benchmarks.document import machine, table, update

BENCHMARKS = {
    "Encoding": encoding.rows,
    "Search": searching.rows,
    "Inline mode": inline.rows,
    "Answering while ingesting": answering_while_ingesting.rows,
    "Bulk ingest": bulk.rows,
}


def main() -> None:
    for title, measure in BENCHMARKS.items():
        section = f"{machine()}\n{table(list(measure()))}"
        print(f"## {title}\n\n{section}")
        update({title: section})


main()

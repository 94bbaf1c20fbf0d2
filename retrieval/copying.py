"""An archive brought into another one, of whichever kind: nothing is encoded anew, and both are compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval import kept_beside
from retrieval.archive import Archive, Prepared
from retrieval.database import Database
from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ForeignModel, UsageError
from retrieval.whole_articles import PostgresWholeArticles, SqliteWholeArticles, WholeArticles, portions, same

_TOGETHER = 50  # articles: 7 MB as they mostly are, 300 MB if all are as long as articles may be


class End:
    """One of the two archives of a copy. `name` is what it is called in messages."""

    def __init__(self, name: str, archive: Archive, database: Database) -> None:
        self.name = name
        self.archive = archive
        self.database = database
        kind = PostgresWholeArticles if database.shared else SqliteWholeArticles
        self.articles: WholeArticles = kind(archive, database)

    @property
    def model(self) -> str | None:
        """The encoder of its vectors; None when it has none."""
        if not self.database.rows("SELECT 1 FROM passages LIMIT 1"):
            return None
        rows = self.database.rows("SELECT value FROM meta WHERE name = 'model'")
        return str(rows[0][0]) if rows else None


@dataclass(frozen=True)
class Copied:
    """What a copy came to: articles in both archives, those of them written now, and rows beside them written now."""

    articles: int
    written: int
    beside: int


def copy(source: End, target: End, progress: Callable[[int], None] = lambda done: None) -> Copied:
    """Has `target` hold all that `source` holds; `progress` is told how many articles are there and the same.

    Each portion of articles is read back and compared before the next one. What is there already and the same is left
    alone: a copy that was interrupted goes on, and a second one changes nothing.

    Raises:
        UsageError: both are one archive.
        ForeignModel: `target` holds vectors of another encoder.
        ArchiveError: `target` holds articles that `source` has not, or something did not arrive as it was.
        ArchiveBusy: somebody wrote to `source` meanwhile; the same copy again brings what is new.
    """
    if source.archive.identity == target.archive.identity:
        raise UsageError(f"{source.name} and {target.name} are one archive: name two.")
    _agree_on_model(source, target)
    _refuse_strangers(source, target)
    began = source.archive.sequence()
    articles = written = 0
    for portion in portions(source.articles, _TOGETHER):
        written += _bring(source, target, [number for number, _ in portion])
        articles += len(portion)
        progress(articles)
    beside = target.articles.wish(source.archive.wishes())
    beside += kept_beside.bring(source.database, target.database)
    there = target.archive.counts().articles
    if source.archive.sequence() != began or there != articles:
        raise ArchiveBusy(f"{source.name} or {target.name} was written to meanwhile: run the same command again.")
    return Copied(articles, written, beside)


def _agree_on_model(source: End, target: End) -> None:
    model, other = source.model, target.model
    if model and other and model != other:
        raise ForeignModel(
            f"{target.name} holds vectors of {other}, {source.name} those of {model}: copy into an empty archive."
        )
    if model:
        target.archive.bind_model(model)


def _refuse_strangers(source: End, target: End) -> None:
    strangers, first = 0, ""
    for portion in portions(target.articles, _TOGETHER):
        ids = [article_id for _, article_id in portion]
        known = source.articles.numbers(ids)
        found = [one for one in ids if one not in known]
        strangers += len(found)
        first = first or "".join(found[:1])
    if strangers:
        raise ArchiveError(
            f"{target.name} holds {strangers:,} articles that {source.name} has not, such as {first}: take them out"
            " with `qawl delete`, or copy into an empty archive."
        )


def _bring(source: End, target: End, numbers: Sequence[int]) -> int:
    """Has the articles with these numbers be the same in both; how many were not."""
    wanted = source.articles.of(numbers)
    try:
        different = _different(wanted, target)
    except ArchiveDamaged:  # there, and now to be mended
        different = list(wanted.values())
    if different:
        target.archive.put(different, anew=True)
        if lost := _different({one.article.id: one for one in different}, target):
            raise ArchiveError(
                f"The article {lost[0].article.id} did not arrive in {target.name} as it was: check its disk and"
                " memory, then run the same command again."
            )
    stories = {one: first for one, first in source.articles.stories(numbers).items() if one in wanted}
    target.articles.tell(stories)
    return len(different)


def _different(wanted: dict[str, Prepared], target: End) -> list[Prepared]:
    there = target.articles.of(list(target.articles.numbers(list(wanted)).values()))
    return [one for article_id, one in wanted.items() if article_id not in there or not same(one, there[article_id])]

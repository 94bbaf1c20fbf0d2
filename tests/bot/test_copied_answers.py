"""With the real model: an archive that was moved to a server answers as it did in its folder."""

from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path

from bot.workspace import Workspace
from config import Settings, load_settings
from retrieval.copying import End, copy
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.types import Answer, Article
from tests.postgres import Server
from tests.shared_data import SAMPLE, read_lines

SAME = 0.98  # of the first quotations


class SharingWorkspace(Workspace):
    """A `Workspace` whose encoder was loaded before."""

    def __init__(self, settings: Settings, encoder: SentenceTransformerEncoder) -> None:
        super().__init__(settings)
        self._encoder = encoder

    @cached_property
    def encoder(self) -> Encoder:
        self.archive.bind_model(self._encoder.identity)
        return self._encoder


def articles(data: Path) -> Iterator[Article]:
    yield Article(id=SAMPLE.stem, text=SAMPLE.read_text(encoding="utf-8"))
    for line in read_lines(data / "gold" / "articles.jsonl"):
        yield Article.model_validate({key: value for key, value in line.items() if key in Article.model_fields})


def first(answer: Answer) -> tuple[str, str | None, int | None]:
    """Whether there is an answer, and the first quotation."""
    shown = [*answer.evidence, *answer.nearest]
    return (answer.status, shown[0].article_id, shown[0].start) if shown else (answer.status, None, None)


def test_the_gold_questions_have_the_same_first_quotation_after_a_move(
    shared_data: Path, bundled: SentenceTransformerEncoder, postgres: Server, tmp_path: Path
) -> None:
    questions = [str(line["question"]) for line in read_lines(shared_data / "gold" / "questions.jsonl")]
    questions += [str(line["question"]) for line in read_lines(shared_data / "seed" / "questions.jsonl")]
    here = load_settings(data_dir=tmp_path / "folder")
    with postgres.database() as url:
        there = load_settings(data_dir=tmp_path / "other").model_copy(update={"database_url": url})
        with closing(SharingWorkspace(here, bundled)) as old, closing(SharingWorkspace(there, bundled)) as new:
            old.ingestor.ingest(articles(shared_data))
            copy(End("the folder", old.archive, old.database), End("the server", new.archive, new.database))
            before, after = ([first(one.answer(each, limit=3)) for each in questions] for one in (old, new))
    differ = [(*each, question) for *each, question in zip(before, after, questions, strict=True) if each[0] != each[1]]
    print(f"{len(questions) - len(differ)} of {len(questions)} questions have the same first quotation")
    assert len(differ) <= (1 - SAME) * len(questions), differ

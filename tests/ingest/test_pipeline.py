"""The pipeline: the same again changes nothing, a changed article replaces its old version, a bad one stops none."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from config import load_settings
from ingest.attribution import Cut
from ingest.pipeline import Ingestor, Report
from retrieval.archive import Archive, Attribution, Prepared
from retrieval.encoder import Encoder
from retrieval.errors import ArchiveError, ForeignModel, ModelUnavailable, SourceError
from retrieval.types import Article
from tests.fakes import FakeAttributor, FakeEncoder, FakeWorkspace
from tests.shared_data import SAMPLE

TWO = "Cats sleep all day. Dogs bark at night.\n\nBirds sing."


class Stumbling(FakeEncoder):
    """Fails on every text that holds the word "stumble"."""

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        if any("stumble" in text for text in texts):
            raise RuntimeError("a defect")
        return super().token_counts(texts)


@pytest.fixture
def archive() -> Iterator[Archive]:
    """The archive that the ingestors below write to."""
    opened = FakeWorkspace(load_settings())
    yield opened.archive
    opened.close()


def ingestor(encoder: Encoder | None = None, archive: Archive | None = None) -> Ingestor:
    workspace = FakeWorkspace(load_settings(), encoder, bind=False)
    if archive:
        workspace.archive = archive
    return workspace.ingestor


def article(article_id: str, text: str = TWO, **rest: object) -> Article:
    return Article.model_validate({"id": article_id, "text": text, **rest})


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.failed


def stored(archive: Archive) -> dict[str, str]:
    return {one.id: one.text for one in archive.articles()}


def test_an_article_is_stored_with_its_sentences_passages_and_language(archive: Archive) -> None:
    sample = SAMPLE.read_text(encoding="utf-8")
    report = ingestor().ingest([article("en"), article("ar", sample)])
    assert figures(report) == (2, 0, 0, 0)
    assert stored(archive) == {"en": TWO, "ar": sample}
    assert [TWO[s.start : s.end] for s in archive.sentences("en")] == [
        "Cats sleep all day.",
        "Dogs bark at night.",
        "Birds sing.",
    ]
    assert archive.counts().languages == {"en": 1, "ar": 1}
    assert report.passages == archive.counts().passages > 10


QUOTES = "Putin said: we agree. Nobody knows.\nLavrov said: not yet."


def statements(archive: Archive, article_id: str) -> list[str]:
    found = next(one for one in archive.articles() if one.id == article_id)
    return [found.text[one.span.start : one.span.end] for _, one in archive.statements(article_id=article_id)]


def test_an_article_is_stored_with_its_statements_and_who_says_them(archive: Archive) -> None:
    report = ingestor().ingest([article("a", QUOTES), article("b")])
    assert report.statements == archive.counts().statements == 2
    assert statements(archive, "a") == ["Putin said: we agree.", "Lavrov said: not yet."]
    assert [one.name for one in archive.sources()] == ["Putin", "Lavrov"]


def test_statements_are_those_of_the_latest_version(archive: Archive) -> None:
    at_work = ingestor()
    at_work.ingest([article("a", QUOTES)])
    assert at_work.ingest([article("a", QUOTES)]).statements == 0
    assert at_work.ingest([article("a", "Peskov said: maybe.")]).statements == 1
    assert statements(archive, "a") == ["Peskov said: maybe."]
    assert at_work.ingest([article("a", QUOTES)], dry_run=True).statements == 0


def test_encoding_anew_finds_the_statements_again(archive: Archive) -> None:
    at_work = ingestor()
    at_work.ingest([article("a", QUOTES)])
    report = at_work.encode_anew()
    assert (report.updated, report.statements) == (1, 2)
    assert statements(archive, "a") == ["Putin said: we agree.", "Lavrov said: not yet."]


def test_every_sentence_knows_its_tokens(archive: Archive) -> None:
    ingestor().ingest([article("a", QUOTES)])
    found = archive.stored_sentences(archive.passage_ids().tolist())
    assert [(one.first_token, one.end_token) for one in found] == [(0, 4), (4, 6), (0, 4)]
    assert found[0].passage_id == found[1].passage_id != found[2].passage_id


def test_the_language_that_a_source_names_is_believed(archive: Archive) -> None:
    ingestor().ingest([article("a", lang="fr")])
    assert archive.counts().languages == {"fr": 1}


@pytest.mark.parametrize(("said", "lang"), [("ara", "ar"), ("und", "ar"), ("fr", "ar"), ("ar-EG", "ar"), ("fa", "fa")])
def test_a_language_of_another_script_is_not(archive: Archive, said: str, lang: str) -> None:
    ingestor().ingest([article("a", SAMPLE.read_text(encoding="utf-8"), lang=said)])
    assert archive.counts().languages == {lang: 1}


def test_the_same_again_changes_nothing_and_encodes_nothing(archive: Archive) -> None:
    encoder = FakeEncoder()
    at_work = ingestor(encoder)
    at_work.ingest([article("a"), article("b", "Other.")])
    before, encoder.encoded = (archive.sequence(), archive.passage_ids().tolist()), []
    report = at_work.ingest([article("a"), article("b", "Other.")])
    assert (figures(report), report.passages) == ((0, 0, 2, 0), 0)
    assert (archive.sequence(), archive.passage_ids().tolist()) == before
    assert encoder.encoded == []


def test_a_changed_article_replaces_its_old_version(archive: Archive) -> None:
    at_work = ingestor()
    at_work.ingest([article("a"), article("b")])
    assert figures(at_work.ingest([article("a", "Cows graze."), article("b")])) == (0, 1, 1, 0)
    assert stored(archive) == {"a": "Cows graze.", "b": TWO}
    assert archive.problems() == []


def test_a_dry_run_says_what_would_be_and_stores_nothing(archive: Archive) -> None:
    encoder = FakeEncoder()
    at_work = ingestor(encoder)
    at_work.ingest([article("a"), article("b")])
    encoder.encoded = []
    before = archive.sequence()
    report = at_work.ingest([article("a", "Changed."), article("b"), article("c")], dry_run=True)
    assert figures(report) == (1, 1, 1, 0)
    assert report.passages > 0
    assert stored(archive) == {"a": TWO, "b": TWO}
    assert (archive.sequence(), encoder.encoded) == (before, [])


def test_what_could_not_be_read_is_reported_and_the_rest_is_stored(archive: Archive) -> None:
    found = [SourceError("x.txt", "it is empty"), article("a"), SourceError("y.jsonl:3", "not valid JSON")]
    report = ingestor().ingest(found)
    assert figures(report) == (1, 0, 0, 2)
    assert [(one.source, one.error) for one in report.failures] == [
        ("x.txt", "it is empty"),
        ("y.jsonl:3", "not valid JSON"),
    ]
    assert list(stored(archive)) == ["a"]


def test_an_article_that_we_stumble_over_does_not_stop_the_others(archive: Archive) -> None:
    report = ingestor(Stumbling()).ingest([article("a"), article("bad", "We stumble."), article("c")])
    assert figures(report) == (2, 0, 0, 1)
    assert report.failures[0].source == "bad"
    assert "defect" not in report.failures[0].error, "the text of an unknown exception is for the log"
    assert list(stored(archive)) == ["a", "c"]


def test_an_article_that_attribution_stumbles_over_is_kept_without_statements(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    attribute = FakeAttributor.attribute

    def stumbling(self: FakeAttributor, articles: Sequence[Cut]) -> list[Attribution]:
        if any("stumble" in one.text for one in articles):
            raise ValueError("a defect")
        return attribute(self, articles)

    monkeypatch.setattr(FakeAttributor, "attribute", stumbling)
    report = ingestor().ingest([article("a", QUOTES), article("bad", f"{QUOTES} We stumble."), article("c", QUOTES)])
    assert figures(report) == (3, 0, 0, 0)
    assert [len(statements(archive, name)) for name in ("a", "bad", "c")] == [2, 0, 2]


def test_a_model_that_cannot_be_had_is_not_the_articles_fault(archive: Archive) -> None:
    class Missing(FakeEncoder):
        def token_counts(self, texts: Sequence[str]) -> list[int]:
            raise ModelUnavailable("no model")

    with pytest.raises(ModelUnavailable):
        ingestor(Missing()).ingest([article("a"), article("b")])


def test_two_different_articles_with_one_id_are_not_mixed_up(archive: Archive) -> None:
    report = ingestor().ingest([article("a"), article("a"), article("a", "Another text.")])
    assert figures(report) == (1, 0, 1, 1)
    assert "id a" in report.failures[0].error
    assert stored(archive) == {"a": TWO}


def test_many_articles_are_stored_as_they_come_not_at_the_end(archive: Archive) -> None:
    seen: list[int] = []

    def endless() -> Iterator[Article]:
        for number in range(6):
            yield article(str(number), f"Article {number}. " + "He spoke. " * 4000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingestor().ingest(endless(), progress=lambda report: seen.append(report.done))
    assert seen == [2, 4, 6], "progress is told after each batch"
    assert len(stored(archive)) == 6


def test_a_full_disk_is_said_and_what_was_reported_before_is_stored(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = archive.put
    calls: list[int] = []

    def full_at_the_second(*arguments: object, **more: object) -> object:
        calls.append(1)
        if len(calls) > 1:
            raise ArchiveError("the disk is full")
        return put(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(archive, "put", full_at_the_second)
    articles = [article(str(number), f"Article {number}. " + "He spoke. " * 7000) for number in range(3)]
    with pytest.raises(ArchiveError, match="disk is full"):
        ingestor(archive=archive).ingest(articles)
    assert list(stored(archive)) == ["0"]


def test_encoding_anew_leaves_every_article_with_vectors_of_the_new_model(archive: Archive) -> None:
    archive.bind_model("old")
    ingestor(FakeEncoder("old")).ingest([article("a"), article("b", "Other.")])
    before, new = stored(archive), FakeEncoder("new", dimension=8)
    ingestor(new).encode_anew()
    archive.bind_model("new")
    assert stored(archive) == before
    assert archive.problems() == []
    vectors = [change.vectors for change in archive.changes(0) if len(change.ids)]
    assert {one.shape[1] for one in vectors} == {8}
    assert sum(map(len, vectors)) == archive.counts().passages


def test_an_interrupted_new_encoding_cannot_pass_for_a_finished_one(archive: Archive) -> None:
    archive.bind_model("old")
    ingestor(FakeEncoder("old")).ingest([article("a")])

    class Dying(FakeEncoder):
        def encode(self, *_: object) -> object:  # type: ignore[override]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingestor(Dying("new")).encode_anew()
    for model in ("old", "new"):
        with pytest.raises(ForeignModel, match="qawl check --repair"):
            archive.bind_model(model)
    ingestor(FakeEncoder("new")).encode_anew()
    archive.bind_model("new")


def test_encoding_anew_keeps_an_article_that_we_stumble_over(archive: Archive) -> None:
    archive.bind_model("old")
    ingestor(FakeEncoder("old")).ingest([article("bad", "We stumble.")])
    report = ingestor(Stumbling("new")).encode_anew()
    assert figures(report) == (0, 0, 0, 1)
    assert stored(archive) == {"bad": "We stumble."}


# --- previewing, pausing, keeping a journal


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ar", "قال لافروف شيئا.\nLavrov said: soon. Lavrov said: yes.\nPutin said: no."),
        ("en", "It rained.\nLavrov said: soon. Lavrov said: yes.\nPutin said: no."),
        ("ru", "Шёл дождь.\nLavrov said: soon. Lavrov said: yes.\nPutin said: no."),
    ],
)
def test_a_preview_says_what_would_be_stored_and_stores_nothing(archive: Archive, lang: str, text: str) -> None:
    at_work = ingestor(archive=archive)
    shown = article("a", text, title="عنوان", source="ТАСС", published="2024-05-01", lang=lang)
    preview = at_work.preview(shown)
    assert (preview.title, preview.source, preview.published) == (shown.title, shown.source, shown.published)
    assert (preview.lang, preview.statements, preview.speakers) == (lang, 3, ("Lavrov", "Putin"))
    assert (preview.known, archive.counts().articles) == ("new", 0)
    report = at_work.ingest([shown])
    assert (report.passages, report.statements) == (preview.passages, preview.statements)


def test_a_preview_says_whether_the_archive_has_the_article(archive: Archive) -> None:
    at_work = ingestor(archive=archive)
    at_work.ingest([article("a")])
    assert [at_work.preview(one).known for one in (article("a"), article("a", "Changed."), article("b"))] == [
        "same",
        "changed",
        "new",
    ]


def test_an_article_that_we_stumble_over_has_no_preview(archive: Archive) -> None:
    with pytest.raises(SourceError, match="could not be cut"):
        ingestor(Stumbling(), archive).preview(article("bad", "We stumble."))


def test_work_in_small_steps_stores_the_same_as_work_in_one_go(archive: Archive, bundled: Encoder) -> None:
    sample = SAMPLE.read_text(encoding="utf-8")
    articles = [article("ar", sample), article("en", TWO), article("long", "He spoke. " * 300 + "\n\nShe did not.")]
    pauses: list[int] = []
    ingestor(bundled, archive).ingest(articles, pause=lambda: pauses.append(1))
    stepwise = _everything(archive)
    archive.delete([one.id for one in articles])
    ingestor(bundled, archive).ingest(articles)
    at_once = _everything(archive)
    assert len(pauses) > 10
    assert [one[:-1] for one in stepwise] == [one[:-1] for one in at_once]
    for one, other in zip(stepwise, at_once, strict=True):
        assert float(one[-1] @ other[-1]) > 0.999


def _everything(archive: Archive) -> list[tuple[object, ...]]:
    """Every passage: its article, where it is, and its vector."""
    ids, vectors = archive.passage_ids().tolist(), [one.vectors for one in archive.changes(0) if len(one.ids)]
    return [
        (one.article_id, one.start, one.end, one.lang, vector)
        for one, vector in zip(archive.passages(ids), np.concatenate(vectors), strict=True)
    ]


def test_a_pause_may_end_the_ingest_and_whole_articles_stay(archive: Archive) -> None:
    pauses: list[int] = []

    def enough() -> None:
        pauses.append(1)
        if len(archive.hashes(["0", "1", "2"])) == 1:
            raise KeyboardInterrupt

    articles = [article(str(number), f"Article {number}. " + "He spoke. " * 7000) for number in range(3)]
    with pytest.raises(KeyboardInterrupt):
        ingestor(archive=archive).ingest(articles, pause=enough)
    assert list(stored(archive)) == ["0"]
    assert archive.problems() == []


def test_a_journal_hears_of_what_is_new_or_changed_before_it_is_stored(archive: Archive) -> None:
    heard: list[tuple[str, bool]] = []

    def note(prepared: Sequence[Prepared]) -> None:
        there = archive.hashes([one.article.id for one in prepared])
        heard.extend((one.article.id, there.get(one.article.id) == one.article.content_hash) for one in prepared)

    at_work = ingestor(archive=archive)
    at_work.ingest([article("a"), article("b")])
    at_work.ingest([article("a"), article("b", "Changed."), article("c")], journal=note)
    assert heard == [("b", False), ("c", False)]

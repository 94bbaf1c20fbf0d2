"""The nouns of Qawl."""

from retrieval.types import Article


def test_an_article_without_an_author_has_the_hash_that_it_had_before_there_were_authors() -> None:
    known = "51a178e56c21c177768f6cd07db57a9f2628c9e94bb2d673f34584a341a2c50e"
    assert Article(id="1", text="Hello there.", title="A").content_hash == known


def test_another_author_makes_another_article() -> None:
    hashes = {Article(id="1", text="Hello there.", author=author).content_hash for author in (None, "Vera", "Tom")}
    assert len(hashes) == 3

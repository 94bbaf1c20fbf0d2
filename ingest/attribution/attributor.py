"""Articles, cut and encoded, to their attributed statements."""

from collections.abc import Sequence
from functools import cached_property

from ingest.attribution import Cut
from ingest.attribution.language import language_words
from ingest.attribution.mentions import said, words_of
from ingest.attribution.resolution import Resolver
from ingest.attribution.tagger import Tagger, Tags, Tokens
from ingest.attribution.tokens import join
from retrieval.archive import Attribution
from retrieval.encoder import Encoder, Encoding


class TaggedAttributor:
    """An `Attributor` over the tagger, whose weights belong to the bundled encoder's vectors.

    An archive that is encoded by another model needs the bundled one for this: give it as `encoder`.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    @cached_property
    def _tagger(self) -> Tagger:
        return Tagger()

    def attribute(self, articles: Sequence[Cut]) -> list[Attribution]:
        """See `Attributor.attribute`."""
        tokens = [join(one.text, one.sentences, one.passages, self._encoding(one)) for one in articles]
        tags = self._tagger.tag(tokens)
        return [self._one(*each) for each in zip(articles, tokens, tags, strict=True)]

    def _encoding(self, article: Cut) -> Encoding:
        if self._encoder is None:
            return article.encoding
        return self._encoder.encode([article.text[one.start : one.end] for one in article.passages], "passage")

    def _one(self, article: Cut, tokens: Tokens, tags: Tags) -> Attribution:
        lang = language_words(article.lang)
        document = words_of(article.text, tokens, tags)
        statements = [
            found
            for number, own in enumerate(document)
            if (found := said(number, own, tags.sentences[number], article.text, lang))
        ]
        return Resolver(article.text, lang, article.sentences, document).resolve(statements)

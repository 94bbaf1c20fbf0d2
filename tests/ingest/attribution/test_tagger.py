"""The tagger's shapes, and that company changes nothing of what it says."""

import numpy as np
import pytest
import torch
from safetensors.torch import load

from ingest.attribution.tagger import DIMENSION, SENTENCES, TOKENS, Network, Tagger, Tags, Tokens, packed, predict
from retrieval.network import DEPTHS


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def article(*sentences: int, seed: int = 0) -> Tokens:
    """Tokens of random vectors, so many in each sentence."""
    count = sum(sentences)
    random = np.random.default_rng(seed)
    starts = np.zeros(count, np.int64)
    starts[np.cumsum([0, *sentences[:-1]])[np.array(sentences) > 0] if count else []] = 1
    starts[:1] = 2
    places = np.arange(count)
    return Tokens(
        depths=random.standard_normal((count, len(DEPTHS), DIMENSION)).astype(np.float16),
        spans=np.stack([places * 2, places * 2 + 1], axis=1),
        sentence=np.repeat(np.arange(len(sentences)), sentences),
        starts=starts,
        sentences=len(sentences),
    )


def same(one: Tags, other: Tags) -> None:
    np.testing.assert_allclose(one.tokens, other.tokens, atol=1e-4)
    np.testing.assert_allclose(one.names, other.names, atol=1e-4)
    np.testing.assert_allclose(one.sentences, other.sentences, atol=1e-4)


def test_probabilities_of_every_token_and_sentence(tagger: Tagger) -> None:
    (found,) = tagger.tag([article(3, 5)])
    assert found.tokens.shape == (8, len(TOKENS))
    assert found.names.shape == (8,)
    assert found.sentences.shape == (2, len(SENTENCES))
    np.testing.assert_allclose(found.tokens.sum(1), 1, atol=1e-4)
    np.testing.assert_allclose(found.sentences.sum(1), 1, atol=1e-4)
    assert ((found.names >= 0) & (found.names <= 1)).all()


def test_an_article_alone_and_beside_longer_ones_is_the_same(tagger: Tagger) -> None:
    articles = [article(4, 6), article(30, 2, 25, seed=1), article(9, seed=2), article(*[7] * 12, seed=3)]
    together = tagger.tag(articles)
    for one, found in zip(articles, together, strict=True):
        same(found, tagger.tag([one])[0])


def test_more_articles_than_go_together_keep_their_order(tagger: Tagger) -> None:
    articles = [article(20 - i, i + 1, seed=i) for i in range(19)]
    for i, found in enumerate(tagger.tag(articles)):
        same(found, tagger.tag([articles[i]])[0])


def test_an_empty_article_has_nothing(tagger: Tagger) -> None:
    (found,) = tagger.tag([article()])
    assert (found.tokens.shape, found.names.shape, found.sentences.shape) == (
        (0, len(TOKENS)),
        (0,),
        (0, len(SENTENCES)),
    )


def test_sentences_without_any_token_are_narration(tagger: Tagger) -> None:
    (found,) = tagger.tag([article(0, 0)])
    assert found.sentences.argmax(1).tolist() == [SENTENCES.index("narration")] * 2


def test_empty_articles_among_others_change_nothing(tagger: Tagger) -> None:
    one = article(4, 6)
    first, middle, last = tagger.tag([article(), one, article(0)])
    assert len(first.names) == len(last.names) == 0
    same(middle, tagger.tag([one])[0])


def test_no_articles_have_no_tags(tagger: Tagger) -> None:
    assert tagger.tag([]) == []


@pytest.mark.parametrize("sentences", [(1,), (1, 1), (5, 1, 4), (3, 0, 2)])
def test_sentences_of_one_token_or_none(tagger: Tagger, sentences: tuple[int, ...]) -> None:
    (found,) = tagger.tag([article(*sentences)])
    assert found.sentences.shape == (len(sentences), len(SENTENCES))
    assert np.isfinite(found.sentences).all()
    assert np.isfinite(found.tokens).all()


def test_packed_weights_are_read_back_in_half_precision() -> None:
    torch.manual_seed(1)
    network, other = Network().eval(), Network().eval()
    other.load_state_dict({name: value.float() for name, value in load(packed(network)).items()})
    for name, value in network.state_dict().items():
        assert torch.equal(other.state_dict()[name], value.half().float())
    (one,), (found,) = predict(network, [article(4, 6)]), predict(other, [article(4, 6)])
    np.testing.assert_allclose(one.tokens, found.tokens, atol=1e-2)
    np.testing.assert_allclose(one.sentences, found.sentences, atol=1e-2)

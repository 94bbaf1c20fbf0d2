"""Two public retrieval frameworks on the same articles, questions and encoder folder, as their documentation sets up
hybrid search.

    python -m tests.evaluation.peers txtai|haystack MODEL_FOLDER ARTICLES.jsonl QUESTIONS.jsonl... OUT_FOLDER

Runs in an environment of its own (`make peers`): neither is needed by Qawl or its tests. Writes one file of hits a
question file, in the form that `qawl search --batch` prints.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

K = 10
Search = Callable[[str], list[tuple[str, float]]]


def txtai(model: str, articles: list[dict[str, Any]]) -> Search:
    """https://neuml.github.io/txtai/embeddings/configuration: `hybrid` adds BM25, weighted half and half."""
    from txtai import Embeddings

    embeddings = Embeddings(
        path=model, instructions={"query": "query: ", "data": "passage: "}, hybrid=True, content=False
    )
    embeddings.index((one["id"], one["text"], None) for one in articles)
    return lambda question: embeddings.search(question, K)


def haystack(model: str, articles: list[dict[str, Any]]) -> Search:
    """https://haystack.deepset.ai/tutorials/33_hybrid_retrieval: BM25 and dense retrievers, joined by rank."""
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model, prefix="passage: ", progress_bar=False)
    embedder.warm_up()
    documents = [Document(id=one["id"], content=one["text"]) for one in articles]
    store.write_documents(embedder.run(documents)["documents"])
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=model, prefix="query: ", progress_bar=False)
    )
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=K))
    pipeline.add_component("lexical", InMemoryBM25Retriever(store, top_k=K))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K))
    pipeline.connect("embedder", "dense")
    pipeline.connect("dense", "joiner")
    pipeline.connect("lexical", "joiner")

    def search(question: str) -> list[tuple[str, float]]:
        found = pipeline.run({"embedder": {"text": question}, "lexical": {"query": question}})
        return [(one.id, one.score or 0.0) for one in found["joiner"]["documents"]]

    return search


def main(name: str, model: str, articles_file: str, *rest: str) -> None:
    *question_files, out = rest
    search = {"txtai": txtai, "haystack": haystack}[name](model, read(articles_file))
    for file in question_files:
        with (Path(out) / Path(file).name).open("w", encoding="utf-8") as lines:
            for one in read(file):
                hits = [{"article_id": found, "score": float(score)} for found, score in search(one["question"])]
                lines.write(json.dumps({"id": one["id"], "hits": hits}) + "\n")


def read(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The command line as a process of its own: what it prints, how it ends, and that nothing is lost by bad input."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.settings import Encoder as EncoderSettings
from ingest.limits import MAX_FILE_BYTES
from retrieval import bundled_model
from retrieval.archive import Attribution, Prepared
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.fakes import FakeWorkspace, old_archive, prepare, quoting, source
from tests.shared_data import SAMPLE

QAWL = Path(sys.executable).with_name("qawl")
SECONDS = 120  # for one command on a busy machine
STORY = "قال وزير الخارجية الروسي سيرغي لافروف إن الإرهابيين يواصلون الحصول على دعم خارجي، وأضاف أن الوضع خطير."

DONE, FAILED, USAGE, NO_ARCHIVE = 0, 1, 2, 3


class Done(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines on stderr; a Python traceback is never among them."""
        assert "Traceback" not in self.err
        return [line for line in self.err.splitlines() if line.strip()]

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.split("\n") if line]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QAWL_")}
    return clean | {"QAWL_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1"} | settings


def start(data_dir: Path, *arguments: str | Path, stdin: Any = subprocess.DEVNULL, **settings: str) -> Any:
    return subprocess.Popen(
        [QAWL, *arguments],
        env=environment(data_dir, **settings),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def end(process: Any, given: bytes | None = None) -> Done:
    out, err = process.communicate(given, timeout=SECONDS)
    return Done(process.returncode, out.decode(), err.decode())


def qawl(data_dir: Path, *arguments: str | Path, **settings: str) -> Done:
    return end(start(data_dir, *arguments, **settings))


def fill(data_dir: Path, *articles: Article, model: str = "fake 1") -> None:
    """An archive made without a process."""
    archive = SqliteArchive(data_dir)
    archive.bind_model(model)
    archive.put([prepare(one) for one in articles])
    archive.close()


def article(article_id: str = "a", text: str = "Dogs bark at night.", **rest: Any) -> Article:
    return Article(id=article_id, text=text, **rest)


def ids(data_dir: Path) -> list[str]:
    archive = SqliteArchive(data_dir)
    found = [one.id for one in archive.articles()]
    archive.close()
    return found


# --- taking in bad input, with two processes on one folder


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\r\n",
    "megabyte.txt": b"word " * 200_000,
    "huge.txt": b"a" * (MAX_FILE_BYTES + 1),
    "binary.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
    "unknown.md": bytes(range(128, 160)) * 9 + b"\x01\x02",
    "emoji.txt": "🎉🎉 🎉".encode(),
    "marks.txt": "\u200f\u200e\u202b".encode(),
    "nul.txt": f"{STORY}\0{STORY}".encode(),
    "bad.jsonl": b"""{"title": "no text"}
{"id": "line", "text": "Birds sing."}
{"text": "cut off
{"text": "a\\u0000b"}
""",
    "damaged.jsonl.gz": b"this is no gzip",
}
GOOD = {
    "utf16.txt": STORY.encode("utf-16"),
    "bare16.txt": STORY.encode("utf-16-le"),
    "cp1256.txt": STORY.encode("cp1256"),
    "bom.txt": STORY.encode("utf-8-sig"),
    "quotes.txt": "«قال \"الوزير' إن (الوضع [خطير.".encode(),
    "direction.txt": f"\u200f\u202b{STORY}\u202c\u200e".encode(),
}
LINES = {"bad.jsonl:1", "bad.jsonl:3", "bad.jsonl:4"}
REFUSED = (BAD.keys() - {"bad.jsonl"}) | LINES


class Folder(NamedTuple):
    data_dir: Path
    sources: Path
    settings: dict[str, str]
    first: Done  # of the process that took in the folder
    written: list[str]  # ids that another process wrote meanwhile


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Folder:
    base = tmp_path_factory.mktemp("cli")
    sources, data_dir = base / "sources", base / "data"
    sources.mkdir()
    for name, data in (BAD | GOOD).items():
        (sources / name).write_bytes(data)
    settings = {"QAWL_ENCODER__MODEL": str(tiny_model), "QAWL_ENCODER__CACHE_DIR": str(base / "cache")}
    identity = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model))).identity
    fill(data_dir, article("here before"), article("doomed"), model=identity)
    process = start(data_dir, "ingest", sources, SAMPLE, "--json", **settings)
    written = []
    archive = SqliteArchive(data_dir)
    while process.poll() is None:
        written.append(f"meanwhile {len(written)}")
        archive.put([prepare(article(written[-1]))])
        time.sleep(0.05)
    assert archive.delete(["doomed"]) == ["doomed"]
    archive.close()
    return Folder(data_dir, sources, settings, end(process), written)


def test_what_can_be_read_is_taken_in_and_the_rest_is_named(folder: Folder) -> None:
    assert folder.first.status == FAILED
    report = folder.first.json
    assert (report["added"], report["updated"], report["unchanged"]) == (len(GOOD) + 2, 0, 0)
    assert {Path(one["source"]).name for one in report["failures"]} == REFUSED
    assert report["failed"] == len(report["failures"]) == len(REFUSED)
    assert all(one["error"] and "\n" not in one["error"] for one in report["failures"])
    assert folder.first.errors == []


def test_two_processes_on_one_folder_lose_nothing(folder: Folder) -> None:
    taken_in = {Path(name).stem for name in GOOD} | {"line", SAMPLE.stem}
    assert set(ids(folder.data_dir)) == taken_in | {"here before"} | set(folder.written)
    archive = SqliteArchive(folder.data_dir)
    assert archive.problems() == []
    archive.close()


def test_decoded_text_is_the_text_that_was_written(folder: Folder) -> None:
    archive = SqliteArchive(folder.data_dir)
    texts = {one.id: one.text for one in archive.articles()}
    archive.close()
    assert {texts[name] for name in ("utf16", "bare16", "cp1256", "bom")} == {STORY}
    assert texts["quotes"].encode() == GOOD["quotes.txt"]
    assert texts["direction"].encode() == GOOD["direction.txt"]


def test_the_same_again_changes_nothing_and_every_refusal_is_one_line(folder: Folder) -> None:
    again = qawl(folder.data_dir, "ingest", folder.sources, **folder.settings)
    assert again.status == FAILED
    assert again.out.startswith(f"0 added, 0 updated, {len(GOOD) + 1} unchanged, {len(REFUSED)} failed")
    assert len(again.errors) == len(REFUSED)
    assert all(line.startswith(f"qawl: {folder.sources}") for line in again.errors)


def test_a_damaged_index_is_built_anew_said_once_and_loses_nothing(folder: Folder, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(folder.data_dir, data_dir)
    assert qawl(data_dir, "check", **folder.settings) == (DONE, "Archive and indexes agree.\n", "")
    index = data_dir / "vectors.faiss"
    content = index.read_bytes()
    index.write_bytes(content[:-30] + bytes(30))
    told = qawl(data_dir, "check", **folder.settings)
    assert (told.status, told.out) == (DONE, "Archive and indexes agree.\n")
    assert len(told.errors) == 1
    assert "index" in told.errors[0]
    assert qawl(data_dir, "check", **folder.settings) == (DONE, "Archive and indexes agree.\n", "")


def test_a_conversation_from_a_pipe_is_answered_line_by_line(folder: Folder) -> None:
    said = [
        b"/start",
        b"",
        "Что сказал Лавров?".encode(),
        b"half a letter: \xd9",
        "🎉🎉".encode(),
        ("how long? " * 500).encode(),
        b"/nonsense",
        b"/quit",
        b"never read",
    ]
    done = end(start(folder.data_dir, "chat", stdin=subprocess.PIPE, **folder.settings), b"\n".join(said))
    assert (done.status, done.errors) == (DONE, [])
    assert "never read" not in done.out
    for line in ("/start", "Что сказал Лавров?", "half a letter: \ufffd", "🎉🎉", "/nonsense"):
        assert f"qawl> {line}" in done.out
    assert "too long" in done.out
    assert "I don't know that command" in done.out


@pytest.mark.parametrize(("question", "said"), [("Why? " * 1000, "longer than"), ("", "empty"), (" \n", "empty")])
def test_a_question_that_is_none_is_one_line(folder: Folder, question: str, said: str) -> None:
    done = qawl(folder.data_dir, "ask", question, "--json", **folder.settings)
    assert (done.status, done.out) == (FAILED, "")
    assert len(done.errors) == 1
    assert said in done.errors[0]


# --- in this process


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs a command in this process: for what needs no process of its own."""
    from bot import cli

    def run(data_dir: Path, *arguments: str | Path, **settings: str) -> Done:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("QAWL_DATA_DIR", str(data_dir))
        monkeypatch.setattr(sys, "argv", ["qawl", *map(str, arguments)])
        capfd.readouterr()
        try:
            cli.main()
            status: Any = DONE
        except SystemExit as ended:
            status = ended.code
        return Done(status, *capfd.readouterr())

    return run


@pytest.fixture
def here(main: Callable[..., Done], folder: Folder) -> Callable[..., Done]:
    """`main` with the tiny model, where its libraries are loaded already."""
    return lambda data_dir, *arguments, **settings: main(data_dir, *arguments, **(folder.settings | settings))


def test_a_question_in_an_empty_archive_is_an_honest_not_found(here: Callable[..., Done], tmp_path: Path) -> None:
    done = here(tmp_path / "data", "ask", "What did Lavrov say?", "--json")
    assert (done.status, done.errors) == (DONE, [])
    assert (done.json["status"], done.json["evidence"], done.json["nearest"]) == ("not_found", [], [])
    shown = here(tmp_path / "data", "ask", "What did Lavrov say?")
    assert (shown.status, shown.errors) == (DONE, [])
    assert "empty" in shown.out


def test_a_batch_gets_an_answer_for_every_line_in_order(
    here: Callable[..., Done], folder: Folder, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = [
        '{"id": 1, "question": "ماذا قال لافروف عن تمويل الإرهاب؟"}',
        '{"id": "two", "question": ""}',
        json.dumps({"id": [3], "question": "What did she say? " * 300}),
        "",
        "this is no JSON",
        '{"id": 5}',
        '{"id": 6, "question": "One\u2028line\u0085only?"}',
        '{"id": 7, "question": "half of an emoji \\ud83d?"}',
        '{"id": 8, "question": "🎉"}',
    ]
    questions.write_bytes("\r\n".join(lines).encode())
    done = here(folder.data_dir, "ask", "--batch", questions, "--json")
    assert done.status == FAILED
    answers = done.json_lines
    assert [one["id"] for one in answers] == [1, "two", [3], None, 5, 6, 7, 8]
    assert [line.split(": ")[1] for line in done.errors] == [f"{questions}:5", f"{questions}:6"]
    archive = SqliteArchive(folder.data_dir)
    texts = {one.id: one.text for one in archive.articles()}
    archive.close()
    assert set(answers[0]) >= {"question", "language", "status", "message", "plan", "evidence", "nearest", "timings_ms"}
    shown = answers[0]["evidence"] + answers[0]["nearest"]
    assert shown
    for quotation in shown:
        assert quotation["quote"] == texts[quotation["article_id"]][quotation["start"] : quotation["end"]]
    for refused in (answers[1], answers[2], answers[3], answers[4], answers[7]):
        assert (refused["status"], refused["evidence"]) == ("not_found", [])
        assert refused["message"]


def test_a_dry_run_of_a_change_stores_nothing(here: Callable[..., Done], folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "utf16.txt").write_text("Another text.", encoding="utf-8")
    before = qawl(folder.data_dir, "articles", "--json").out
    dry = here(folder.data_dir, "ingest", tmp_path, "--dry-run", "--json")
    assert (dry.status, dry.json["updated"], dry.json["added"]) == (DONE, 1, 0)
    assert qawl(folder.data_dir, "articles", "--json").out == before


def test_a_search_never_abstains(here: Callable[..., Done], folder: Folder, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "q", "question": "Completely unrelated matters"}\n', encoding="utf-8")
    done = here(folder.data_dir, "search", "--batch", questions, "-k", "4", "--json")
    assert (done.status, done.errors) == (DONE, [])
    (line,) = done.json_lines
    assert line["id"] == "q"
    assert len(line["hits"]) == 4
    assert all(set(hit) == {"article_id", "start", "end", "score"} for hit in line["hits"])
    scores = [hit["score"] for hit in line["hits"]]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("question", ["half an emoji \ud83d", "a byte that is no UTF-8: \udcff"])
def test_a_broken_question_is_asked_as_far_as_it_can_be_read(
    here: Callable[..., Done], folder: Folder, question: str
) -> None:
    for command in ("ask", "search"):
        done = here(folder.data_dir, command, question, "--json")
        assert (done.status, done.errors) == (DONE, [])
        assert done.json


def test_a_model_that_cannot_be_had_is_one_line_and_harms_nothing(here: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "no-model").mkdir()
    model = str(tmp_path / "no-model")
    source = tmp_path / "a.txt"
    source.write_text(STORY, encoding="utf-8")
    done = here(tmp_path / "data", "ingest", source, QAWL_ENCODER__MODEL=model)
    assert done.status == FAILED
    assert len(done.errors) == 1
    assert model in done.errors[0]
    assert ids(tmp_path / "data") == []


# --- archives that cannot be opened, files that are not what they should be


def test_vectors_of_another_model_are_refused_and_kept(tmp_path: Path) -> None:
    fill(tmp_path, article(), model="some other model")
    done = qawl(tmp_path, "ask", "What did she say?")
    assert (done.status, done.out) == (NO_ARCHIVE, "")
    assert len(done.errors) == 1
    assert "qawl check --repair" in done.errors[0]
    assert ids(tmp_path) == ["a"]


def strike(content: bytes, where: str) -> bytes:
    """The database with its header or all its data pages destroyed."""
    page = int.from_bytes(content[16:18], "big")
    if where == "header":
        return b"\xff" * 64 + content[64:]
    struck = bytearray(content)
    for start_of_page in range(2 * page, len(content), page):
        struck[start_of_page : start_of_page + 100] = b"\xa5" * 100
    return bytes(struck)


@pytest.mark.parametrize("where", ["header", "middle"])
def test_a_damaged_database_is_said_and_nothing_is_overwritten(tmp_path: Path, where: str) -> None:
    many = (article(str(n), "\n".join(f"Line {n} {m}." for m in range(30))) for n in range(20))
    fill(tmp_path, *many, model=bundled_model.identity())
    damaged = strike((tmp_path / FILE).read_bytes(), where)
    (tmp_path / FILE).write_bytes(damaged)
    for command in (["articles"], ["ingest", str(SAMPLE)]):
        done = qawl(tmp_path, *command)
        assert (done.status, done.out) == (NO_ARCHIVE, "")
        assert len(done.errors) == 1
        assert str(tmp_path / FILE) in done.errors[0]
        assert (tmp_path / FILE).read_bytes() == damaged


def test_somebody_elses_database_is_left_alone(main: Callable[..., Done], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    done = main(tmp_path, "stats")
    assert (done.status, len(done.errors)) == (NO_ARCHIVE, 1)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("below", ["data", ""])
def test_a_data_folder_below_or_in_place_of_a_file_is_said(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("a letter", encoding="utf-8")
    done = qawl(tmp_path / "file" / below, "stats")
    assert (done.status, len(done.errors)) == (NO_ARCHIVE, 1)
    assert str(tmp_path / "file") in done.errors[0]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "a letter"


def _silently(*command: str | Path) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system of its own, where this user may mount one."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    done = mount and _silently(mount, "-t", "tmpfs", "-o", options, "tmpfs", folder)
    if not done:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def read_only(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def test_a_read_only_data_folder_is_said_and_what_is_there_stays(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=2m"):
        data_dir = tmp_path / "disk" / "data"
        fill(data_dir, article())
        before = (data_dir / FILE).read_bytes()
        read_only(tmp_path / "disk")
        for command in (["ingest", SAMPLE], ["delete", "a"]):
            done = qawl(data_dir, *command)
            assert (done.status, done.out) == (NO_ARCHIVE, "")
            assert len(done.errors) == 1
            assert str(data_dir) in done.errors[0]
        assert (data_dir / FILE).read_bytes() == before
        fresh = qawl(tmp_path / "disk" / "fresh", "stats")
        assert (fresh.status, len(fresh.errors)) == (NO_ARCHIVE, 1)


def test_a_full_disk_is_said_and_what_was_stored_before_stays(tmp_path: Path) -> None:
    from config import load_settings
    from retrieval.errors import ArchiveUnwritable

    with mounted(tmp_path / "disk", "size=600k"):
        data_dir = tmp_path / "disk" / "data"
        fill(data_dir, article(), article("b"))
        filler = tmp_path / "disk" / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(b"x" * 4096)
        done = qawl(data_dir, "delete", "a")
        assert (done.status, done.out) == (NO_ARCHIVE, "")
        assert len(done.errors) == 1
        filler.write_bytes(b"x" * 300_000)
        workspace = FakeWorkspace(load_settings(data_dir=data_dir))
        with pytest.raises(ArchiveUnwritable) as caught:
            workspace.ingestor.ingest([article(str(n), "Birds sing. " * 3000) for n in range(9)])
        assert "\n" not in str(caught.value)
        workspace.archive.close()
        filler.unlink()
        assert set(ids(data_dir)) >= {"a", "b"}
        archive = SqliteArchive(data_dir)
        assert archive.problems() == []
        archive.close()


def test_a_folder_without_readable_files_is_said(main: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "picture.png").write_bytes(b"\x89PNG")
    missing = tmp_path / "missing.txt"
    done = main(tmp_path / "data", "ingest", tmp_path / "sources", missing)
    assert done.status == FAILED
    assert done.errors == [
        f"qawl: {tmp_path / 'sources'}: the folder holds no file of these kinds: "
        ".pdf .docx .html .htm .txt .md .jsonl .jsonl.gz result.json",
        f"qawl: {missing}: it does not exist",
    ]


def test_file_names_are_shown_as_they_are(main: Callable[..., Done], tmp_path: Path) -> None:
    name = "[red]x[bold] :dog: ملف.pdf"
    (tmp_path / name).write_bytes(b"")
    done = main(tmp_path / "data", "ingest", tmp_path / name)
    assert (done.status, len(done.errors)) == (FAILED, 1)
    assert done.errors[0].startswith(f"qawl: {tmp_path / name}: ")


# --- lists


def test_articles_are_listed_as_they_are_called(main: Callable[..., Done], tmp_path: Path) -> None:
    fill(
        tmp_path,
        article("[/b]", title="[red]R[/red] :dog:", lang="en"),
        article("b", source="واس", published="2024-05-01", lang="ar"),
    )
    table = main(tmp_path, "articles")
    assert (table.status, table.errors) == (DONE, [])
    for shown in ("[/b]", "[red]R[/red] :dog:", "واس", "2024-05-01"):
        assert shown in table.out
    lines = main(tmp_path, "articles", "--json").json_lines
    assert [one["id"] for one in lines] == ["[/b]", "b"]
    assert lines[1] == {
        "id": "b",
        "title": None,
        "source": "واس",
        "published": "2024-05-01",
        "lang": "ar",
        "passages": 1,
        "statements": 0,
    }


def test_deleting_says_what_was_not_there_and_deletes_the_rest(main: Callable[..., Done], tmp_path: Path) -> None:
    fill(tmp_path, article("a"), article("b"), article("-c"))
    done = main(tmp_path, "delete", "nothing", "a", "--", "-c")
    assert (done.status, done.out) == (FAILED, "2 deleted\n")
    assert len(done.errors) == 1
    assert "nothing" in done.errors[0]
    assert ids(tmp_path) == ["b"]
    assert main(tmp_path, "delete", "b").status == DONE


def test_statistics_count_what_is_there(main: Callable[..., Done], tmp_path: Path) -> None:
    fill(tmp_path, article("a", lang="en"), article("b", "One.\nTwo.", lang="ar"))
    done = main(tmp_path, "stats", "--json")
    assert (done.status, done.errors) == (DONE, [])
    counted = done.json
    assert (counted["articles"], counted["passages"], counted["languages"]) == (2, 3, {"ar": 1, "en": 1})


# --- who said what


STATEMENT = {"article_id", "start", "end", "quote", "speaker", "cue", "kind", "published"}
SPEAKER = {"id", "name", "aliases", "role"}


def quote(data_dir: Path, *prepared: Prepared) -> None:
    """Puts articles with statements into an archive, without a process."""
    archive = SqliteArchive(data_dir)
    archive.bind_model("fake 1")
    archive.put(prepared)
    archive.close()


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """An archive in which Lavrov is quoted in two scripts, Putin once, and nobody once."""
    dated = quoting("talks", source("Sergey Lavrov", "Lavrov", role="foreign minister"), source("Vladimir Putin"))
    dated = replace(dated, article=dated.article.model_copy(update={"published": date(2024, 5, 1)}))
    unknown = quoting("rumours", source("Nobody"))
    whose = [replace(one, source=None, cue=None, kind="indirect") for one in unknown.attribution.statements]
    quote(
        tmp_path,
        dated,
        quoting("محادثات", source("سيرغي لافروف", role="وزير الخارجية"), times=2, lang="ar"),
        replace(unknown, attribution=Attribution([], whose)),
    )
    return tmp_path


def test_statements_are_listed_as_promised(main: Callable[..., Done], talks: Path) -> None:
    done = main(talks, "statements", "--json")
    assert (done.status, done.errors) == (DONE, [])
    found = done.json_lines
    assert [one["article_id"] for one in found] == ["talks", "talks", "محادثات", "محادثات", "rumours"]
    assert all(set(one) == STATEMENT for one in found)
    assert all(set(one["speaker"]) == SPEAKER for one in found[:-1])
    assert found[0] == {
        "article_id": "talks",
        "start": 0,
        "end": len("Sergey Lavrov said: number 0 of talks."),
        "quote": "Sergey Lavrov said: number 0 of talks.",
        "speaker": {
            "id": found[0]["speaker"]["id"],
            "name": "Sergey Lavrov",
            "aliases": ["Lavrov", "سيرغي لافروف"],
            "role": "foreign minister",
        },
        "cue": "said",
        "kind": "direct",
        "published": "2024-05-01",
    }
    assert found[2]["speaker"]["name"] == "سيرغي لافروف"
    assert found[2]["speaker"]["id"] == found[0]["speaker"]["id"] != found[1]["speaker"]["id"]
    assert (found[4]["speaker"], found[4]["cue"], found[4]["kind"]) == (None, None, "indirect")
    archive = SqliteArchive(talks)
    texts = {one.id: one.text for one in archive.articles()}
    archive.close()
    assert all(one["quote"] == texts[one["article_id"]][one["start"] : one["end"]] for one in found)


@pytest.mark.parametrize(
    ("options", "articles"),
    [
        (["--article", "talks"], ["talks", "talks"]),
        (["--speaker", "Lavrov"], ["talks", "محادثات", "محادثات"]),
        (["--speaker", "Сергей Лавров"], ["talks", "محادثات", "محادثات"]),
        (["--speaker", "لافروف", "--article", "talks"], ["talks"]),
        (["--speaker", "Obama"], []),
        (["--article", "rumours"], ["rumours"]),
    ],
)
def test_statements_of_an_article_or_a_speaker(
    main: Callable[..., Done], talks: Path, options: list[str], articles: list[str]
) -> None:
    done = main(talks, "statements", *options, "--json")
    assert (done.status, done.errors) == (DONE, [])
    assert [one["article_id"] for one in done.json_lines] == articles


def test_statements_for_people_are_one_line_each(main: Callable[..., Done], talks: Path) -> None:
    done = main(talks, "statements", "--article", "talks")
    assert (done.status, done.errors) == (DONE, [])
    assert done.out.splitlines() == [
        "Sergey Lavrov: Sergey Lavrov said: number 0 of talks.  [talks]",
        "Vladimir Putin: Vladimir Putin said: number 0 of talks.  [talks]",
    ]
    (line,) = main(talks, "statements", "--article", "rumours").out.splitlines()
    assert line.startswith("–: ")


@pytest.mark.parametrize("options", [[], ["--json"], ["--speaker", "Lavrov"]])
def test_statements_of_an_unknown_article_are_one_line(
    main: Callable[..., Done], talks: Path, options: list[str]
) -> None:
    done = main(talks, "statements", "--article", "nothing", *options)
    assert (done.status, done.out) == (FAILED, "")
    assert done.errors == ["qawl: There is no article nothing; `qawl articles` lists them."]


def test_speakers_are_listed_the_most_quoted_first(main: Callable[..., Done], talks: Path) -> None:
    done = main(talks, "speakers", "--json")
    assert (done.status, done.errors) == (DONE, [])
    lavrov, putin = done.json_lines
    assert set(lavrov) == SPEAKER | {"statements"}
    assert (lavrov["name"], lavrov["role"], lavrov["statements"]) == ("سيرغي لافروف", "وزير الخارجية", 3)
    assert set(lavrov["aliases"]) >= {"Sergey Lavrov"}
    assert (putin["name"], putin["aliases"], putin["role"], putin["statements"]) == ("Vladimir Putin", [], None, 1)
    table = main(talks, "speakers")
    assert (table.status, table.errors) == (DONE, [])
    for shown in ("سيرغي لافروف", "Sergey Lavrov", "Vladimir Putin", "3"):
        assert shown in table.out


def test_an_empty_archive_quotes_nobody_and_nobody_wished(main: Callable[..., Done], tmp_path: Path) -> None:
    for command in ("statements", "speakers", "wishes"):
        assert main(tmp_path, command, "--json") == (DONE, "", "")
        assert main(tmp_path, command).status == DONE


def test_questions_without_an_answer_are_wishes(here: Callable[..., Done], tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    for question in ("ماذا قال باراك أوباما عن المناخ؟", "What did Obama say?", "What did Obama say?"):
        assert here(data_dir, "ask", question, "--json").json["status"] == "not_found"
    done = here(data_dir, "wishes", "--json")
    assert (done.status, done.errors) == (DONE, [])
    assert [(one["question"], one["language"], one["times"]) for one in done.json_lines] == [
        ("What did Obama say?", "en", 2),
        ("ماذا قال باراك أوباما عن المناخ؟", "ar", 1),
    ]
    assert all(set(one) == {"question", "language", "times", "last_asked"} for one in done.json_lines)
    assert "What did Obama say?" in here(data_dir, "wishes").out


def test_an_article_that_was_taken_in_is_attributed(main: Callable[..., Done], folder: Folder) -> None:
    found = main(folder.data_dir, "statements", "--article", SAMPLE.stem, "--speaker", "Lavrov", "--json").json_lines
    assert found
    assert all("لافروف" in one["speaker"]["name"] for one in found)
    assert any("تمويل" in one["quote"] for one in found)
    assert folder.first.json["statements"] >= len(found)


def test_an_archive_of_before_statements_is_mended(here: Callable[..., Done], tmp_path: Path) -> None:
    old_archive(tmp_path, article("a", STORY, lang="ar"), article("b"))
    asked = here(tmp_path, "check")
    assert asked.status == FAILED
    assert "2 articles" in asked.out
    assert here(tmp_path, "check", "--repair").status == DONE
    assert here(tmp_path, "check") == (DONE, "Archive and indexes agree.\n", "")
    (found,) = here(tmp_path, "statements", "--speaker", "Lavrov", "--json").json_lines
    assert found["quote"] == STORY
    assert ids(tmp_path) == ["a", "b"]


def test_output_is_utf_8_whatever_the_locale_says(tmp_path: Path) -> None:
    fill(tmp_path, article("مقال 🎉"))
    for settings in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        done = qawl(tmp_path, "articles", "--json", **settings)
        assert (done.status, done.errors) == (DONE, [])
        assert done.json["id"] == "مقال 🎉"


# --- wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "--batch", "missing.jsonl", "--json"],
        ["ask", "--batch", str(SAMPLE)],
        ["search"],
        ["serve"],
        ["stats", "--config", "missing.toml"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_status_2(main: Callable[..., Done], tmp_path: Path, arguments: list[str]) -> None:
    done = main(tmp_path, *arguments)
    assert (done.status, done.out) == (USAGE, "")
    assert len(done.errors) == 1


@pytest.mark.parametrize("arguments", [["nonsense"], ["ask", "x", "--limit", "0"], ["ingest"], ["stats", "--nonsense"]])
def test_what_the_command_line_does_not_know_is_status_2(
    main: Callable[..., Done], tmp_path: Path, arguments: list[str]
) -> None:
    done = main(tmp_path, *arguments)
    assert (done.status, done.out) == (USAGE, "")
    assert done.errors


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QAWL_TELEGRAM__ADMINS", "me"),
        ("QAWL_TELEGRAM__NONSENSE", "1"),
        ("QAWL_DATABASE_URL", "mysql://qawl:SECRET@x/y"),
    ],
)
def test_a_wrong_setting_is_one_line_and_status_2_without_secrets(
    main: Callable[..., Done], tmp_path: Path, name: str, value: str
) -> None:
    done = main(tmp_path, "stats", **{name: value, "QAWL_TELEGRAM__TOKEN": "123:SECRET"})
    assert (done.status, done.out) == (USAGE, "")
    assert len(done.errors) == 1
    assert "SECRET" not in done.err


def test_a_reader_of_the_output_that_goes_away_is_no_error(tmp_path: Path) -> None:
    fill(tmp_path, *(article(str(n), title="T" * 200) for n in range(3000)))
    process = start(tmp_path, "articles", "--json")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(SECONDS) in (FAILED, -signal.SIGPIPE)
    assert process.stderr.read() == b""
    process.stderr.close()


# --- feeds


def test_feeds_are_added_listed_and_removed(main: Callable[..., Done], tmp_path: Path) -> None:
    from tests.ingest.site import page, running_site

    data_dir, private = tmp_path / "data", {"QAWL_INGEST__ALLOW_PRIVATE_ADDRESSES": "true"}
    with running_site() as site:
        feed = site.put("/feed", '<rss version="2.0"><channel><title>أخبار</title></channel></rss>')
        link = f'<link rel="alternate" type="application/rss+xml" href="{feed}">'
        home = site.put("/home", page("Home", more=link))
        nothing = site.put("/nothing", page("Nothing"))
        added = main(data_dir, "feeds", "add", home, nothing, feed, **private)
    assert added.status == FAILED
    assert added.out.splitlines() == [f"added: {feed}", f"already there: {feed}"]
    (error,) = added.errors
    assert error.startswith(f"qawl: {nothing}: it is neither a feed nor a page that names one")
    listed = main(data_dir, "feeds", "list", "--json").json_lines
    assert [(one["url"], one["title"], one["failures"]) for one in listed] == [(feed, "أخبار", 0)]
    assert "أخبار" in main(data_dir, "feeds", "list").out
    removed = main(data_dir, "feeds", "remove", "1", "2")
    assert (removed.status, removed.out) == (FAILED, f"removed: {feed}\n")
    assert removed.errors == ["qawl: there is no feed 2; `qawl feeds list` shows them"]
    assert main(data_dir, "feeds", "list", "--json").json_lines == []


def test_without_leave_no_feed_of_the_own_network_is_added(main: Callable[..., Done], tmp_path: Path) -> None:
    done = main(tmp_path / "data", "feeds", "add", "http://127.0.0.1:9/feed")
    assert done.status == FAILED
    assert "not a public address" in done.errors[0]

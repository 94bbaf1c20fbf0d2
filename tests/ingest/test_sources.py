"""Sources: every article that can be read, and for everything else its name and the reason."""

import gzip
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.limits import MAX_CHARACTERS, MAX_FILE_BYTES
from ingest.sources import read, read_bytes
from retrieval.errors import SourceError
from retrieval.types import Article

STORY = "قال الوزير إن الوضع خطير."


def articles(name: Path | str) -> list[Article]:
    return [one for one in read(str(name)) if isinstance(one, Article)]


def errors(name: Path | str) -> list[tuple[str, str]]:
    found = [(one.source, str(one)) for one in read(str(name)) if isinstance(one, SourceError)]
    assert all("\n" not in text for _, text in found)
    return found


def only_error(name: Path | str) -> str:
    """The reason why `name` gave nothing."""
    ((source, reason),) = errors(name)
    assert source.startswith(str(name))
    assert articles(name) == []
    return reason


def write_lines(path: Path, *lines: Any) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    data = text.encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


# --- text files


@pytest.mark.parametrize("name", ["تقرير يومي.txt", "a.b.txt", "REPORT.TXT", "x.md", "no-title.Md"])
def test_a_text_file_is_one_article_named_after_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(f"\r\n {STORY}\n".encode())
    (article,) = articles(tmp_path / name)
    assert article.id == Path(name).stem
    assert article.text == f"\r\n {STORY}\n", "exactly as it stands in the file"
    assert article.title is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Talks go on\n\nHe said so.", "Talks go on"),
        ("Intro\n\n## لافروف: الوضع خطير  \n", "لافروف: الوضع خطير"),
        ("#\nHe said so.", None),
        ("He said so.", None),
    ],
)
def test_the_first_heading_of_markdown_is_its_title(tmp_path: Path, text: str, title: str | None) -> None:
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (article,) = articles(tmp_path / "a.md")
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1256"])
def test_a_text_file_in_another_encoding_is_decoded(tmp_path: Path, encoding: str) -> None:
    text = STORY * 5
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert [article.text for article in articles(tmp_path / "a.txt")] == [text]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0", "a PNG picture, not a text file"),
        (f"{STORY}\0".encode(), "binary"),
        ("🎉🎉 🎉".encode(), "no words"),
        ("\u200f\u200e ؟!".encode(), "no words"),
        (("كلمة " * (MAX_CHARACTERS // 5 + 1)).encode(), "longer than"),
        (b"a" * (MAX_FILE_BYTES + 1), "larger than"),
    ],
    ids=["empty", "white space", "picture", "NUL", "emoji", "marks", "long", "large"],
)
def test_a_text_file_that_is_no_article_is_refused_by_name(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert reason in only_error(tmp_path / "a.txt")


def test_unbalanced_quotes_and_direction_marks_are_taken_as_they_are(tmp_path: Path) -> None:
    text = "\u200f«قال \"الوزير' إن\u200e (الوضع [خطير."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert [article.text for article in articles(tmp_path / "a.txt")] == [text]


def test_the_largest_article_is_taken(tmp_path: Path) -> None:
    text = "كلمة " * (MAX_CHARACTERS // 5)
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert [len(article.text) for article in articles(tmp_path / "a.txt")] == [MAX_CHARACTERS]


@pytest.mark.parametrize("name", ["a.odt", "a.epub", "a", "a.json", "a.txt.bak"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(STORY, encoding="utf-8")
    assert ".jsonl" in only_error(tmp_path / name)


def test_what_does_not_exist_is_said(tmp_path: Path) -> None:
    assert only_error(tmp_path / "missing.txt") == "it does not exist"


@pytest.mark.parametrize("name", ["\0", "a" * 5000, ""])
def test_a_name_that_no_file_can_have_is_said(name: str) -> None:
    assert len(list(read(name))) == 1
    assert isinstance(next(iter(read(name))), SourceError)


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(STORY, encoding="utf-8")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read every file")
    assert "permission" in only_error(file)


def test_a_file_sent_by_somebody_is_read_like_one_on_disk() -> None:
    (article,) = read_bytes("تقرير.md", f"# عنوان\n{STORY}".encode())
    assert isinstance(article, Article)
    assert (article.id, article.title) == ("تقرير", "عنوان")
    (refused,) = read_bytes("x.txt", b"\0\1\2")
    assert isinstance(refused, SourceError)
    assert refused.source == "x.txt"


# --- JSON Lines


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "A.JSONL"])
def test_every_line_is_an_article_with_all_its_fields(tmp_path: Path, name: str) -> None:
    full = {
        "id": "x/1",
        "title": "T",
        "text": f" {STORY}\n",
        "url": "https://example.org",
        "source": "واس",
        "author": "ليلى حداد",
        "published": "2024-05-01",
        "lang": "ar",
    }
    path = write_lines(tmp_path / name, full, "", {"text": "Only text.", "unknown": [1], "title": None, "url": ""}, "")
    first, second = articles(path)
    assert json.loads(first.model_dump_json()) == full
    assert (second.text, second.title, second.url) == ("Only text.", None, None)
    assert errors(path) == []


def test_a_number_may_be_an_id(tmp_path: Path) -> None:
    assert [one.id for one in articles(write_lines(tmp_path / "a.jsonl", {"id": 17, "text": STORY}))] == ["17"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20261124", date(2026, 11, 24)),
        (20261124, date(2026, 11, 24)),
        ("24.11.2026", date(2026, 11, 24)),
        ("24 تشرين الثاني 2026", date(2026, 11, 24)),
        ("Tue, 24 Nov 2026 10:00:00 +0300", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ],
)
def test_a_date_may_be_written_in_many_ways(tmp_path: Path, written: object, read: date) -> None:
    line = {"text": STORY, "published": written, "author": ["Vera Lapina", "Ali Hassan"]}
    (found,) = articles(write_lines(tmp_path / "a.jsonl", line))
    assert (found.published, found.author) == (read, "Vera Lapina, Ali Hassan")


def test_a_line_separator_within_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    text = "One\u2028two\u0085three"
    assert [one.text for one in articles(write_lines(tmp_path / "a.jsonl", {"text": text}))] == [text]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"title": "T"}, 'no "text"'),
        ({"text": None}, 'no "text"'),
        ({"text": 5}, 'no "text"'),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "empty"),
        ({"text": "a\0b"}, "NUL"),
        ({"text": "🎉"}, "no words"),
        ({"text": STORY, "published": "yesterday"}, "published"),
        ({"text": STORY, "title": ["T"]}, "title"),
        ('{"text": "half \\ud83d of an emoji"}', "text"),
        ('{"text": "a", "title": "half \\ud83d of an emoji"}', "title"),
        ("[1, 2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"text": "cut off', "not valid JSON"),
        ("plain words", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_line_is_named_by_its_number_and_the_others_are_read(tmp_path: Path, line: Any, reason: str) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"id": "1", "text": STORY}, line, {"id": "3", "text": STORY})
    assert [one.id for one in articles(path)] == ["1", "3"]
    ((source, why),) = errors(path)
    assert source == f"{path}:2"
    assert reason in why


def test_a_line_that_is_not_utf_8_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"text": "First."}\n' + json.dumps({"text": STORY}, ensure_ascii=False).encode("cp1256")
    )
    assert [one.text for one in articles(path)] == ["First."]
    assert errors(path) == [(f"{path}:2", "the line is not UTF-8")]


def test_an_overlong_line_is_read_past(tmp_path: Path) -> None:
    huge = '{"text": "' + "a" * (5 * MAX_FILE_BYTES) + '"}'
    path = write_lines(tmp_path / "a.jsonl.gz", huge, {"id": "after", "text": STORY})
    assert [one.id for one in articles(path)] == ["after"]
    ((source, reason),) = errors(path)
    assert source == f"{path}:1"
    assert "longer than" in reason


def test_a_long_line_within_the_limit_is_refused_for_its_text(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"text": "word " * (MAX_CHARACTERS // 5 + 1)})
    assert "longer than" in only_error(path)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
@pytest.mark.parametrize("lines", [[], ["", " ", ""]])
def test_a_file_without_lines_is_empty(tmp_path: Path, name: str, lines: list[str]) -> None:
    assert only_error(write_lines(tmp_path / name, *lines)) == "it is empty"


def test_what_comes_before_the_damage_of_a_gzip_file_is_read(tmp_path: Path) -> None:
    lines = [{"id": str(n), "text": f"Article {n}: {os.urandom(40).hex()}"} for n in range(2000)]
    path = write_lines(tmp_path / "a.jsonl.gz", *lines)
    path.write_bytes(path.read_bytes()[:-2000])
    found = articles(path)
    assert [one.id for one in found] == [str(n) for n in range(len(found))]
    assert len(found) > 1000
    assert "damaged" in errors(path)[-1][1]


@pytest.mark.parametrize("data", [b"this is no gzip", b"\x1f\x8b\x08\x00" + b"\xff" * 60])
def test_a_file_that_is_no_gzip_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(data)
    assert "damaged" in only_error(path)


# --- folders


def test_a_folder_gives_every_readable_file_below_it_in_order(tmp_path: Path) -> None:
    (tmp_path / "z" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    write_lines(tmp_path / "b.jsonl", {"id": "line", "text": STORY})
    for name in ("a.txt", "z/deep/c.md", "z/d.txt", ".hidden.txt", ".git/e.txt", "picture.png", "z/notes.odt"):
        (tmp_path / name).write_text(STORY, encoding="utf-8")
    assert [one.id for one in articles(tmp_path)] == ["a", "line", "d", "c"]
    assert errors(tmp_path) == []


def test_one_bad_file_in_a_folder_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "c.jsonl").write_text("{", encoding="utf-8")
    (tmp_path / "d.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "e.txt").symlink_to(tmp_path / "nowhere")
    assert [one.id for one in articles(tmp_path)] == ["b"]
    assert [Path(source).name for source, _ in errors(tmp_path)] == ["a.txt", "c.jsonl:1", "d.jsonl.gz"]


@pytest.mark.parametrize("names", [[], ["x.png", ".hidden.txt"]])
def test_a_folder_without_readable_files_is_said(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text(STORY, encoding="utf-8")
    assert "holds no" in only_error(tmp_path)


def test_a_folder_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "news.txt"
    folder.mkdir()
    (folder / "a.txt").write_text(STORY, encoding="utf-8")
    assert [one.id for one in articles(folder)] == ["a"]
    assert [one.id for one in articles(tmp_path)] == ["a"]

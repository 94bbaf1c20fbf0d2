"""The real `qawl`, with the real model, is killed while it takes articles in: no harm is found, and on it goes."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.process import QAWL, START_SECONDS, qawl

KILLS = int(os.environ.get("QAWL_CHAOS_KILLS", "0")) // 400  # a start takes ten seconds: a few in `make chaos` only
_SAYS = {
    "ar": "قال لافروف إن الاتفاق رقم {} قريب من التوقيع في موسكو.",
    "en": "Foreign Minister Sergey Lavrov said that agreement number {} is close to being signed.",
    "ru": "Министр иностранных дел Сергей Лавров заявил, что соглашение номер {} близко к подписанию.",
}


@pytest.mark.skipif(KILLS == 0, reason="a minute; `make chaos` does it")
@pytest.mark.timeout(900)
def test_an_ingest_that_is_killed_leaves_whole_articles_and_goes_on(tmp_path: Path) -> None:
    data, source = tmp_path / "data", tmp_path / "news.jsonl"
    texts = {
        f"{lang}{n}": " ".join(says.format(f"{n}.{i}") for i in range(60))
        for n in range(40)
        for lang, says in _SAYS.items()
    }
    source.write_text("\n".join(json.dumps({"id": one, "text": text}) for one, text in texts.items()))
    chance = random.Random(8)
    for _ in range(KILLS):
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen([QAWL, "ingest", source, "--data-dir", data], stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not (data / "archive.sqlite3-wal").exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(chance.uniform(1.0, 5.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        checked = qawl(data, "check")
        assert checked.returncode == 0, checked.stdout + checked.stderr
    done = qawl(data, "ingest", str(source), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["added"] + report["unchanged"], report["updated"], report["failed"]) == (len(texts), 0, 0)
    listed = [json.loads(line)["id"] for line in qawl(data, "articles", "--json").stdout.splitlines()]
    assert sorted(listed) == sorted(texts)
    for line in qawl(data, "statements", "--json").stdout.splitlines():
        statement = json.loads(line)
        assert texts[statement["article_id"]][statement["start"] : statement["end"]] == statement["quote"]
    assert qawl(data, "check").returncode == 0

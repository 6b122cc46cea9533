"""The search index under kill -9 and under many writers at once: it always says what the records say."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests import leads
from tests.conftest import ROOT, Office, outside
from tests.faults.hardship import count, long, sound
from tests.faults.test_kill import moments

KILLS = long(6, 100)
WRITERS = long(6, 24)
# Changes every name, need and note again and again, some in one transaction, as an import that updates would.
CHANGING = """
import sys
from salesflow.db.transaction import connect
connection = connect(sys.argv[1])
for number in range(100000):
    connection.execute("BEGIN IMMEDIATE")
    name = f"杭州第{number}制造有限公司"
    connection.execute("UPDATE customer SET name = ?, name_folded = ?, need = '打标机 ' || ?", (name, name, number))
    connection.execute("UPDATE followup SET content = '第 ' || ? || ' 次电话确认报价'", (number,))
    connection.execute("DELETE FROM followup WHERE id > 20 AND id % 7 = ? % 7", (number,))
    connection.execute(
        "INSERT INTO followup (customer_id, at, recorded_at, by_id, method, content, progress, late) "
        "SELECT id, '2026-03-02 01:00:00', '2026-03-02 01:00:00', 3, 'phone', '补记' || id, 0, 0 FROM customer WHERE id % 7 = ? % 7",
        (number,),
    )
    connection.execute("COMMIT")
    if number == 0:
        print("going on", flush=True)
"""


def test_kill_while_indexed_texts_change(office: Office) -> None:
    leads.add(office, *(leads.new(f"杭州第{number}制造有限公司") for number in range(60)))
    for code in range(1, 21):
        office.ok("followup", "log", f"HZ2026{code:03d}", "--method", "phone", "--content", "电话确认报价")
    changed = set()
    for moment in moments(0.3, KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", CHANGING, str(office.database)],
            cwd=ROOT,
            env=outside(office.environ()),
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "going on\n"
        time.sleep(moment)
        process.kill()
        process.communicate()
        wrong = [line for line in sound(office.database) if line.startswith(("search", "integrity"))]
        assert wrong == []
        names = leads.rows(office, "SELECT DISTINCT name FROM v_customer")
        assert len(names) == 1, "all were changed, or none"
        changed.add(names[0]["name"])
        number = names[0]["name"].removeprefix("杭州第").partition("制造")[0]
        assert len(office.json("find", f"第{number}制造", "--limit", "0")) == 60
    assert len(changed) > KILLS // 2, "they were killed at different places"


def test_many_writers_at_once(office: Office) -> None:
    leads.add(office, *(leads.new(f"杭州第{number}制造有限公司") for number in range(WRITERS)))

    def work(number: int) -> list[int]:
        code = f"HZ2026{number + 1:03d}"
        words = ("followup", "log", code, "--method", "phone", "--content", f"第{number}位客户确认报价")
        added = leads.words(name=f"宁波第{number}贸易有限公司", phone=f"139{number:08d}")
        return [office.program(*words).status, office.program("customer", "add", *added).status]

    with ThreadPoolExecutor(WRITERS) as pool:
        assert list(pool.map(work, range(WRITERS))) == [[0, 0]] * WRITERS
    assert sound(office.database) == []
    assert count(office.database, notes="SELECT count(*) FROM followup") == {"notes": WRITERS}
    assert len(office.json("find", "确认报价", "--limit", "0")) == WRITERS
    assert len(office.json("find", "贸易", "--limit", "0")) == WRITERS

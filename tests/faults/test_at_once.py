"""Many processes writing at once: nothing is lost, nobody is refused, numbers are unique and without gaps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import deals
from tests.conftest import ROOT, Office, outside
from tests.faults.hardship import count, finish, long, sound, start

PROCESSES = 16
COMMANDS = long(1, 12)  # of each process, as commands
WRITES = long(12, 100)  # of each process, as transactions

WRITER = """
import sys
from datetime import date
from salesflow import context
from salesflow.services import quotes
world = context.make({"SALESFLOW_CONFIG": sys.argv[3]}, database=sys.argv[1], user="li.na", as_of="2026-03-02 09:00")
for _ in range(int(sys.argv[2])):
    with world.transaction() as work:
        print(quotes.make(work, quotes.NewQuote(1, (quotes.NewItem("YF-100", 1000),))).number)
"""


def lines(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What all of them said; each must have succeeded."""
    done = [finish(process) for process in processes]
    assert [each.err for each in done if each.status] == []
    return [line for each in done for line in each.out.split()]


def test_commands(office: Office) -> None:
    """Sixteen people add customers, each with the program itself."""
    made: list[str] = []
    for turn in range(COMMANDS):
        made += lines(
            [
                start(
                    office,
                    *(
                        "customer",
                        "add",
                        "--name",
                        f"杭州第{turn * PROCESSES + number}号制造有限公司",
                        "--industry",
                        "制造业",
                    ),
                    *("--source", "website", "--need", "终端 50 台，6 月前上线", "--contact", "王工"),
                    *("--phone", f"138{turn:04d}{number:04d}", "--quiet"),
                    user="li.na",
                )
                for number in range(PROCESSES)
            ]
        )
    assert sorted(made) == [f"HZ2026{number:03d}" for number in range(1, PROCESSES * COMMANDS + 1)]
    assert len(office.json("customer", "list", "--limit", "0")) == len(made)
    assert sound(office.database) == []


def test_transactions(office: Office) -> None:
    """Sixteen programs that do nothing but write: hundreds of quotes, their numbers given once each."""
    deals.furnish(office)
    words = [sys.executable, "-c", WRITER, str(office.database), str(WRITES), office.environment["SALESFLOW_CONFIG"]]
    writers = [
        subprocess.Popen(
            words,
            cwd=ROOT,
            env=outside(office.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(PROCESSES)
    ]
    made = lines(writers)
    assert sorted(made) == [f"Q2026-{number:04d}" for number in range(1, PROCESSES * WRITES + 1)]
    assert count(office.database, quotes="SELECT count(*) FROM quote")["quotes"] == len(made)
    assert sound(office.database) == []


def test_importing_logging_reading_and_backing_up(office: Office, tmp_path: Path) -> None:
    """The import holds the lock for long; the others wait, the readers do not, and the copy is whole."""
    deals.furnish(office)
    rows = ["客户名称,所属行业,联系人,联系方式,需求描述"]
    rows += [f"上海第{n}科技有限公司,互联网,李{n},139{n:08d},许可 {n} 个，下季度" for n in range(1, 401)]
    path = tmp_path / "新客户.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    log = (
        "followup",
        "log",
        "HZ2026001",
        "--method",
        "phone",
        "--content",
        "客户要求周五前报价",
        "--next",
        "报价",
        "--quiet",
    )
    at_work = [start(office, "customer", "import", str(path), user="chen.jie")]
    at_work += [start(office, *log, user="li.na") for _ in range(4)]
    at_work += [start(office, "customer", "list", "--format", "ids") for _ in range(2)]
    at_work += [start(office, "db", "backup", str(tmp_path / "copy.db"))]
    lines(at_work)
    assert count(
        office.database,
        customers="SELECT count(*) FROM customer",
        codes="SELECT count(DISTINCT code) FROM customer",
        followups="SELECT count(*) FROM followup",
    ) == {"customers": 401, "codes": 401, "followups": 4}
    assert sound(office.database) == []
    copied = count(tmp_path / "copy.db", customers="SELECT count(*) FROM customer")["customers"]
    assert copied in (1, 401), "before the import or after it, never within"

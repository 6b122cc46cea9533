"""Several programs add customers at the same moment: nothing is lost, no code is given twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import leads
from tests.conftest import Office, outside

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from tests import leads
from tests.conftest import Office, environment
office = Office(Path(sys.argv[1]), environment(Path(sys.argv[1]).parent))
for number in range(int(sys.argv[3])):
    leads.add(office, leads.new(f"{sys.argv[2]}{number}号公司"))
"""


def test_two_programs_add_at_once(office: Office) -> None:
    environment = outside(office.environment)
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(office.database), who, "15"], cwd=ROOT, env=environment)
        for who in ("甲", "乙")
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    found = leads.rows(office, "SELECT code, name FROM v_customer ORDER BY code")
    assert [row["code"] for row in found] == [f"HZ2026{number:03d}" for number in range(1, 31)]
    assert {row["name"] for row in found} == {f"{who}{number}号公司" for who in ("甲", "乙") for number in range(15)}
    assert len(leads.rows(office, "SELECT id FROM v_contact")) == 30


def test_of_two_who_add_the_same_company_one_is_told(office: Office) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "salesflow", "customer", "add", *leads.words(phone=phone)],
            cwd=ROOT, env=outside(office.environ()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for phone in ("13812345678", "13912345678")
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[1] for process in running]
    assert sorted(process.returncode for process in running) == [0, 6], said
    assert len(leads.rows(office, "SELECT id FROM v_customer")) == 1

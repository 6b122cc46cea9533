"""Several people log at the same moment, and cron sweeps: nothing is lost, nothing is planned twice, nothing stays locked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from salesflow.enums import Grade
from tests import leads
from tests.conftest import Office, outside

ROOT = Path(__file__).parents[2]
LOGS = 10
PROGRAM = """
import sys
from pathlib import Path
from salesflow.enums import Method
from salesflow.services import followups, stale
from tests.conftest import Office, environment
office = Office(Path(sys.argv[1]), environment(Path(sys.argv[1]).parent), user=sys.argv[2], now="2026-03-20 10:00")
for number in range(int(sys.argv[3])):
    with office.context().transaction() as work:
        if sys.argv[2] == "zhang.wei":
            stale.sweep(work)
        else:
            followups.log(work, 1 + number % 2, followups.NewFollowup(Method.PHONE, f"第{number}次：确认预算 20 万"))
"""


def test_two_log_while_a_sweep_runs(office: Office) -> None:
    leads.add(office, leads.new("甲公司", grade=Grade.B), leads.new("乙公司", grade=Grade.B))
    environment = outside(office.environment)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(office.database), who, str(LOGS)], cwd=ROOT, env=environment
        )
        for who in ("li.na", "zhao.lei", "zhang.wei")
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    logged = leads.rows(office, "SELECT by, customer_code FROM v_followup")
    assert len(logged) == 2 * LOGS
    assert {(row["by"], row["customer_code"]) for row in logged} == {
        (who, code) for who in ("li.na", "zhao.lei") for code in ("HZ2026001", "HZ2026002")
    }
    pending = leads.rows(
        office, "SELECT customer_code, due_on FROM v_plan_item WHERE state = 'pending' ORDER BY customer_code"
    )
    assert [row["customer_code"] for row in pending] == ["HZ2026001", "HZ2026002"]
    stored = leads.rows(
        office, "SELECT code AS customer_code, next_follow_up_on AS due_on, grade FROM v_customer ORDER BY id"
    )
    assert [{**row, "grade": "C"} for row in pending] == stored
    assert len(leads.rows(office, "SELECT id FROM v_stale_run")) == 1


def test_two_programs_log_the_same_call(office: Office) -> None:
    leads.add(office, leads.new("甲公司", grade=Grade.A))
    words = ("followup", "log", "甲公司", "--method", "phone", "--content", "确认预算 20 万", "--quiet")
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "salesflow", *words],
            cwd=ROOT, env=outside(office.environ(user=who)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for who in ("li.na", "zhao.lei")
    ]  # fmt: skip
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sorted(out for out, _ in said) == ["1\n", "2\n"]
    assert [row["state"] for row in leads.rows(office, "SELECT state FROM v_plan_item ORDER BY id")] == [
        "done",
        "done",
        "pending",
    ]

from tests.reports import season
from tests import leads
def test_x(office):
    season.live(office)
    a={r["id"]:r for r in leads.rows(office,"select id,customer_code,due_on,state,rule,created_at,closed_at from v_plan_item")}
    season.after(office)
    for r in leads.rows(office,"select id,customer_code,due_on,state,rule,created_at,closed_at from v_plan_item"):
        o=a.get(r["id"]); print("*" if o and o["due_on"]!=r["due_on"] else " ", o and o["due_on"], r)
    assert 0

import json
import pytest
from tests.reports import season
from tests.conftest import Office
def test_x(office):
    season.live(office)
    d=office.ok("report","weekly","--week",season.WEEK,now=season.OVER,user="zhang.wei").out
    print(d)
    j=office.json("report","weekly","--week",season.WEEK,now=season.OVER,user="zhang.wei")
    season.after(office)
    k=office.json("report","weekly","--week",season.WEEK,now="2026-04-20 10:00",user="zhang.wei")
    for s in j:
        if j[s]!=k[s]: print(s, json.dumps(j[s],ensure_ascii=False),"\n   ",json.dumps(k[s],ensure_ascii=False))
    assert 0

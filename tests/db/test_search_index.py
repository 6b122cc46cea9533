"""The search index: what goes into it, that triggers keep it right on every way of writing, that a check finds what is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow.db import search
from salesflow.db.grams import EVERY, INITIALS, NAME, NEED, NOTE, PINYIN, every, expression, grams
from salesflow.db.transaction import connect
from tests import leads
from tests.conftest import Office
from tests.faults.hardship import sound


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (NOTE, "客户要报价", "客户 户要 要报 报价"),
        (NAME, "华信科技", "n华信 n信科 n科技 n技"),
        (NAME, "Ａcme 贸易", "nacme n贸易 n易"),
        (NOTE, "5 台 MES-2 系统，周五", "5 mes 2 系统 周五"),
        (NOTE, "ＭＥＳ系统", "mes 系统"),
        (NOTE, "a" * 40, "a" * 24),
        (NOTE, "，。！ 😀 ---", ""),
        (NOTE, "ﾃｽﾄ かな", "テス スト かな"),
        (NOTE, "龘𠮷𠮷", "龘𠮷 𠮷𠮷"),
        (INITIALS, "hxkj", "ihx ixk ikj ihxk ixkj"),
        (INITIALS, "h", ""),
        (PINYIN, "huaxin", "phua puax paxi pxin"),
    ],
)
def test_grams(code: str, text: str, expected: str) -> None:
    assert grams(code, text) == f"{EVERY} {expected}".strip()


def test_grams_of_several_fields_and_of_none() -> None:
    assert grams(NAME, "华信", NEED, None, NEED, "") == f"{EVERY} n华信 n信"


@pytest.mark.parametrize(
    ("code", "word", "expected"),
    [
        (NOTE, "报价", '"报价"'),
        (NOTE, "报价单", '"报价" AND "价单"'),
        (NOTE, "报", ""),
        (NAME, "报", '"n报" *'),
        (NOTE, "mes", '"mes" *'),
        (NOTE, "mes系统", '"mes" AND "系统"'),
        (NOTE, "5台", '"5"'),
        (NOTE, "5", '"5"'),
        (NOTE, "b" * 30, f'"{"b" * 24}" *'),
        (NOTE, "！", ""),
        (INITIALS, "hxkj", '"ihxk" AND "ixkj"'),
        (INITIALS, "hx", '"ihx"'),
        (INITIALS, "h", None),
        (INITIALS, "华信", None),
        (INITIALS, 'h"x', None),
        (PINYIN, "hx", None),
        (PINYIN, "huax", '"phua" AND "puax"'),
    ],
)
def test_what_a_word_is_asked_for(code: str, word: str, expected: str | None) -> None:
    assert expression(code, word) == expected


def test_several_words_of_which_one_is_in_the_fields_that_are_looked_at() -> None:
    assert every(["华信", "终端"], (NEED,), (NAME,)) == (
        '((("d华信")) AND (("d终端") OR ("n终端"))) OR ((("d华信") OR ("n华信")) AND (("d终端")))'
    )
    assert every(["报"], (NOTE,)) is None
    assert every(["报", "终端"], (NOTE,)) == '((("终端")))'
    assert every(["华信"], (INITIALS, PINYIN)) is None


@given(st.text(max_size=40), st.data())
def test_a_piece_of_a_chinese_text_is_among_what_it_is_asked_for(text: str, data: st.DataObject) -> None:
    """Whatever expression a piece of two characters or more gives, the grams of the whole text have it."""
    letters = "华信科技报价单客户电话"
    whole = "".join(letters[ord(letter) % len(letters)] for letter in text)
    start = data.draw(st.integers(0, max(0, len(whole) - 2)))
    piece = whole[start : start + data.draw(st.integers(2, 6))]
    wanted = expression(NOTE, piece)
    if len(piece) > 1 and wanted is not None:
        known = set(grams(NOTE, whole).split())
        assert {term.strip('"') for term in wanted.split(" AND ")} <= known


@given(st.text(max_size=60))
def test_any_text_can_be_kept_and_asked_for(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5 (g, content = '', columnsize = 0, detail = none, tokenize = 'ascii')"
    )
    connection.execute("INSERT INTO t (rowid, g) VALUES (1, ?)", (grams(NAME, text, NOTE, text),))
    for word in text.split():
        for code in (NAME, NOTE, INITIALS, PINYIN):
            wanted = every([word], (code,))
            if wanted is not None:
                connection.execute("SELECT rowid FROM t WHERE t MATCH ?", (wanted,)).fetchall()
    assert connection.execute("SELECT rowid FROM t WHERE t MATCH ?", (f'"{EVERY}"',)).fetchall() == [(1,)]
    connection.close()


@pytest.fixture
def database(office: Office) -> Iterator[sqlite3.Connection]:
    """An office with two customers, opened for writing."""
    leads.add(office, leads.new("杭州云帆科技有限公司"), leads.new("北京华信科技有限公司", remark="老客户介绍"))
    connection = connect(str(office.database))
    yield connection
    connection.close()


def found(connection: sqlite3.Connection, table: str, *terms: str) -> list[int]:
    wanted = " AND ".join(f'"{term}"' for term in terms)
    sql = f"SELECT rowid FROM {table}_search WHERE {table}_search MATCH ? ORDER BY rowid"
    return [row[0] for row in connection.execute(sql, (wanted,))]


def test_what_is_written_is_found_at_once(database: sqlite3.Connection) -> None:
    assert found(database, "customer", "n华信", "n信科") == [2]
    assert found(database, "customer", "ihx", "ixk") == [2]
    assert found(database, "customer", "r介绍") == [2]
    assert found(database, "contact", "izw") == [1, 2]
    assert list(search.unindexed(database)) == []


def test_a_change_and_a_deletion_are_followed(database: sqlite3.Connection) -> None:
    database.execute("UPDATE customer SET remark = NULL, need = '三坐标测量机' WHERE id = 2")
    assert found(database, "customer", "r介绍") == []
    assert found(database, "customer", "d三坐", "d坐标") == [2]
    database.execute("UPDATE customer SET version = version + 1")
    assert list(search.unindexed(database)) == []
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("DELETE FROM contact WHERE id = 1")
    database.execute("DELETE FROM customer WHERE id = 2")
    assert found(database, "customer", EVERY) == [1]
    assert found(database, "contact", EVERY) == [2]
    assert list(search.unindexed(database)) == []


def test_what_is_rolled_back_was_never_there(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE customer SET name = '上海恒通' WHERE id = 1")
    assert found(database, "customer", "n恒通") == [1]
    database.execute("ROLLBACK")
    assert found(database, "customer", "n恒通") == []
    assert found(database, "customer", "n云帆") == [1]


def test_the_same_text_again_costs_no_entry(database: sqlite3.Connection) -> None:
    before = database.total_changes
    database.execute("UPDATE customer SET name = name, need = need")
    assert database.total_changes - before == 2


def test_erased_text_leaves_the_file_when_the_index_is_compacted(database: sqlite3.Connection, office: Office) -> None:
    database.execute("UPDATE customer SET remark = '蘑菇' WHERE id = 1")
    database.execute("UPDATE customer SET remark = NULL WHERE id = 1")
    search.compact(database)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "r蘑菇".encode() not in office.database.read_bytes()
    assert list(search.unindexed(database)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE customer SET name = 'x' WHERE id = 1",
        "UPDATE contact SET name = 'x' WHERE id = 1",
        "DELETE FROM contact",
    ],
)
def test_another_program_is_refused_rather_than_let_spoil_the_index(
    office: Office, database: sqlite3.Connection, statement: str
) -> None:
    other = sqlite3.connect(office.database, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="no such function: search_grams"):
        other.execute(statement)
    other.execute("UPDATE customer SET version = 7 WHERE id = 1")
    assert other.execute("SELECT rowid FROM customer_search WHERE customer_search MATCH 'n云帆'").fetchall() == [(1,)]
    other.close()
    assert sound(office.database) == []


@pytest.mark.parametrize(
    ("damage", "ref"),
    [
        ("INSERT INTO customer_search (customer_search) VALUES ('delete-all')", ["customer 1", "customer 2"]),
        ("INSERT INTO contact_search (rowid, grams) VALUES (99, '·')", ["contact 99"]),
        ("DROP TRIGGER customer_search_update; UPDATE customer SET name = '上海恒通' WHERE id = 1", ["customer 1"]),
    ],
)
def test_a_check_finds_what_is_wrong_and_reindex_mends_it(
    office: Office, database: sqlite3.Connection, damage: str, ref: list[str]
) -> None:
    database.executescript(damage)
    done = office.run("db", "check", "--json")
    assert done.status == 7
    assert [(problem["kind"], problem["ref"]) for problem in done.json["problems"]] == [("search", one) for one in ref]
    assert "salesflow db reindex" in done.json["problems"][0]["text"]
    assert office.ok("db", "reindex").out == "made the search index anew: 2 customers, 2 contacts, 0 follow-ups\n"
    assert office.json("db", "check") == {"ok": True, "problems": []}
    assert office.json("db", "reindex") == {"path": str(office.database), "customer": 2, "contact": 2, "followup": 0}


def test_reindex_waits_for_a_writer_and_says_when_that_takes_too_long(
    office: Office, database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesflow.db import transaction

    monkeypatch.setattr(transaction, "BUSY_SECONDS", 0.1)
    database.execute("BEGIN IMMEDIATE")
    done = office.run("db", "reindex")
    assert (done.status, done.out) == (6, "")
    assert "stayed locked" in done.err
    database.execute("ROLLBACK")
    assert office.run("--db", "/nowhere/x.db", "db", "reindex").status == 7

"""contact vcard: contacts to a phone and from one."""

from __future__ import annotations

from pathlib import Path

import pytest
import vobject

from salesflow.enums import Kind
from tests import leads
from tests.conftest import Office

NAME = "杭州云帆科技有限公司"


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new(NAME, phone="13812345678"), leads.new("杭州云海贸易有限公司", phone="13912345678"))
    office.ok(
        "contact",
        "add",
        "云帆",
        "--name",
        "欧阳女士",
        "--title",
        "总监",
        "--email",
        "oy@example.com",
        "--wechat",
        "oy66",
    )
    return office


def cards(folder: Path, *people: str) -> str:
    path = folder / "in.vcf"
    path.write_text("".join(f"BEGIN:VCARD\nVERSION:3.0\n{person}\nEND:VCARD\n" for person in people), encoding="utf-8")
    return str(path)


def names(office: Office) -> list[str]:
    return [row["name"] for row in office.json("contact", "list", "云帆")]


def test_a_contact_for_a_phone(stock: Office, tmp_path: Path) -> None:
    path = tmp_path / "云帆.vcf"
    assert stock.ok("contact", "vcard", "云帆", "--all", "--to", str(path)).out == f"wrote 2 contacts to {path}\n"
    first, second = vobject.readComponents(path.read_bytes().decode())
    assert (first.fn.value, first.org.value, first.tel.value) == ("张伟", [NAME], "+8613812345678")
    assert (second.n.value.family, second.n.value.suffix, second.title.value) == ("欧阳", "女士", "总监")
    assert (second.email.value, second.contents["x-wechat"][0].value) == ("oy@example.com", "oy66")
    before = path.read_bytes()
    stock.ok("contact", "vcard", "云帆", "--all", "--to", str(path), now="2026-05-01 09:00", user="zhang.wei")
    assert path.read_bytes() == before, "the same each time, so that the phone knows them again"


def test_what_is_written_is_noted(stock: Office) -> None:
    done = stock.ok("contact", "vcard", "云帆", "欧阳")
    (card,) = vobject.readComponents(done.out)
    assert card.fn.value == "欧阳女士"
    assert vobject.readOne(stock.ok("contact", "vcard", "云帆").out).fn.value == "张伟"
    noted = leads.rows(
        stock, "SELECT staff, subject_ref, after FROM v_audit WHERE action = 'contact.reveal' ORDER BY id"
    )
    assert [(row["staff"], row["subject_ref"]) for row in noted] == [("li.na", "HZ2026001")] * 2
    assert "oy66" not in noted[0]["after"]


def test_a_person_has_no_firm(office: Office) -> None:
    leads.add(office, leads.new("李强", kind=Kind.PERSON, phone="13812345678"))
    assert "org" not in vobject.readOne(office.ok("contact", "vcard", "李强").out).contents


def test_lines_end_as_the_format_wants_them(stock: Office) -> None:
    import subprocess

    from tests.conftest import PROGRAM, ROOT, outside

    line = [*PROGRAM, "contact", "vcard", "云帆"]
    out = subprocess.run(line, cwd=ROOT, env=outside(stock.environ()), capture_output=True, check=True).stdout
    assert out.count(b"\r\n") == out.count(b"\n") == out.replace(b"\r\n ", b"").count(b"\n")
    assert out.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\n")


def test_taking_cards_in(stock: Office, tmp_path: Path) -> None:
    path = cards(
        tmp_path,
        "FN:李强\nTITLE:采购经理\nTEL;TYPE=CELL:137 1234 5678\nTEL;TYPE=WORK:0571-88886666\nEMAIL:lq@example.com",
        "FN:张伟\nTEL:13812345678",
        "FN:李强 (旧)\nTEL:13712345678",
        "FN:王芳\nX-WECHAT:wangfang",
    )
    dry = stock.ok("contact", "vcard", "云帆", "--from", path, "--dry-run")
    assert dry.out.splitlines()[0] == f"HZ2026001 {NAME}: 2 contacts would be added, 2 skipped"
    assert names(stock) == ["张伟", "欧阳女士"]
    done = stock.ok("contact", "vcard", "云帆", "--from", path)
    assert done.out.splitlines() == [
        f"HZ2026001 {NAME}: 2 contacts added, 2 skipped",
        "card 1 (李强): 1 further number or address was left out",
        "card 2 (张伟): 张伟 has it already",
        "card 3 (李强 (旧)): an earlier card has the same phone, e-mail or WeChat",
    ]
    assert names(stock) == ["张伟", "欧阳女士", "李强", "王芳"]
    revealed = stock.json("contact", "reveal", "云帆", "李强")
    assert (revealed["phone"], revealed["email"], revealed["title"]) == ("+8613712345678", "lq@example.com", "采购经理")
    rows = stock.json("contact", "vcard", "云帆", "--from", path)
    assert [list(row) for row in rows] == [["card", "name", "outcome", "reason", "left_out"]] * 4
    assert [row["outcome"] for row in rows] == ["skipped"] * 4, "twice is once"
    assert len(names(stock)) == 4


def test_what_was_written_is_read_back(stock: Office, tmp_path: Path) -> None:
    path = tmp_path / "out.vcf"
    stock.ok("contact", "vcard", "云帆", "--all", "--to", str(path))
    leads.archive(stock, "HZ2026001")
    stock.ok("contact", "vcard", "云海", "--from", str(path))
    rows = stock.json("contact", "list", "云海")
    assert [(row["name"], row["phone_masked"], row["wechat_masked"]) for row in rows][1:] == [
        ("张伟", "138****5678", None), ("欧阳女士", None, "o***"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ("TEL:13712345678", "card 2 (?): the card has no name"),
        ("FN:王芳", "card 2 (王芳): 王芳 has neither phone, e-mail nor WeChat"),
        ("FN:王芳\nTEL:123", "card 2 (王芳): "),
        ("FN:王芳\nTEL:13912345678", "card 2 (王芳): the phone number 139****5678 is known already: 张伟 of HZ2026002"),
        ("FN:王芳\nBEGIN:X\nEND:Y", "card 2 (?): the card cannot be read"),
        (f"FN:{'王' * 201}\nTEL:13712345679", "card 2 (王王"),
    ],
)
def test_one_bad_card_and_nobody_is_added(stock: Office, tmp_path: Path, person: str, reason: str) -> None:
    path = cards(tmp_path, "FN:李强\nTEL:13712345678", person)
    before = leads.written(stock)
    for extra in ((), ("--dry-run",)):
        done = stock.run("contact", "vcard", "云帆", "--from", path, *extra)
        assert (done.status, done.out) == (2, "")
        assert done.err.splitlines()[0].startswith(reason)
        assert f"error [bad-cards]: 1 card of 2 in {path} is bad; nobody was added" in done.err
        assert leads.written(stock) == before
    done = stock.run("contact", "vcard", "云帆", "--from", path, "--json")
    assert [row["outcome"] for row in done.json] == ["created", "error"]


def test_a_duplicate_on_purpose(stock: Office, tmp_path: Path) -> None:
    path = cards(tmp_path, "FN:王芳\nTEL:13912345678")
    stock.ok("contact", "vcard", "云帆", "--from", path, "--allow-duplicate")
    assert names(stock)[-1] == "王芳"


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("没有",), 3, "error [unknown-customer]: "),
        (("云帆", "李"), 3, "error [unknown-contact]: "),
        (("云帆", "李", "--all"), 2, "error: --all and a name do not go together"),
        (("云帆", "--dry-run"), 2, "error: --dry-run and --allow-duplicate are for --from"),
        (("云帆", "--from", "x.vcf", "--all"), 2, "error: --from reads; NAME, --all and --to are for writing"),
        (("云帆", "--from", "/nowhere/x.vcf"), 7, "error [missing-file]: there is no file /nowhere/x.vcf"),
        (("云帆", "--to", "/nowhere/x.vcf"), 7, "error [file]: /nowhere/x.vcf cannot be written"),
    ],
)
def test_what_cannot_be(stock: Office, words: tuple[str, ...], status: int, error: str) -> None:
    before = leads.written(stock)[:-2]
    done = stock.run("contact", "vcard", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)
    assert leads.written(stock)[:6] == before[:6]


def test_cards_in_a_program_of_its_own_in_chinese(stock: Office, tmp_path: Path) -> None:
    done = stock.program("contact", "vcard", "云帆", "--from", cards(tmp_path, "FN:李强\nTEL:13712345678"), lang="zh")
    assert (done.status, done.err, done.out) == (0, "", f"HZ2026001 {NAME}：已添加联系人 1 位，跳过 0 位\n")

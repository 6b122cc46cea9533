"""vCards: what is written can be read by another reader, what phones write can be read here."""

from __future__ import annotations

from pathlib import Path

import pytest
import vobject

from salesflow.documents.vcards import Card, Name, split, write
from salesflow.errors import FileProblem
from salesflow.services import vcards

OLD = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\n"
    "N;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5;=CE=B0;;;\r\n"
    "FN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5=\r\n=CE=B0\r\n"
    "TITLE;QUOTED-PRINTABLE;CHARSET=UTF-8:=E9=87=87=E8=B4=AD=0D=0A=E7=BB=8F=E7=90=86\r\n"
    "TEL;WORK:0571-88886666\r\nTEL;CELL;PREF:13812345678\r\nTEL;WORK;FAX:0571-88880000\r\nEMAIL;INTERNET:zw@example.com\r\n"
    "PHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n /9j/4AAQSkZJRgABAQ\r\n AAAQABAAD\r\n\r\nEND:VCARD\r\n"
)


def read(folder: Path, content: str | bytes) -> list[vcards.Card]:
    path = folder / "cards.vcf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return vcards.read(str(path))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("张伟", Name("张", "伟")),
        ("欧阳锋", Name("欧阳", "锋")),
        ("欧阳娜娜", Name("欧阳", "娜娜")),
        ("诸葛", Name("诸", "葛")),
        ("张女士", Name("张", "", "女士")),
        ("王总", Name("王", "", "总")),
        ("欧阳先生", Name("欧阳", "", "先生")),
        ("王", Name("", "王")),
        ("阿依古丽·买买提", Name("", "阿依古丽·买买提")),
        ("杭州云帆采购部", Name("", "杭州云帆采购部")),
        ("John Smith", Name("Smith", "John")),
        ("Mary Ann Lee", Name("Lee", "Mary Ann")),
        ("Cher", Name("", "Cher")),
        ("张 Wei", Name("", "张 Wei")),
    ],
)
def test_the_parts_of_a_name(name: str, parts: Name) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    "text",
    [
        "采购经理, 华东; 二部",
        "一行\n二行",
        "a\\nb\\,c",
        "销售" * 60,
        "😀" * 40,
        'he said "x"',
        "a:b;c=d",
        "é" * 37 + "," * 40,
    ],
)
def test_a_card_can_be_read_again_whatever_it_says(tmp_path: Path, text: str) -> None:
    one = Card("salesflow-contact-1@abc", text.replace("\n", " "), text, text, "+8613812345678", "a@b.com", "zw_66")
    written = write([one, one._replace(uid="2")])
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert "\n" not in written.replace("\r\n", "")
    for line in written.split("\r\n"):
        assert line.encode().decode() == line
    first, second = vobject.readComponents(written)
    assert (first.fn.value, first.org.value, first.title.value) == (one.name, [text], text)
    assert (first.tel.value, first.email.value) == ("+8613812345678", "a@b.com")
    assert first.contents["x-wechat"][0].value == "zw_66"
    assert (first.version.value, first.uid.value, second.uid.value) == ("3.0", "salesflow-contact-1@abc", "2")
    read_again = read(tmp_path, written)
    assert [card.name for card in read_again] == [" ".join(one.name.split())] * 2
    assert (read_again[0].phones, read_again[0].emails, read_again[0].wechats) == (
        ["+8613812345678"], ["a@b.com"], ["zw_66"],
    )  # fmt: skip


def test_only_what_there_is_goes_on_a_card() -> None:
    written = write([Card("1", "欧阳锋", email="a@b.com")])
    assert written.split("\r\n") == [
        "BEGIN:VCARD", "VERSION:3.0", "UID:1", "EMAIL;TYPE=INTERNET:a@b.com", "FN:欧阳锋", "N:欧阳;锋;;;", "END:VCARD", "",
    ]  # fmt: skip
    assert "TEL;TYPE=WORK,VOICE:+8657188886666" in write([Card("1", "x", phone="+8657188886666")])
    assert write([]) == ""


def test_an_old_phones_card(tmp_path: Path) -> None:
    (card,) = read(tmp_path, OLD)
    assert card == vcards.Card(
        1, "张伟", "采购 经理", ["13812345678", "0571-88886666", "0571-88880000"], ["zw@example.com"], []
    )


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_character_sets_versions_and_line_ends(tmp_path: Path, charset: str, version: str, end: str) -> None:
    text = f"BEGIN:VCARD\nVERSION:{version}\nFN:李娜\nTEL:13912345678\nEND:VCARD\n".replace("\n", end)
    (card,) = read(tmp_path, text.encode(charset))
    assert (card.name, card.phones) == ("李娜", ["13912345678"])


@pytest.mark.parametrize(
    ("lines", "names", "wechats"),
    [
        ("N:欧阳;锋;;;", "欧阳锋", []),
        ("N:Smith;John;;;", "John Smith", []),
        ("N:;;;;\nFN:", "", []),
        ("ORG:云帆", "", []),
        ("FN:李\nX-WECHAT:li_na", "李", ["li_na"]),
        ("FN:李\nIMPP;X-SERVICE-TYPE=WeChat;type=HOME:x-apple:li_na", "李", ["li_na"]),
        ("FN:李\nX-SOCIALPROFILE;type=wechat;x-user=li_na:li_na", "李", ["li_na"]),
        ("FN:李\nIMPP;X-SERVICE-TYPE=Skype:skype:li_na", "李", []),
        ("FN;QUOTED-PRINTABLE:=C0=EE=C4=C8", "李娜", []),
        ("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=nonsense:=E6=9D=8E", "李", []),
        ("item1.FN:李", "李", []),
    ],
)
def test_what_different_programs_write(tmp_path: Path, lines: str, names: str, wechats: list[str]) -> None:
    (card,) = read(tmp_path, f"BEGIN:VCARD\nVERSION:3.0\n{lines}\nEND:VCARD\n")
    assert (card.name, card.wechats, card.readable) == (names, wechats, True)


def test_a_card_that_cannot_be_read_is_one_of_several(tmp_path: Path) -> None:
    good = "BEGIN:VCARD\nVERSION:3.0\nFN:李娜\nTEL:13912345678\nEND:VCARD\n"
    cards = read(tmp_path, good + "BEGIN:VCARD\nVERSION:3.0\nBEGIN:X\nEND:Y\nEND:VCARD\n" + good)
    assert [(card.number, card.readable) for card in cards] == [(1, True), (2, False), (3, True)]


def test_a_value_is_read_without_its_scheme_and_once(tmp_path: Path) -> None:
    lines = "FN:李\nTEL;VALUE=uri:tel:+86-139-1234-5678\nTEL:13912345678\nTEL:13912345678\nEMAIL:mailto:a@b.com\nEMAIL:"
    (card,) = read(tmp_path, f"BEGIN:VCARD\nVERSION:4.0\n{lines}\nEND:VCARD\n")
    assert (card.phones, card.emails) == (["+86-139-1234-5678", "13912345678"], ["a@b.com"])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no vCards"),
        ("客户名称,联系人\n".encode(), "has no vCards"),
        (b"BEGIN:VCARD\nFN:x\n", "has no vCards"),
        (b"\x00\xff" * 1000, "has no vCards"),
        (b"x" * (16 * 1024**2 + 1), "is larger than 16 MB"),
        (b"BEGIN:VCARD\nEND:VCARD\n" * 5_001, "has 5001 cards, 5000 are allowed"),
    ],
)
def test_what_is_no_file_of_cards(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(FileProblem, match=problem):
        read(tmp_path, content)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="is not a file"):
        vcards.read(str(tmp_path))
    with pytest.raises(FileProblem, match="there is no file"):
        vcards.read(str(tmp_path / "none"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FileProblem):
        vcards.read(str(tmp_path / "loop"))

"""Papers for tests: rows of quotes and contracts as queries give them, and what other programs read in the files."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from salesflow.documents import paper_docx, paper_html, paper_markdown, paper_pdf, paper_xlsx
from salesflow.documents.company import Seller
from salesflow.documents.paper import Paper
from salesflow.documents.quotation import Buyer, quotation

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
SELLER = Seller(
    "杭州云帆科技有限公司",
    "杭州市滨江区网商路599号",
    "0571-88886666",
    "sales@yunfan.example",
    "www.yunfan.example",
    "91330108MA2AXXXX5K",
    "招商银行杭州分行",
    "571905888810902",
    "李娜",
    "li.na@yunfan.example",
)
BUYER = Buyer("杭州明远制造有限公司", "王工（采购经理）", "杭州市滨江区江南大道100号")
PRODUCTS = (("YF-100", "云帆CRM标准版", "50用户"), ("YF-200", "云帆CRM企业版", ""), ("SVC-1", "实施服务", "人天"))
SECRET_FLOOR, SECRET_COST = 7_131_313, 6_171_717
WRITERS = {
    "pdf": paper_pdf.write,
    "docx": paper_docx.write,
    "xlsx": paper_xlsx.write,
    "html": paper_html.write,
    "md": paper_markdown.write,
}


def lines(count: int, *, discount: int = 500, net: bool = False, **of: Any) -> list[dict[str, Any]]:
    """Lines as `queries.quotes.show` gives them; `of` sets fields of every one."""
    made = []
    for number in range(1, count + 1):
        sku, name, spec = PRODUCTS[number % 3]
        price, quantity = 8_000_000 + number * 12_345, number * 1_500
        listed = price * quantity // 1_000
        amount = listed * (10_000 - discount) // 10_000
        made.append(
            {
                "line": number,
                "sku": sku,
                "name": f"{name}{number:03d}",
                "spec": spec,
                "quantity": quantity,
                "unit": "套",
                "list_price": price,
                "discount": discount,
                "unit_price": price * (10_000 - discount) // 100,
                "tax_rate": 1_300,
                "tax": amount * 13 // 113,
                "amount": amount,
                "net": net,
                "list_amount": listed,
                "given_price": None,
                "given_discount": None,
                "discount_rule": "auto-discount",
                "floor_price": SECRET_FLOOR,
                "cost": SECRET_COST,
                **of,
            }
        )
    return made


def row(count: int = 2, state: str = "approved", *, discount: int = 500, **of: Any) -> dict[str, Any]:
    """A quote as `queries.quotes.show` gives it."""
    goods = of.pop("lines", None) or lines(count, discount=discount)
    extras = of.pop("extras", [{"text": "现场培训", "amount": 0}, {"text": "驻场支持", "amount": 280_000}])
    total, freight = sum(line["amount"] for line in goods), 30_000
    on_top = sum(extra["amount"] for extra in extras)
    return {
        "id": 1,
        "number": "Q2026-0001",
        "version": 1,
        "customer_code": "HZ2026001",
        "customer_name": BUYER.name,
        "state": state,
        "created_on": "2026-03-02",
        "valid_until": "2026-04-01",
        "goods_total": total,
        "discount_total": sum(line["list_amount"] for line in goods) - total,
        "freight": freight,
        "extras_total": on_top,
        "tax_total": sum(line["tax"] for line in goods),
        "total": total + freight + on_top,
        "max_discount": 4_242,
        "owner": "li.na",
        "quote_discount": 0,
        "returned_because": "毛利太低请重做",
        "approval": {"number": "AP2026-0077", "reason": "低于底价", "comment": "客户很重要"},
        "payment_terms": "预付30%，余款货到付清",
        "delivery_days": 30,
        "warranty": "整机质保三年",
        "note": "含首次安装",
        "customer_grade": "A",
        "policy_id": 1,
        "lines": goods,
        "extras": extras,
        **of,
    }


def paper(count: int = 2, state: str = "approved", language: str = "zh", **of: Any) -> Paper:
    return quotation(row(count, state, **of), SELLER, BUYER, language, AT)


class _Text(HTMLParser):
    """The words of a page, without its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._hidden = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def html(content: bytes) -> _Text:
    reader = _Text()
    reader.feed(content.decode())
    return reader


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF."""
    import pypdfium2

    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def outside(content: bytes, margin: int) -> list[str]:
    """The characters of a PDF that are not within so many points of the page's edges."""
    import pypdfium2

    found = []
    for page in pypdfium2.PdfDocument(content):
        text = page.get_textpage()
        for number, letter in enumerate(text.get_text_range()[: text.count_chars()]):
            left, bottom, right, top = text.get_charbox(number)
            if (
                right > page.get_width() - margin
                or left < margin
                or bottom < margin
                or top > page.get_height() - margin
            ):
                found += [letter] if letter.strip() else []
    return found


def cells(content: bytes) -> list[Any]:
    """What stands in the cells of a workbook that are not empty."""
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [cell.value for line in sheet.iter_rows() for cell in line if cell.value is not None]


def word(content: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(content))


def text(form: str, content: bytes) -> str:
    """All words of a file, as another program reads them; white space left out, since lines end where they must."""
    if form == "pdf":
        found = " ".join(pages(content))
    elif form == "docx":
        document = word(content)
        found = "".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))
        for section in document.sections:
            found += "".join(line.text for line in (*section.header.paragraphs, *section.footer.paragraphs))
    elif form == "xlsx":
        found = " ".join(str(value) for value in cells(content))
    else:
        found = " ".join(html(content).words) if form == "html" else re.sub(r"\\(.)", r"\1", content.decode())
    return re.sub(r"\s", "", found)


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)

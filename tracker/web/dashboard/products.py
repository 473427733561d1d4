"""Products: what is looked at, put into carts and bought; one product over time."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tracker.domain import products as goods
from tracker.ledger.products import called
from tracker.services import Services
from tracker.web import formats
from tracker.web.dashboard import charts, paging
from tracker.web.dashboard.charts import Chart, Series
from tracker.web.dashboard.courses import Course
from tracker.web.dashboard.look import Look
from tracker.web.dashboard.panels import Panel
from tracker.web.dashboard.question_page import QuestionPage

PAGE_SIZE = 50
ACTIONS = (
    ("views", "Views"),
    ("clicks", "Clicks"),
    ("cartAdds", "Into the cart"),
    ("purchases", "Purchases"),
)


def listed(answer: Any, look: Look) -> dict[str, Any]:
    """The rows with the links around them."""
    return {"pages": paging.pages(look, answer["total"], PAGE_SIZE), "sort": look.own.get("sort", "view")}


def over_time(answer: Any, look: Look) -> dict[str, Any]:
    """A line for each action."""
    labels, titles = charts.steps(answer["series"], str(look.query.interval))
    series = [
        Series(label, [one[name] for one in answer["series"]], colour)
        for colour, (name, label) in enumerate(ACTIONS, 1)
    ]
    summary = f"{formats.whole(answer['views'])} views, {formats.whole(answer['purchases'])} purchases."
    return {"chart": Chart("line", labels, series, summary, titles=titles, partial=look.runs)}


def revenue(answer: Any, look: Look) -> dict[str, Any]:
    """The main currency's sales by step."""
    main = answer["currencies"][0]
    labels, titles = charts.steps(main["series"], str(look.query.interval))
    values = [float(one["revenue"]) for one in main["series"]]
    summary = f"Revenue over time: {formats.money(main['revenue'], main['currency'])} in all."
    return {
        "chart": Chart(
            "bars",
            labels,
            [Series("Revenue", values)],
            summary,
            titles=titles,
            links=look.days(main["series"]),
            partial=look.runs,
        ),
        "main": main,
    }


def named(services: Services, look: Look) -> dict[str, Any]:
    """How the product is called: by name, with its id beside it."""
    product = look.own.get("product", "")
    with services.readers.read() as connection:
        name = called(connection, look.site.id, [product]).get(product)
    return {"about": name or product, "beside": product if name else ""}


PAGE = QuestionPage(
    name="products",
    title="Products",
    own=("search", "sort", "offset"),
    panels=(
        Panel(
            "revenue",
            "Revenue",
            "revenue",
            "dashboard/products/_revenue.html",
            shape=revenue,
            empty=lambda answer: not answer["currencies"],
            teach="dashboard/products/_none.html",
            size="figures",
        ),
        Panel(
            "products",
            "Products",
            "products",
            "dashboard/products/_products.html",
            course=Course("products", "productId", "product", goods.names("view")),
            options={"limit": str(PAGE_SIZE)},
            takes=("search", "sort", "offset"),
            shape=listed,
            empty=lambda answer: not answer["total"],
            teach="dashboard/products/_none.html",
            size="tall",
        ),
    ),
)
ONE = QuestionPage(
    name="product",
    title="Product",
    own=("product",),
    compares=False,
    panels=(
        Panel(
            "product",
            "Over time",
            "product-summary",
            "dashboard/products/_product.html",
            takes=("product",),
            shape=over_time,
            size="figures",
        ),
    ),
    template="dashboard/product.html",
    more=named,
)


def register(app: Flask, services: Services) -> None:
    """Add both pages."""
    app.register_blueprint(PAGE.blueprint(services))
    app.register_blueprint(ONE.blueprint(services))

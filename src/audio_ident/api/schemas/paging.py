"""Pages of anything, as the original contract has them, and cursors beside them."""

from typing import Annotated, Any, Generic, TypeVar

import pydantic
from fastapi import Query

from audio_ident.library.cursors import LONGEST_CURSOR
from audio_ident.model.browse import DEFAULT_PAGE_SIZE, LARGEST_PAGE, Page, PageWish

Item = TypeVar("Item")

_LEAST, _GREATEST = -(2**63), 2**63 - 1


class Pagination(pydantic.BaseModel):
    """Where a page stands among all; camelCase, as the original contract has it."""

    page: int = pydantic.Field(description="Number of this page, from 1.", examples=[1])
    page_size: int = pydantic.Field(
        alias="pageSize", description="Entries of a full page.", examples=[50]
    )
    total_items: int = pydantic.Field(
        alias="totalItems", description="Entries on all pages.", examples=[1204]
    )
    total_pages: int = pydantic.Field(
        alias="totalPages", description="Pages there are; 0 when there is nothing.", examples=[25]
    )


class PaginatedResponse(pydantic.BaseModel, Generic[Item]):
    """One page; an empty one behind the last."""

    data: list[Item] = pydantic.Field(description="The entries of the page, in order.")
    pagination: Pagination = pydantic.Field(description="Where the page stands among all.")


class CursorResponse(PaginatedResponse[Item], Generic[Item]):
    """One page that also says how to go on from it whatever comes or goes meanwhile."""

    next_cursor: str | None = pydantic.Field(
        description="To be sent as `cursor` for the page that follows; null on the last page.",
        examples=[None],
    )


PageNumber = Annotated[
    int,
    pydantic.Field(
        ge=_LEAST, le=_GREATEST, description="Page, from 1; less counts as 1.", examples=[1]
    ),
]
PageSize = Annotated[
    int,
    pydantic.Field(
        alias="pageSize",
        ge=_LEAST,
        le=_GREATEST,
        description=f"Entries of a page; brought into 1 to {LARGEST_PAGE}.",
        examples=[DEFAULT_PAGE_SIZE],
    ),
]
Cursor = Annotated[
    str | None,
    pydantic.Field(
        max_length=LONGEST_CURSOR,
        description="The `next_cursor` of the page before, with everything else as it was; "
        "`page` does not count then.",
    ),
]


class PageQuery(pydantic.BaseModel):
    """Which page a request asks for."""

    page: PageNumber = 1
    page_size: PageSize = DEFAULT_PAGE_SIZE

    def wish(self) -> PageWish:
        """The same for the library."""
        return PageWish(page=self.page, page_size=self.page_size)


PageOfRequest = Annotated[PageQuery, Query()]


def pagination_of(page: Page[Any]) -> Pagination:
    """Where a page stands among all."""
    return Pagination(
        page=page.page,
        pageSize=page.page_size,
        totalItems=page.total,
        totalPages=page.total_pages,
    )
